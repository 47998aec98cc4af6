"""What is written with xarray comes back the same; what is said of units can be parsed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy import units as u
from astropy.io import fits

from mangaxr.datamodel.extensions import Layout
from mangaxr.maps.open import load_maps_file, open_maps_file

WriteMaps = Callable[..., Path]

# Zarr v3 has no specification yet for text of fixed width, nor for consolidated metadata.
zarr_warnings = pytest.mark.filterwarnings(
    "ignore:The data type .*FixedLengthUTF32.* does not have a Zarr V3 specification",
    "ignore:Consolidated metadata is currently not part in the Zarr format 3 specification",
)


@pytest.fixture(params=["DR15", "DR17"])
def path(
    request: pytest.FixtureRequest, small_bytes: dict[Layout, bytes], write_maps: WriteMaps
) -> Path:
    """Return a whole small file of each layout."""
    return write_maps(small_bytes[request.param])


def assert_same(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Compare values, dimensions, coordinates and attributes, and the types of them all."""
    xr.testing.assert_identical(found, expected)
    assert set(found.coords) == set(expected.coords)
    for name, variable in expected.variables.items():
        kinds = {found[name].dtype.kind, variable.dtype.kind}
        # Text is of fixed or of variable width; numbers must keep their type.
        assert kinds <= set("UOT") or found[name].dtype == variable.dtype, name
        assert list(found[name].attrs) == list(variable.attrs)
    assert list(found.attrs) == list(expected.attrs)


@pytest.mark.parametrize("chunks", [None, {}])
def test_netcdf_gives_back_what_it_was_given(
    path: Path, tmp_path: Path, chunks: dict[str, int] | None
) -> None:
    """A Dataset written to netCDF and reopened is identical, masks as int32, text as text."""
    dataset = open_maps_file(path, chunks=chunks)
    dataset.to_netcdf(tmp_path / "maps.nc")
    with xr.open_dataset(tmp_path / "maps.nc") as found:
        assert_same(found.load(), load_maps_file(path))


@zarr_warnings
def test_zarr_gives_back_what_it_was_given(path: Path, tmp_path: Path) -> None:
    """A Dataset written to Zarr and reopened is identical, masks as int32, text as text."""
    dataset = open_maps_file(path, chunks={})
    dataset.to_zarr(tmp_path / "maps.zarr")
    with xr.open_zarr(tmp_path / "maps.zarr") as found:
        assert_same(found.load(), load_maps_file(path))


@zarr_warnings
@pytest.mark.parametrize("layout", ["dr15_file", "dr17_file"])
def test_real_files_round_trip(layout: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The same for what the survey's pipeline wrote, with its whole header as an attribute."""
    dataset = load_maps_file(request.getfixturevalue(layout))
    dataset.to_netcdf(tmp_path / "maps.nc")
    with xr.open_dataset(tmp_path / "maps.nc") as found:
        assert_same(found.load(), dataset)
    dataset.to_zarr(tmp_path / "maps.zarr")
    with xr.open_zarr(tmp_path / "maps.zarr") as found:
        assert_same(found.load(), dataset)


def test_masked_and_corrected_maps_round_trip(path: Path, tmp_path: Path) -> None:
    """What the accessor returns can be written too: its attributes are plain text."""
    dataset = load_maps_file(path)
    result = xr.Dataset(
        {
            "gflux": dataset.manga.masked("emline_gflux", ["NOVALUE", "UNRELIABLE"]),
            "sigma": dataset.manga.sigma("stellar_sigma"),
            "index": dataset.manga.index(),
            "good": dataset.manga.good("stellar_vel"),
        }
    )
    result.to_netcdf(tmp_path / "result.nc")
    with xr.open_dataset(tmp_path / "result.nc") as found:
        xr.testing.assert_identical(found.load(), result)


def test_every_unit_is_one_that_astropy_parses(maps_file: Path) -> None:
    """`units` of variables and coordinates parse; only masks, bins and indices have none."""
    dataset = load_maps_file(maps_file)
    for name, variable in dataset.variables.items():
        if "units" in variable.attrs:
            u.Unit(variable.attrs["units"])
            continue
        assert (
            variable.dtype.kind in "iU"
            or str(name).startswith("specindex")
            or f"{variable.dims[0]}_unit" in dataset.coords
        ), name
    for unit in dataset.spectral_index_unit.values:
        u.Unit(str(unit))


def test_units_are_said_twice_and_agree(maps_file: Path, planes: fits.HDUList) -> None:
    """`fits_bunit` is the file's BUNIT, verbatim, wherever it has one."""
    dataset = load_maps_file(maps_file)
    for hdu in planes[1:]:
        found = dataset[hdu.name.lower()].attrs
        assert found.get("fits_bunit", "") == hdu.header.get("BUNIT", "")
    assert u.Unit(dataset.emline_gflux.attrs["units"]).is_equivalent("erg / (s cm2 pix)")
    assert (
        u.Unit(dataset.emline_gflux_ivar.attrs["units"])
        == u.Unit(dataset.emline_gflux.attrs["units"]) ** -2
    )
    assert u.Unit(dataset.stellar_vel.attrs["units"]) == u.km / u.s


def test_variables_name_what_goes_with_them(path: Path) -> None:
    """CF's ancillary_variables, and mask and ivar, name variables that are there."""
    dataset = load_maps_file(path)
    gflux = dataset.emline_gflux.attrs
    assert gflux["ancillary_variables"].split() == ["emline_gflux_ivar", "emline_gflux_mask"]
    assert dataset.emline_instsigma.attrs["mask"] == "emline_gsigma_mask"
    assert "mask" not in dataset.spx_mflux.attrs
    for name, variable in dataset.data_vars.items():
        for other in variable.attrs.get("ancillary_variables", "").split():
            assert other in dataset
            assert other != name
        flags = variable.attrs.get("flag_masks")
        if flags is not None:
            assert flags.dtype == variable.dtype == np.int32
            assert len(flags) == len(variable.attrs["flag_meanings"].split())
    alone = load_maps_file(path, variables=["emline_gflux"])
    assert "ancillary_variables" not in alone.emline_gflux.attrs
