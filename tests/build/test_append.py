"""A store grows: what it has is kept, byte for byte, and what it lacks is built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

import mangaxr
from mangaxr.build import journal, run, work
from mangaxr.build.galaxy import build_galaxy
from mangaxr.errors import BuildError, MangaxrError, RecipeMismatchError, StoreError
from mangaxr.synthetic import SurveyFiles

pytestmark = pytest.mark.usefixtures("small_slabs")

Digest = Callable[[Path], dict[str, bytes]]


class Stop(BaseException):
    """Stands for the end of the process."""


def _stop(*_: Any, **__: Any) -> None:
    raise Stop


@pytest.fixture(scope="module")
def part(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of the second, fourth and last galaxy of the small survey."""
    path = tmp_path_factory.mktemp("part") / "t.zarr"
    mangaxr.build_store(path, [small.maps[i] for i in (1, 3, 6)], npix=32)
    return path


@pytest.fixture
def store(part: Path, tmp_path: Path) -> Path:
    """Return a copy of it that a test may change."""
    return Path(shutil.copytree(part, tmp_path / "t.zarr"))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_grown_store_is_the_one_built_at_once(
    workers: int,
    store: Path,
    small: SurveyFiles,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """New galaxies find their places among the old, whose files are not read again."""
    built = []

    def watched(source: Any, **settings: Any) -> Any:
        built.append(source.galaxy)
        return build_galaxy(source, **settings)

    monkeypatch.setattr(run, "build_galaxy", watched)
    report = mangaxr.build_store(store, small.root, npix=32, workers=workers)
    assert (report.galaxies, report.done, report.kept, report.existed) == (7, 7, 3, False)
    assert sorted(built) == [str(small.galaxies[i].plateifu) for i in (0, 2, 4, 5)]
    assert contents(store) == reference
    assert [path.name for path in store.parent.iterdir()] == ["t.zarr"]


def test_galaxies_are_added_one_by_one(
    store: Path, small: SurveyFiles, reference: dict[str, bytes], contents: Digest
) -> None:
    """The way in which a store grew does not show, but in the list of its builds."""
    for file in small.maps:
        mangaxr.build_store(store, file, npix=32, command=f"add {file.name}")
    assert contents(store) == reference
    builds = json.loads(mangaxr.open_store(store).attrs["builds"])
    assert [build["command"] for build in builds[1:]] == [
        f"add {small.maps[i].name}" for i in (0, 2, 4, 5)
    ]
    assert all(build["software"]["numpy"] == np.__version__ for build in builds)


def test_what_is_there_already_is_left_alone(
    store: Path, small: SurveyFiles, contents: Digest
) -> None:
    """To ask for some of a store's galaxies changes nothing."""
    before = contents(store), (store / "zarr.json").read_bytes()
    report = mangaxr.build_store(store, small.maps[3], npix=32)
    assert (report.existed, report.galaxies, report.kept) == (True, 3, 3)
    assert (contents(store), (store / "zarr.json").read_bytes()) == before


def test_the_digest_of_a_store_does_not_tell_how_it_was_built(
    store: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """Grown or built at once, from the tree or from copies: what is cited is the same."""
    mangaxr.build_store(store, small.root, npix=32)
    copies = tmp_path / "copies"
    copies.mkdir()
    for file in small.maps:
        shutil.copy(file, copies)
    mangaxr.build_store(tmp_path / "once.zarr", copies, npix=32, verify=True, sha256=True)
    digests = {
        mangaxr.open_store(path).attrs["content_sha256"] for path in (store, tmp_path / "once.zarr")
    }
    assert len(digests) == 1


def test_failed_galaxies_are_tried_again_when_asked_for(
    small: SurveyFiles, tmp_path: Path, contents: Digest
) -> None:
    """A file that was missing or bad is read once it is good; others are kept."""
    sas = tmp_path / "sas"
    shutil.copytree(small.root, sas)
    files = [sas / file.relative_to(small.root) for file in small.maps]
    sound = files[1].read_bytes()
    files[0].unlink()
    files[1].write_bytes(sound[:500])
    names = [str(galaxy.plateifu) for galaxy in small.galaxies]
    store = tmp_path / "t.zarr"
    assert sorted(mangaxr.build_store(store, names, sas=sas, npix=32).failures) == names[:2]

    again = mangaxr.build_store(store, names, sas=sas, npix=32)
    assert again.existed
    assert sorted(again.failures) == names[:2]

    files[1].write_bytes(sound)
    second = mangaxr.build_store(store, sas=sas, npix=32, retry_failed=True)
    assert (list(second.failures), second.kept) == ([names[0]], 5)

    shutil.copy(small.maps[0], files[0])
    assert not mangaxr.build_store(store, names[0], sas=sas, npix=32, retry_failed=True).failures
    whole = tmp_path / "whole.zarr"
    mangaxr.build_store(whole, names, sas=sas, npix=32)
    assert contents(store) == contents(whole)
    assert mangaxr.build_store(store, sas=sas, npix=32, retry_failed=True).existed


def _at_second(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that stops everything when it is called again."""
    made: list[Any] = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        if made:
            raise Stop
        made.append(args)
        return function(*args, **kwargs)

    return counted


MOMENTS: dict[str, tuple[Any, str, Callable[[], Callable[..., Any]]]] = {
    "before the plan": (journal.Journal, "commit", lambda: _stop),
    "before the first galaxy": (run, "build_galaxy", lambda: _stop),
    "between data and record": (journal.Journal, "record", lambda: _stop),
    "before the coordinates": (work, "finish_store", lambda: _stop),
    "before the name": (journal, "put_in_place", lambda: _stop),
    "while clearing up": (journal.Journal, "_clear", lambda: _at_second(journal.Journal._clear)),
}
"""Where an addition may end: what is exchanged, and what for."""


@pytest.mark.parametrize("swap", [True, False], ids=["at once", "in two steps"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_an_addition_that_ends_halfway_leaves_the_store_as_it_was(
    moment: str,
    swap: bool,
    store: Path,
    small: SurveyFiles,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At every step the name is that of the old store or of the new; a repeat completes it."""
    before = contents(store)
    if not swap:
        monkeypatch.setattr(journal, "exchange", lambda *_: False)
    with monkeypatch.context() as patch:
        where, name, make = MOMENTS[moment]
        patch.setattr(where, name, make())
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=32)
    assert contents(store) == (reference if moment == "while clearing up" else before)
    assert mangaxr.build_store(store, small.root, npix=32).galaxies == 7
    assert contents(store) == reference
    assert [path.name for path in store.parent.iterdir()] == ["t.zarr"]


def test_between_the_two_steps_the_work_is_not_lost(
    store: Path,
    small: SurveyFiles,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where directories cannot change places at once, a stop in between is made good."""
    rename, calls = Path.rename, []

    def stop_at_second(self: Path, target: Path) -> Path:
        if target.name == "old" or self.name == "store":
            calls.append(target)
            if len(calls) == 2:
                raise Stop
        return rename(self, target)

    monkeypatch.setattr(journal, "exchange", lambda *_: False)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stop_at_second)
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=32)
    assert not store.exists()
    report = mangaxr.build_store(store, small.root, npix=32)
    assert report.existed
    assert contents(store) == reference


def test_an_addition_to_a_store_that_changed_meanwhile_is_refused(
    store: Path, small: SurveyFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was quicker wins: his galaxies are not lost."""
    do_work = run.do_work

    def late(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(run, "do_work", do_work)
        mangaxr.build_store(store, small.maps[0], npix=32)
        return do_work(*args, **kwargs)

    monkeypatch.setattr(run, "do_work", late)
    with pytest.raises(BuildError, match="another build has ended here meanwhile"):
        mangaxr.build_store(store, small.maps[2], npix=32)
    assert mangaxr.open_store(store).sizes["galaxy"] == 4


def test_kept_galaxies_that_are_damaged_are_not_passed_on(
    store: Path, small: SurveyFiles, contents: Digest
) -> None:
    """A value that is not the one that was written ends the addition, with the galaxy's name."""
    array: Any = zarr.open_group(store, mode="r+")["tensor"]
    array[1, 0, 16, 16] = 0.123
    before = contents(store)
    with pytest.raises(StoreError, match=rf"arrays of {small.galaxies[3].plateifu} are not those"):
        mangaxr.build_store(store, small.root, npix=32)
    assert contents(store) == before


def test_a_damaged_store_that_was_replaced_does_not_come_back(
    store: Path,
    small: SurveyFiles,
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has the content of the new one by its attributes: a stop after the change is no reason."""
    items = [small.maps[i] for i in (1, 3, 6)]
    sound = contents(store)
    chunk = store / "tensor" / "c" / "0" / "0" / "0" / "0"
    chunk.write_bytes(bytes(chunk.stat().st_size))
    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "_clear", _at_second(journal.Journal._clear))
        with pytest.raises(Stop):
            mangaxr.build_store(store, items, npix=32, fresh=True)
    assert contents(store) == sound
    assert mangaxr.build_store(store, items, npix=32).existed
    assert contents(store) == sound


def test_verdicts_by_other_thresholds_are_not_mixed(store: Path, small: SurveyFiles) -> None:
    """What is usable must mean the same for every galaxy of a store."""
    group = zarr.open_group(store, mode="r+")
    table = json.loads(str(group.attrs["thresholds"]))
    group.attrs["thresholds"] = json.dumps({**table, "flags": {}})
    with pytest.raises(MangaxrError, match="thresholds"):
        mangaxr.build_store(store, small.root, npix=32)


def test_a_recipe_is_given_whole_or_in_parts(tmp_path: Path, small: SurveyFiles) -> None:
    """Not both."""
    recipe = mangaxr.Recipe(npix=8, split=(1, 0, 0))
    mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], recipe=recipe)
    found = mangaxr.open_store(tmp_path / "t.zarr")
    assert found.attrs["recipe_digest"] == recipe.digest()
    assert found.split.values.tolist() == ["train"]
    with pytest.raises(BuildError, match="npix besides"):
        mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], recipe=recipe, npix=8)
    with pytest.raises(RecipeMismatchError, match="split: "):
        mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], npix=8)
