"""What is there already: taken as it is, refused with the reason, or replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mangaxr
from mangaxr.errors import BuildError, RecipeMismatchError, StoreError
from mangaxr.synthetic import SurveyFiles

Digest = Callable[[Path], dict[str, bytes]]

RECIPE: dict[str, Any] = {
    "channels": ("ha_flux", "ha_vel"),
    "grid": "arcsec",
    "pixel_scale": 0.75,
    "npix": 16,
    "scaling": "robust",
    "mask": "donotuse",
    "min_coverage": 0.5,
    "min_snr": 3.0,
}

CHANGES: dict[str, Any] = {
    "channels": ("ha_flux",),
    "grid": "re",
    "pixel_scale": 0.5,
    "npix": 17,
    "scaling": "asinh",
    "mask": ["NOCOV", "UNRELIABLE"],
    "min_coverage": 0.75,
    "min_snr": 5.0,
    "split": (0.5, 0.25, 0.25),
}
"""Another value of every field of the recipe."""


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Describe every file so that a touch is noticed."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.stat().st_ino)
        for file in folder.rglob("*")
    }


@pytest.fixture(scope="module")
def finished(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished store of two galaxies."""
    path = tmp_path_factory.mktemp("finished") / "t.zarr"
    mangaxr.build_store(path, small.maps[:2], **RECIPE)
    return path


@pytest.fixture(scope="module")
def unfinished(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the name of a store whose build was interrupted."""
    path = tmp_path_factory.mktemp("unfinished") / "t.zarr"

    def interrupt(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mangaxr.build_store(path, small.maps[:2], progress=interrupt, **RECIPE)
    return path


@pytest.fixture(params=["finished", "unfinished"])
def present(request: pytest.FixtureRequest) -> Path:
    """Return a finished store and then an unfinished one."""
    path: Path = request.getfixturevalue(request.param)
    return path


def test_the_changes_name_every_field() -> None:
    """The table of changes has a row for each field of the recipe."""
    assert set(CHANGES) == set(mangaxr.Recipe().to_dict())


@pytest.mark.parametrize("field", CHANGES)
def test_another_recipe_is_refused_and_the_field_named(
    field: str, present: Path, small: SurveyFiles
) -> None:
    """Any other value stops the build before it touches anything, with both values."""
    before = _state(present.parent)
    with pytest.raises(RecipeMismatchError) as caught:
        mangaxr.build_store(present, small.maps[:2], **{**RECIPE, field: CHANGES[field]})
    message = str(caught.value)
    assert "\n" not in message
    assert f"{field}: " in message
    assert "--fresh" in message
    others = set(CHANGES) - {field}
    assert not [name for name in others if f" {name}: " in message]
    after = _state(present.parent)
    # Taking the lock writes who took it.
    assert {n: s for n, s in after.items() if n != "t.zarr.partial/lock"} == {
        n: s for n, s in before.items() if n != "t.zarr.partial/lock"
    }


def test_other_files_of_the_same_galaxies_are_refused(
    finished: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """Maps of another analysis, or of another size, are not those of the store."""
    spx = tmp_path / small.maps[0].name.replace("HYB10", "SPX")
    shutil.copy(small.maps[0], spx)
    with pytest.raises(RecipeMismatchError, match=r"file of 8001-1901: manga-8001-1901-MAPS-SPX"):
        mangaxr.build_store(finished, [spx, small.maps[1]], **RECIPE)
    larger = tmp_path / small.maps[0].name
    larger.write_bytes(small.maps[0].read_bytes() + b"\0")
    with pytest.raises(RecipeMismatchError, match=r"file of 8001-1901: .* has changed"):
        mangaxr.build_store(finished, [larger, small.maps[1]], **RECIPE)


def test_a_finished_store_of_the_same_recipe_is_reported_and_untouched(
    finished: Path, small: SurveyFiles
) -> None:
    """Repeating a finished build writes nothing and says that the store existed."""
    before = _state(finished.parent)
    recipe = {**RECIPE, "channels": list(RECIPE["channels"]), "min_snr": 3}
    report = mangaxr.build_store(finished, small.maps[1::-1], **recipe)
    assert report.existed
    assert (report.galaxies, report.done, report.kept, report.resumed) == (2, 2, 2, 0)
    assert _state(finished.parent) == before


def test_a_finished_store_reports_its_failures_again(tmp_path: Path, small: SurveyFiles) -> None:
    """What failed is in the report of the repeat too."""
    items: list[Any] = [small.maps[0], "9999-1901"]
    first = mangaxr.build_store(tmp_path / "t.zarr", items, sas=small.root, npix=8)
    again = mangaxr.build_store(tmp_path / "t.zarr", items, sas=small.root, npix=8)
    assert again.existed
    assert again.failures == first.failures
    assert list(again.failures) == ["9999-1901"]


def test_fresh_replaces_a_finished_store(
    finished: Path, small: SurveyFiles, tmp_path: Path, contents: Digest
) -> None:
    """With fresh the old store gives way to the new one, and nothing is left beside it."""
    store = Path(shutil.copytree(finished, tmp_path / "t.zarr"))
    report = mangaxr.build_store(store, small.maps[:2], npix=8, fresh=True)
    assert not report.existed
    expected = tmp_path / "expected.zarr"
    mangaxr.build_store(expected, small.maps[:2], npix=8)
    assert contents(store) == contents(expected)
    assert sorted(os.listdir(tmp_path)) == ["expected.zarr", "t.zarr"]


def test_fresh_replaces_an_unfinished_store(
    unfinished: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """With fresh an unfinished build of another recipe is dropped."""
    partial = unfinished.with_name("t.zarr.partial")
    shutil.copytree(partial, tmp_path / "t.zarr.partial")
    report = mangaxr.build_store(tmp_path / "t.zarr", small.maps[2:4], npix=8, fresh=True)
    assert (report.done, report.resumed) == (2, 0)
    assert os.listdir(tmp_path) == ["t.zarr"]


def test_the_old_store_stays_until_the_new_one_is_complete(
    finished: Path, small: SurveyFiles, tmp_path: Path, contents: Digest
) -> None:
    """A fresh build that ends halfway leaves the store that was there as it was."""
    store = Path(shutil.copytree(finished, tmp_path / "t.zarr"))
    before = contents(store)

    def interrupt(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mangaxr.build_store(store, small.maps, npix=8, fresh=True, progress=interrupt)
    assert contents(store) == before


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("kind", ["file", "directory"])
def test_what_is_no_store_is_never_replaced(
    fresh: bool, kind: str, small: SurveyFiles, tmp_path: Path
) -> None:
    """A file or directory that is no store is left alone, with fresh and without."""
    out = tmp_path / "thesis"
    if kind == "file":
        out.write_text("years of work")
    else:
        out.mkdir()
        (out / "chapter1.tex").write_text("years of work")
    before = _state(tmp_path)
    with pytest.raises((StoreError, BuildError), match="thesis") as caught:
        mangaxr.build_store(out, small.maps[0], npix=8, fresh=fresh)
    assert "\n" not in str(caught.value)
    assert _state(tmp_path) == before


def test_a_damaged_store_is_not_reported_as_finished(
    finished: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """A store that lost a chunk is said to be damaged, and fresh makes it good."""
    store = Path(shutil.copytree(finished, tmp_path / "t.zarr"))
    next(file for file in (store / "tensor" / "c").rglob("*") if file.is_file()).unlink()
    with pytest.raises(StoreError, match="tensor: has lost 1 of its chunks"):
        mangaxr.build_store(store, small.maps[:2], **RECIPE)
    mangaxr.build_store(store, small.maps[:2], fresh=True, **RECIPE)
    assert mangaxr.validate_store(store) == []
