"""A build may be stopped at any moment; the same command completes it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zarr

import mangaxr
from mangaxr import locking
from mangaxr.build import galaxy, journal, lock, run, slabs, work
from mangaxr.build.report import Progress
from mangaxr.errors import BuildError, RecipeMismatchError, WriteError
from mangaxr.store import arrays, writer
from mangaxr.synthetic import SurveyFiles

pytestmark = pytest.mark.usefixtures("small_slabs")

Digest = Callable[[Path], dict[str, bytes]]


def _partial(store: Path) -> Path:
    return store.with_name(store.name + ".partial")


_put_in_place = journal.put_in_place


class Stop(BaseException):
    """Stands for the end of the process."""


def _stop(*_: Any, **__: Any) -> None:
    raise Stop


def _after(function: Callable[..., Any], calls: int) -> Callable[..., Any]:
    """Make a function that stops everything after so many calls."""
    made = 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal made
        if made == calls:
            raise Stop
        made += 1
        return function(*args, **kwargs)

    return counted


def _write_half(path: Path, start: int, slab: writer.SlabArrays) -> None:
    """Write a slab's tensors and stop before its variances."""
    array: Any = zarr.open_group(path, mode="r+")["tensor"]
    array[start : start + len(slab.tensor)] = slab.tensor
    raise Stop


def _name_and_stop(new: Path, final: Path) -> None:
    """Give the store its name and stop before anything is cleared up."""
    _put_in_place(new, final)
    raise Stop


MOMENTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the plan": (journal.Journal, "commit", _stop),
    "before the first galaxy": (run, "build_galaxy", _stop),
    "in the second slab": (run, "build_galaxy", _after(galaxy.build_galaxy, 4)),
    "in the last slab": (run, "build_galaxy", _after(galaxy.build_galaxy, 6)),
    "in the middle of writing": (slabs, "write_slab", _write_half),
    "between data and record": (journal.Journal, "record", _stop),
    "while recording": (journal, "put_json", _after(journal.put_json, 2)),
    "before the coordinates": (work, "finish_store", _stop),
    "among the coordinates": (arrays, "_put", _after(arrays._put, 5)),
    "before the check": (work, "validate_store", _stop),
    "before the mark": (journal.Journal, "finish", _stop),
    "before the name": (journal, "put_in_place", _stop),
    "before clearing up": (journal, "put_in_place", _name_and_stop),
    "while clearing up": (journal.Journal, "_clear", _after(journal.Journal._clear, 1)),
}
"""Where a build may end: what is exchanged, and for what."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_stop_at_any_step_is_made_good(
    moment: str,
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever step is the last, the final name is absent or whole; a repeat completes it."""
    store = tmp_path / "stopped.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(*MOMENTS[moment])
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=32)
    assert store.exists() is moment.endswith("clearing up")
    if store.exists():
        assert contents(store) == reference
    mangaxr.build_store(store, small.root, npix=32)
    assert contents(store) == reference


def test_what_a_stop_left_does_not_disturb_a_later_build(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that ended before it cleared up, and whose store was removed, can be repeated."""
    store = tmp_path / "t.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(journal, "put_in_place", _name_and_stop)
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.maps[0], npix=8)
    shutil.rmtree(store)
    assert mangaxr.build_store(store, small.maps[0], npix=8).resumed == 0
    assert not _partial(store).exists()


def test_a_build_that_ended_while_it_cleared_up_leaves_nothing_for_ever(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next command removes what is left, even if it has nothing else to do."""
    store, rmtree = tmp_path / "t.zarr", shutil.rmtree

    def stop_at_folder(path: Path, **how: bool) -> None:
        if path == _partial(store):
            raise Stop
        rmtree(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", stop_at_folder)
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.maps[0], npix=8)
    assert _partial(store).exists()
    assert mangaxr.build_store(store, small.maps[0], npix=8).existed
    assert [path.name for path in tmp_path.iterdir()] == ["t.zarr"]


def test_a_file_torn_by_a_kill_does_not_stay_in_the_store(
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A chunk that Zarr had begun to write has another name, under which nobody would miss it."""
    store = tmp_path / "t.zarr"

    replace = Path.replace

    def tear(self: Path, target: Path) -> Path:
        if "c" in target.parts:
            raise Stop
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", tear)
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=32)
    assert list(_partial(store).rglob("*.partial"))
    assert mangaxr.build_store(store, small.root, npix=32).done == 7
    assert contents(store) == reference


def test_a_resumed_build_reads_only_what_is_missing(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished slabs are taken up, and the report and the progress say how many galaxies."""
    store = tmp_path / "r.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(run, "build_galaxy", _after(galaxy.build_galaxy, 4))
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=8)
    built: list[str] = []

    def counting(source: Any, *args: Any, **kwargs: Any) -> Any:
        built.append(source.galaxy)
        return galaxy.build_galaxy(source, *args, **kwargs)

    monkeypatch.setattr(run, "build_galaxy", counting)
    told: list[Progress] = []
    report = mangaxr.build_store(store, small.root, npix=8, progress=told.append)
    names = sorted(str(g.plateifu) for g in small.galaxies)
    assert built == names[3:]
    assert report.resumed == 3
    assert [(p.done, p.resumed, p.total) for p in told] == [(n, 3, 7) for n in range(3, 8)]


def test_an_interrupted_build_goes_on(
    small: SurveyFiles, tmp_path: Path, reference: dict[str, bytes], contents: Digest
) -> None:
    """Ctrl-C in the middle of a parallel build leaves a journal that the repeat takes up."""
    store = tmp_path / "i.zarr"

    def interrupt(progress: Progress) -> None:
        if progress.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mangaxr.build_store(store, small.root, npix=32, workers=3, progress=interrupt)
    assert not store.exists()
    report = mangaxr.build_store(store, small.root, npix=32, workers=3)
    assert report.resumed == 3
    assert contents(store) == reference


@pytest.mark.parametrize("change", ["content", "time", "gone"])
def test_a_file_exchanged_between_runs_is_noticed(
    change: str,
    small: SurveyFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resume refuses a survey whose files are not those it began with, and names one."""
    folder = tmp_path / "maps"
    folder.mkdir()
    for file in small.maps[:5]:
        (folder / file.name).write_bytes(file.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(run, "build_galaxy", _after(galaxy.build_galaxy, 3))
        with pytest.raises(Stop):
            mangaxr.build_store(tmp_path / "t.zarr", sorted(folder.iterdir()), npix=8)
    files = sorted(folder.iterdir())
    if change == "content":
        stamp = files[1].stat()
        files[1].write_bytes(files[1].read_bytes() + b"\0")
        os.utime(files[1], ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    elif change == "time":
        os.utime(files[1])
    else:
        files[1].unlink()
    with pytest.raises(RecipeMismatchError, match="has changed") as caught:
        mangaxr.build_store(tmp_path / "t.zarr", files, npix=8)
    assert files[1].name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_second_build_at_the_same_time_is_refused(small: SurveyFiles, tmp_path: Path) -> None:
    """While one build holds the lock another one ends at once, and names the process."""
    store = tmp_path / "t.zarr"
    with journal.Journal(store):
        me = f"process {os.getpid()} of .* on .* since 20"
        with pytest.raises(BuildError, match=me):
            mangaxr.build_store(store, small.maps[0], npix=8)
        with pytest.raises(BuildError, match="another build"):
            mangaxr.build_store(store, small.maps[0], npix=8, fresh=True)
    assert mangaxr.build_store(store, small.maps[0], npix=8).done == 1


def test_a_lock_left_by_a_dead_process_is_no_obstacle(small: SurveyFiles, tmp_path: Path) -> None:
    """A lock file without a living holder does not keep a build out."""
    partial = _partial(tmp_path / "t.zarr")
    partial.mkdir()
    (partial / "lock").write_text("1")
    assert mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], npix=8).done == 1


def test_a_lock_that_its_holder_removes_is_not_taken_for_a_free_one(tmp_path: Path) -> None:
    """Whoever waits at the moment of the clearing up takes a new lock, which keeps others out."""
    path = tmp_path / "lock"
    flock, late = locking.fcntl.flock, []

    def slow(handle: int, how: int) -> None:
        if not late:
            late.append(handle)
            path.unlink()  # by its holder, who lets go then
        flock(handle, how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking.fcntl, "flock", slow)
        handle = lock.take_lock(path, path)
    with pytest.raises(BuildError):
        lock.take_lock(path, path)
    os.close(handle)


def test_a_working_folder_that_is_cleared_up_meanwhile_is_made_again(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the folder and locking it, another build's end may take it away."""
    take, folder = lock.take_lock, _partial(tmp_path / "t.zarr")

    def late(path: Path, what: Path) -> int:
        monkeypatch.setattr(journal, "take_lock", take)
        folder.rmdir()
        return take(path, what)

    monkeypatch.setattr(journal, "take_lock", late)
    assert mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], npix=8).done == 1


def test_the_old_store_gets_its_name_back_if_the_new_one_cannot_have_it(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where directories cannot change places at once, and the second rename is refused."""
    store = tmp_path / "t.zarr"
    mangaxr.build_store(store, small.maps[0], npix=8)
    before = (store / "zarr.json").read_bytes()
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name == "store":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return rename(self, target)

    monkeypatch.setattr(journal, "exchange", lambda *_: False)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        with pytest.raises(WriteError, match="cannot write"):
            mangaxr.build_store(store, small.maps[1], npix=8)
    assert (store / "zarr.json").read_bytes() == before
    assert mangaxr.build_store(store, small.maps[1], npix=8).galaxies == 2
    assert mangaxr.validate_store(store) == []


def test_a_slab_that_a_power_cut_took_is_built_again(
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record whose data never reached the disk, or not whole, is not believed."""
    store = tmp_path / "t.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(work, "finish_store", _stop)
        with pytest.raises(Stop):
            mangaxr.build_store(store, small.root, npix=32)
    chunks = _partial(store) / "store" / "tensor" / "c"
    (chunks / "0" / "0" / "0" / "0").write_bytes(b"")
    old = (chunks / "1" / "1" / "0" / "0").read_bytes()
    (chunks / "1" / "1" / "0" / "0").write_bytes(bytes(len(old)))
    report = mangaxr.build_store(store, small.root, npix=32)
    assert report.resumed == 1
    assert contents(store) == reference
