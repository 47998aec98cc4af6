"""Opening computes nothing, inflates once, and notices a file that changed."""

from __future__ import annotations

import os
import pickle
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import dask
import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.datamodel.extensions import Layout
from mangaxr.errors import CorruptFileError, MangaxrError, MissingFileError
from mangaxr.fits.source import ByteSource, open_source
from mangaxr.maps import inflated
from mangaxr.maps.open import load_maps_file, open_maps_file

MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]

SOME = ("SPX_SKYCOO", "SPX_ELLCOO", "STELLAR_VEL", "STELLAR_VEL_MASK", "EMLINE_GVEL")


@pytest.fixture
def path(make_hdus: MakeHDUs, write_maps: WriteMaps) -> Path:
    """Return a small compressed file."""
    return write_maps(make_hdus(only=SOME))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Count how often each file is opened for reading."""
    count: Counter[str] = Counter()

    def counting(path: str | os.PathLike[str], **how: bool) -> ByteSource:
        count[Path(path).name] += 1
        return open_source(path, **how)

    monkeypatch.setattr("mangaxr.maps.stream.open_source", counting)
    return count


def never(*_: object, **__: object) -> None:
    """Stand in for a dask scheduler that must not be called."""
    message = "something was computed"
    raise AssertionError(message)


def test_part_of_a_map_is_that_part(path: Path) -> None:
    """Whatever the index, a lazy variable gives what the whole map would."""
    whole = load_maps_file(path).emline_gvel
    keys = ({"line": 1}, {"line": [2, 0], "x": [5, 1, 1]}, {"line": 0, "y": [3]}, {"x": []},
            {"line": [], "y": slice(2, 5)}, {"y": slice(None, None, -2), "x": -1})  # fmt: skip
    for key in keys:
        part = open_maps_file(path).emline_gvel.isel(key)
        xr.testing.assert_identical(part.load(), whole.isel(key))
    diagonal = xr.DataArray([1, 4, 2], dims="spaxel")
    part = open_maps_file(path).emline_gvel.isel(x=diagonal, y=diagonal)
    xr.testing.assert_identical(part.load(), whole.isel(x=diagonal, y=diagonal))


def test_opening_in_chunks_computes_nothing(path: Path) -> None:
    """With a scheduler that raises, a file opens, is selected from, masked and corrected."""
    with dask.config.set(scheduler=never):
        dataset = open_maps_file(path, chunks={})
        assert all(v.chunks is not None for v in dataset.data_vars.values())
        lazy = dataset.manga.masked("stellar_vel") * 2 + dataset.emline_gvel.sel(line="Ha-6564")
        with pytest.raises(AssertionError, match="something was computed"):
            lazy.compute()
    assert np.isfinite(lazy.compute(scheduler="synchronous")).any()


def test_corrections_are_lazy_too(small_bytes: dict[Layout, bytes], write_maps: WriteMaps) -> None:
    """Dispersions and indices are corrected without computing, to the values of eager ones."""
    path = write_maps(small_bytes["DR17"])
    with dask.config.set(scheduler=never):
        lazy = open_maps_file(path, chunks={})
        results = [
            lazy.manga.good("emline_gflux", "dap"),
            lazy.manga.good("spx_mflux"),
            lazy.manga.sigma(),
            lazy.manga.sigma("stellar_sigma", squared=True),
            lazy.manga.index("specindex_bf"),
        ]
        assert all(result.chunks is not None for result in results)
    eager = load_maps_file(path)
    for result, expected in zip(
        results,
        [
            eager.manga.good("emline_gflux", "dap"),
            eager.manga.good("spx_mflux"),
            eager.manga.sigma(),
            eager.manga.sigma("stellar_sigma", squared=True),
            eager.manga.index("specindex_bf"),
        ],
        strict=True,
    ):
        xr.testing.assert_identical(result.compute(), expected)


@pytest.mark.parametrize("chunks", [{}, "auto", {"line": 5}, {"x": 3, "y": 2}])
def test_chunks_of_any_kind_give_the_same_values(path: Path, chunks: object) -> None:
    """How a file is cut does not matter to what is in it."""
    dataset = open_maps_file(path, chunks=chunks)  # type: ignore[arg-type]
    xr.testing.assert_identical(dataset.compute(), load_maps_file(path))


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_a_file_is_inflated_once(path: Path, opened: Counter[str], scheduler: str) -> None:
    """Opening and touching every variable, some twice, reads the file one time."""
    dataset = open_maps_file(path, chunks={"line": 1})
    dataset.compute(scheduler=scheduler, num_workers=4)
    dataset.stellar_vel.compute(scheduler=scheduler)
    again = open_maps_file(path)
    for name in again.variables:
        again[name].load()
    assert opened == {path.name: 1}


def test_a_file_that_many_threads_open_at_once_is_inflated_once(
    path: Path, opened: Counter[str]
) -> None:
    """Threads wait for the first instead of each inflating."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: open_maps_file(path).load(), range(16)))
    assert opened == {path.name: 1}
    for dataset in found[1:]:
        xr.testing.assert_identical(dataset, found[0])


def test_worker_processes_read_the_file_themselves(path: Path) -> None:
    """The process scheduler gives the same values: tasks carry a path, not the data."""
    dataset = open_maps_file(path, variables=["emline_gvel"], chunks={"line": 18})
    found = dataset.emline_gvel.sum("line").compute(scheduler="processes", num_workers=1)
    expected = load_maps_file(path).emline_gvel.sum("line")
    xr.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_lazy_dataset_pickles_small_and_comes_back_whole(path: Path) -> None:
    """A pickle holds the path, and reads again where it is unpacked, from a clean cache."""
    dataset = open_maps_file(path)
    data = pickle.dumps(dataset)
    inflated._cache.clear()
    xr.testing.assert_identical(pickle.loads(data).load(), load_maps_file(path))
    assert len(pickle.dumps(open_maps_file(path).emline_gvel.variable._data)) < 100_000


def test_real_files_through_processes_and_threads(maps_file: Path) -> None:
    """Real files too give the same values under every scheduler."""
    dataset = open_maps_file(maps_file, variables=["emline_gflux", "binid"], chunks={})
    expected = load_maps_file(maps_file, variables=["emline_gflux", "binid"])
    xr.testing.assert_identical(dataset.compute(scheduler="threads"), expected)


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("compress", [True, False])
def test_a_file_that_changed_after_opening_is_an_error(
    make_hdus: MakeHDUs, write_maps: WriteMaps, cached: bool, compress: bool
) -> None:
    """Planes of another file are never given for those of the one that was opened."""
    path = write_maps(make_hdus(only=SOME), compress=compress)
    dataset = open_maps_file(path)
    if not cached:
        inflated._cache.clear()
    write_maps(make_hdus(only=SOME, seed=2), compress=compress)
    os.utime(path, ns=(1, 1))
    with pytest.raises(CorruptFileError, match="changed since it was opened") as caught:
        dataset.stellar_vel.load()
    assert path.name in str(caught.value)
    assert open_maps_file(path).stellar_vel.load().notnull().all()


def test_a_plain_file_cut_short_after_opening_is_an_error(
    make_hdus: MakeHDUs, write_maps: WriteMaps
) -> None:
    """Reading behind the end of a memory map would kill the process; it is an error instead."""
    path = write_maps(make_hdus(only=SOME), compress=False)
    dataset = open_maps_file(path)
    os.truncate(path, 2880)
    with pytest.raises(CorruptFileError, match="changed since it was opened"):
        dataset.emline_gvel.load()


def test_a_file_that_is_gone_after_opening_is_an_error(path: Path) -> None:
    """A deleted file is missing, and says which it was."""
    dataset = open_maps_file(path)
    path.unlink()
    with pytest.raises(MissingFileError, match=path.name):
        dataset.stellar_vel.load()


def test_a_failed_reading_is_not_remembered(path: Path, opened: Counter[str]) -> None:
    """After an error, a file that was put right opens."""
    sound = path.read_bytes()
    path.write_bytes(sound[:-100])
    for _ in range(2):
        with pytest.raises(MangaxrError):
            open_maps_file(path)
    path.write_bytes(sound)
    assert "stellar_vel" in open_maps_file(path)
    assert not any(future.exception() for future in inflated._cache.values())


def test_the_cache_is_bounded(
    make_hdus: MakeHDUs, write_maps: WriteMaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file used longest ago goes first, the newest stays, and what went is read again."""
    hdus = make_hdus(only=SOME)
    paths = [write_maps(hdus, name=f"maps-{number}.fits.gz") for number in range(4)]
    one = sum(hdu.data.nbytes for hdu in hdus[1:])
    monkeypatch.setattr(inflated, "CACHE_BYTES", 2 * one)
    datasets = [open_maps_file(path) for path in paths[:2]]
    datasets[0].stellar_vel.values  # noqa: B018  (touched: now used after the other)
    datasets.append(open_maps_file(paths[2]))
    assert [key.path.name for key in inflated._cache] == ["maps-0.fits.gz", "maps-2.fits.gz"]
    datasets.append(open_maps_file(paths[3]))
    assert [key.path.name for key in inflated._cache] == ["maps-2.fits.gz", "maps-3.fits.gz"]
    for dataset in datasets:
        np.testing.assert_array_equal(dataset.stellar_vel, hdus["STELLAR_VEL"].data)
    monkeypatch.setattr(inflated, "CACHE_BYTES", 0)
    assert open_maps_file(paths[1]).stellar_vel.shape == (6, 6)
    assert [key.path.name for key in inflated._cache] == ["maps-1.fits.gz"]


def test_loading_leaves_nothing_in_the_cache(path: Path) -> None:
    """The eager way keeps no file inflated, and its planes are the caller's own to change."""
    dataset = load_maps_file(path)
    assert not inflated._cache
    dataset.stellar_vel.values[0, 0] = 7
    assert load_maps_file(path).stellar_vel.values[0, 0] != 7


@pytest.mark.parametrize("compress", [True, False])
def test_planes_of_a_lazy_file_are_the_callers_own(
    make_hdus: MakeHDUs, write_maps: WriteMaps, compress: bool
) -> None:
    """Changing loaded values changes neither the cache nor the file."""
    path = write_maps(make_hdus(only=SOME), compress=compress)
    first = open_maps_file(path).load()
    before = first.stellar_vel.values[0, 0]
    first.stellar_vel.values[0, 0] = -1
    assert open_maps_file(path).stellar_vel.values[0, 0] == before


@pytest.mark.parametrize(("told", "threads"), [("", 1), ("4", 1), ("1", 0)])
def test_who_may_use_one_thread_does_not_inflate_in_another(
    path: Path, monkeypatch: pytest.MonkeyPatch, told: str, threads: int
) -> None:
    """Else the next piece is inflated ahead, where the file is to be read to its end."""
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    here, start = threading.current_thread(), threading.Thread.start
    started: list[threading.Thread] = []  # one may be done with so small a file at once

    def noted(thread: threading.Thread) -> None:
        if threading.current_thread() is here:
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    with closing(open_source(path, ahead=True)):
        assert len(started) == threads
    with closing(open_source(path)):
        assert len(started) == threads
