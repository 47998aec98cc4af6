"""One netCDF file: the values of the store, described as CF has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from astropy.units import Unit
from noise_store import FAILED, GALAXIES, MakeStore, name_of

import mangaxr
from mangaxr.errors import StoreError
from mangaxr.export.cf import inverse_square, udunits
from mangaxr.store.contract import all_variables
from mangaxr.tensors.channels import CHANNELS, parse_channel

DONE = GALAXIES - len(FAILED)


@pytest.fixture(scope="module")
def exported(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the store as netCDF."""
    path = tmp_path_factory.mktemp("netcdf") / "tensors.nc"
    told: list[tuple[int, int]] = []
    report = mangaxr.export_netcdf(store, path, progress=lambda *n: told.append(n))
    assert told == [(63, DONE), (126, DONE), (DONE, DONE)]
    assert (report.galaxies, len(report.failures)) == (DONE, len(FAILED))
    return path


def test_every_value_comes_back(store: Path, exported: Path) -> None:
    """Plain xarray reads each variable of the contract as the store has it, type and all."""
    opened = mangaxr.open_store(store)
    expected = opened.isel(galaxy=opened.status.values == 1).load()
    with xr.open_dataset(exported) as found:
        assert set(found.coords) == set(expected.coords)
        assert list(found.sizes) == list(expected.sizes)
        for spec in all_variables():
            one, other = found[spec.name], expected[spec.name]
            assert one.dims == other.dims
            assert one.dtype.kind in "OUT" if spec.dtype == "str" else one.dtype == other.dtype
            np.testing.assert_array_equal(one.values, other.values, err_msg=spec.name)


def test_what_takes_a_store_takes_the_file(store: Path, exported: Path) -> None:
    """Physical values, stacks and exports of the opened file are those of the store."""
    opened = mangaxr.open_store(store)
    done = opened.isel(galaxy=opened.status.values == 1)
    with xr.open_dataset(exported) as found:
        np.testing.assert_array_equal(mangaxr.to_physical(found), mangaxr.to_physical(done))
        one = mangaxr.stack(found, channel="ha_vel", where=found.usable).value.values
        other = mangaxr.stack(done, channel="ha_vel", where=done.usable).value.values
        np.testing.assert_allclose(one, other, rtol=1e-9)  # other chunks, other rounding
        again = mangaxr.export_netcdf(found, exported.with_name("again.nc"))
    assert again.galaxies == DONE
    with xr.open_dataset(again.path) as second, xr.open_dataset(exported) as first:
        xr.testing.assert_equal(first, second)


def test_the_file_is_what_other_tools_expect(exported: Path) -> None:
    """Texts are netCDF strings, flags have meanings, maps are compressed one by one."""
    with netCDF4.Dataset(exported) as file:
        assert file.data_model == "NETCDF4"
        assert file.Conventions.startswith("CF-")
        assert file["mangaid"].dtype is str
        assert file["galaxy"].dtype is str
        usable, status, tensor = file["usable"], file["status"], file["tensor"]
        assert usable.dtype == status.dtype == np.int8
        assert usable.flag_meanings == "false true"
        assert usable.flag_values.tolist() == [0, 1]
        assert status.flag_meanings.split()[status[0]] == "done"
        assert np.isnan(tensor._FillValue)
        assert tensor.chunking() == [1, 1, 6, 6]
        filters = tensor.filters()
        assert (filters["zlib"], filters["complevel"], filters["shuffle"]) == (True, 1, True)
        assert set(tensor.ancillary_variables.split()) <= set(file.variables)


def test_units_mean_what_they_meant() -> None:
    """The spelling for UDUNITS is the same unit to astropy; pixels become plain numbers."""
    units = {spec.units for spec in all_variables()}
    units |= {parse_channel(name).units for name in CHANNELS}
    for unit in units - {"", "pix"}:
        assert Unit(udunits(unit)) == Unit(unit)
        assert Unit(inverse_square(unit)) == Unit(unit) ** -2
        # Words of astropy that UDUNITS cannot read.
        assert not {"deg", "kpc", "pix"} & set(udunits(unit).replace("(", " ").split())


def test_physical_values_have_a_variable_for_each_channel(
    make_store: MakeStore, tmp_path: Path
) -> None:
    """Named as CF recommends, in the channel's unit, with its variance and coverage."""
    channels = ("ha_vel", "flux:OIII-5008", "index:Mgb")
    path = make_store(galaxies=4, channels=channels, scaling="asinh")
    mangaxr.export_netcdf(path, tmp_path / "p.nc", physical=True)
    store = mangaxr.open_store(path).load()
    physical = mangaxr.to_physical(store)
    with xr.open_dataset(tmp_path / "p.nc") as found:
        assert "channel" not in found.dims
        names = ("ha_vel", "flux_OIII_5008", "index_Mgb")
        for i, (name, channel) in enumerate(zip(names, channels, strict=True)):
            assert found[name].dims == ("galaxy", "y", "x")
            expected = physical[:, i].astype(np.float32)
            np.testing.assert_array_equal(found[name].values, expected.values)
            assert found[name].attrs["channel"] == channel
            assert Unit(found[name].units) == Unit(str(store.channel_units.values[i]))
            np.testing.assert_array_equal(found[f"{name}_ivar"].values, store.ivar[:, i].values)
            assert Unit(found[f"{name}_ivar"].units) == Unit(found[name].units) ** -2
            np.testing.assert_array_equal(found[f"{name}_coverage"], store.coverage[:, i])
        assert found["galaxy"].values.tolist() == [name_of(i) for i in range(4)]


def test_the_store_is_not_held_in_memory(store: Path, tmp_path: Path) -> None:
    """An open store is read block by block: its large arrays stay on disk."""
    opened = mangaxr.open_store(store, chunks=None)
    mangaxr.export_netcdf(opened, tmp_path / "a.nc", usable=True)
    mangaxr.export_npy(opened, tmp_path / "a", usable=True)
    assert not any(opened[name].variable._in_memory for name in ("tensor", "ivar", "coverage"))


def test_a_chunk_that_is_broken_is_a_line(make_store: MakeStore, tmp_path: Path) -> None:
    """It names the galaxies; nothing appears under the final names."""
    path = shutil.copytree(make_store(galaxies=70), tmp_path / "copy.zarr")
    next(file for file in (path / "ivar" / "c" / "1").rglob("*") if file.is_file()).write_bytes(
        b"x"
    )
    for name, export in (("a.nc", mangaxr.export_netcdf), ("a", mangaxr.export_npy)):
        with pytest.raises(StoreError, match="galaxies 8001-1915 to 8001-1920") as error:
            export(path, tmp_path / name)
        assert "\n" not in str(error.value)
        assert not (tmp_path / name).exists()
