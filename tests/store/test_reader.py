"""Opening a store, going back to physical values, exporting."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
import xarray as xr
import zarr

import mangaxr
from mangaxr.errors import MissingFileError, StoreError
from mangaxr.store.physical import physical_maps, to_physical
from mangaxr.store.reader import open_store
from mangaxr.store.summary import summarise


def _refuse(*_: object, **__: object) -> None:
    msg = "nothing may be computed here"
    raise AssertionError(msg)


def test_opening_and_scaling_back_compute_nothing(built: Path) -> None:
    """Opening, selecting and to_physical are lazy: a scheduler that raises is not called."""
    with dask.config.set(scheduler=_refuse):
        store = open_store(built)
        physical = to_physical(store.sel(channel="ha_vel").isel(galaxy=slice(0, 2)))
        with pytest.raises(AssertionError, match="nothing may be computed"):
            physical.compute()
    assert np.isfinite(physical.compute()).any()


@pytest.mark.parametrize("scaling", ["robust", "asinh", "none"])
def test_physical_values_follow_the_contract(built: Path, tmp_path: Path, scaling: Any) -> None:
    """Physical = g(tensor) * scale + offset, with the stored numbers."""
    survey = mangaxr.synthetic.example_survey()
    path = tmp_path / "t.zarr"
    mangaxr.build_store(path, ["8001-1901"], sas=survey, scaling=scaling, npix=16)
    store = open_store(path).load()
    tensor = store.tensor.values.astype(np.float64)
    linear = np.sinh(tensor) if scaling == "asinh" else tensor
    scale, offset = (
        store[f"scaling_{name}"].values[:, :, np.newaxis, np.newaxis]
        for name in ("scale", "offset")
    )
    physical = to_physical(store)
    assert physical.dims == store.tensor.dims
    assert physical.dtype == np.float64
    np.testing.assert_array_equal(physical, linear * scale + offset)
    assert np.nanmax(np.abs(physical.sel(channel="ha_vel"))) > 20


@pytest.mark.parametrize(
    "select",
    [
        lambda ds: ds.sel(channel="ha_vel"),
        lambda ds: ds.isel(galaxy=0),
        lambda ds: ds.isel(galaxy=[1, 0], channel=[4, 0]),
        lambda ds: ds.isel(galaxy=0, channel=2, y=slice(3, 9)),
        lambda ds: ds.transpose("y", "x", "channel", "galaxy"),
        lambda ds: ds.where(ds.status == 1, drop=True),
    ],
    ids=["channel", "galaxy", "lists", "corner", "transposed", "done"],
)
def test_selecting_before_or_after_is_the_same(
    built: Path, select: Callable[[xr.Dataset], xr.Dataset]
) -> None:
    """A selection of the store scales back to the same selection of the physical values."""
    store = open_store(built)
    whole = store.assign(tensor=to_physical(store)).pipe(select)
    first = to_physical(select(store))
    assert first.dims == whole.tensor.dims
    np.testing.assert_array_equal(first, whole.tensor)


@pytest.mark.parametrize("chunks", ["auto", None])
@pytest.mark.parametrize("dims", [("galaxy", "channel", "y", "x"), ("x", "channel", "y", "galaxy")])
def test_maps_of_one_galaxy_are_those_of_the_whole(
    built: Path, chunks: str | None, dims: tuple[str, ...]
) -> None:
    """Of any galaxy, channels in any order, however the store is turned."""
    store = open_store(built, chunks=chunks)
    whole = to_physical(store)
    for galaxy, channels in ((0, [4, 0]), (1, [2]), (2, [0, 1, 1])):
        found = physical_maps(store.transpose(*dims), galaxy, channels)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, whole[galaxy, channels])


def test_what_cannot_be_scaled_back_is_an_error(built: Path) -> None:
    """Without scalings, or without the attribute that names their function, nothing is guessed."""
    store = open_store(built)
    with pytest.raises(StoreError, match="'scaling_scale'"):
        to_physical(store.drop_vars("scaling_scale"))
    with pytest.raises(StoreError, match="scaling_function"):
        to_physical(store.drop_attrs())
    with pytest.raises(StoreError, match="'scaling_scale'"):
        physical_maps(store.drop_vars("scaling_scale"), 0, [0])


def test_an_open_store_goes_to_netcdf_and_back(built: Path, tmp_path: Path) -> None:
    """Everything in the store survives netCDF4."""
    store = open_store(built)
    store.to_netcdf(tmp_path / "t.nc")
    with xr.open_dataset(tmp_path / "t.nc") as back:
        xr.testing.assert_identical(back.load(), store.load())


def test_what_is_known_of_a_galaxy_is_in_memory(built: Path) -> None:
    """Coordinates need no computation, so that galaxies can be chosen at once."""
    store = open_store(built)
    for name, variable in store.variables.items():
        assert variable.chunks is None or name in ("tensor", "ivar", "coverage")
    chosen = store.where((store.split == "train") & (store.drp3qual == 0), drop=True)
    assert set(chosen.galaxy.values) <= {"8001-1901", "8001-1902"}


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ("auto", ((3,), (1,) * 5, (24,), (24,))),
        ({}, ((3,), (1,) * 5, (24,), (24,))),
        ({"galaxy": 2, "channel": 5}, ((2, 1), (5,), (24,), (24,))),
        (-1, ((3,), (5,), (24,), (24,))),
    ],
)
def test_chunks_are_the_stores_own_unless_said_otherwise(
    built: Path, chunks: Any, expected: tuple[tuple[int, ...], ...]
) -> None:
    """Dask chunks follow the store's, in every dimension that is not given."""
    store = open_store(built, chunks=chunks)
    for name in ("tensor", "ivar", "coverage"):
        assert store[name].chunks == expected
    np.testing.assert_array_equal(store.tensor, open_store(built, chunks=None).tensor)


def test_chunks_may_be_left_out(built: Path) -> None:
    """With chunks=None there is no dask array, and yet nothing is read before it is used."""
    store = open_store(built, chunks=None)
    assert store.tensor.chunks is None
    assert not store.tensor.variable._in_memory
    xr.testing.assert_identical(store.load(), open_store(built).load())


def _emptied(path: Path) -> Path:
    shutil.rmtree(path)
    path.mkdir()
    return path


def _set(name: str, value: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        zarr.open_group(path, mode="r+").attrs[name] = value

    return change


def _without_copy(path: Path) -> None:
    """Take the copy of all metadata out of the root."""
    root = json.loads((path / "zarr.json").read_text())
    del root["consolidated_metadata"]
    (path / "zarr.json").write_text(json.dumps(root))


def _spoil(path: Path, name: str) -> None:
    (path / name / "zarr.json").write_text("{}")


def _chunk(path: Path, name: str) -> Path:
    return next(file for file in (path / name / "c").rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_emptied, "not a sound Zarr store"),
        (lambda p: zarr.create_group(_emptied(p)), "not a mangaxr store"),
        (lambda p: zarr.create_group(_emptied(p), zarr_format=2), "not a sound Zarr store"),
        (lambda p: zarr.create_array(_emptied(p), shape=(3,), dtype="f4"), "not a sound Zarr"),
        (lambda p: (p / "zarr.json").write_text("{"), "not a sound Zarr store"),
        (lambda p: (_without_copy(p), _spoil(p, "status")), "not a sound Zarr store"),
        # Found by xarray as it opens, or by mangaxr as it reads: that depends on their versions.
        (lambda p: _chunk(p, "mangaid").write_bytes(b"garbage"), "mangaid"),
        (_set("contract", "cubes"), "'cubes'"),
        (_set("contract_version", "2.0"), "'2.0'"),
        (_set("contract_version", None), "None"),
    ],
    ids=["empty", "group", "format 2", "array", "json", "keys", "chunk", "other", "2.0", "none"],
)
def test_what_is_no_store_is_one_line(
    copy: Path, damage: Callable[[Path], object], words: str
) -> None:
    """Whatever else is at the path, StoreError names it and says what was found."""
    damage(copy)
    with pytest.raises(StoreError) as caught:
        open_store(copy)
    message = str(caught.value)
    assert message.startswith(str(copy))
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "lose", [_without_copy, lambda path: _spoil(path, "status")], ids=["the root's", "its own"]
)
def test_one_copy_of_the_metadata_will_do(copy: Path, lose: Callable[[Path], None]) -> None:
    """A store opens by what the root says of its arrays, or by what they say themselves."""
    whole = open_store(copy).load()
    lose(copy)
    xr.testing.assert_identical(open_store(copy).load(), whole)


def test_a_file_or_nothing_at_all_is_no_store(tmp_path: Path) -> None:
    """A file is not a store, and a path without anything says how to build one."""
    file = tmp_path / "notes.txt"
    file.write_text("not a store")
    with pytest.raises(StoreError, match=r"notes\.txt"):
        open_store(file)
    with pytest.raises(MissingFileError, match="mangaxr build"):
        open_store(tmp_path / "absent.zarr")


def test_a_later_minor_version_of_the_contract_can_be_read(copy: Path) -> None:
    """Additions to the contract keep old readers working."""
    _set("contract_version", "1.9")(copy)
    assert open_store(copy).sizes["galaxy"] == 3


def test_the_summary_is_json_of_what_is_there(built: Path) -> None:
    """Counts, channels, recipe and failures are those of the store, as plain values."""
    found = json.loads(json.dumps(summarise(built)))
    assert found["galaxies"]["galaxies"] == 3
    assert (found["galaxies"]["done"], found["galaxies"]["failed"]) == (2, 1)
    assert list(found["failures"]) == ["8009-1901"]
    assert [row["channel"] for row in found["channels"]] == list(open_store(built).channel.values)
    assert found["recipe"]["npix"] == 24
    size = sum(file.stat().st_size for file in built.rglob("*") if file.is_file())
    assert found["size_mb"] == pytest.approx(size / 1e6, abs=1e-3)
