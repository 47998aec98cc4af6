"""Which way the axes run, against the pipeline's per-spaxel table and the WCS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.coordinates import SkyCoord
from astropy.io import fits

from mangaxr.maps.open import load_maps_file


@pytest.fixture(scope="module")
def dataset(maps_file: Path) -> xr.Dataset:
    """Return the coordinates of a file."""
    return load_maps_file(maps_file, variables=["spx_snr"])


def test_the_pipelines_table_fixes_the_order_of_the_axes(
    dr15_file: Path, shared_data: Path
) -> None:
    """SNRG's rows equal the maps at array[y=DRP_INDEX[:, 1], x=DRP_INDEX[:, 0]] only."""
    dataset = load_maps_file(dr15_file, variables=["spx_snr"])
    with fits.open(shared_data / "real/7815-3702/manga-7815-3702-SNRG.fits.gz") as hdus:
        table = hdus["SPECTRUM"].data
        index, sky, ell = (np.array(table[name]) for name in ("DRP_INDEX", "SKY_COO", "ELL_COO"))
        snr = np.array(table["SNR"])
    at = {"y": xr.DataArray(index[:, 1], dims="row"), "x": xr.DataArray(index[:, 0], dims="row")}
    turned = {"y": at["x"], "x": at["y"]}
    expected = {"sky_x": sky[:, 0], "sky_y": sky[:, 1], "r_arcsec": ell[:, 0], "spx_snr": snr}
    for name, values in expected.items():
        tolerance = 4e-6 if name == "spx_snr" else 5e-7 * max(1.0, np.abs(values).max() / 8)
        np.testing.assert_allclose(dataset[name].isel(at), values, rtol=5e-7, atol=tolerance)
    assert np.abs(dataset.sky_x.isel(turned) - sky[:, 0]).max() > 1


def test_x_runs_to_the_west_and_y_to_the_north(dataset: xr.Dataset) -> None:
    """sky_x, positive East, falls by half an arcsecond a spaxel along x; sky_y rises along y."""
    np.testing.assert_allclose(dataset.sky_x.diff("x"), -0.5, atol=5e-5)
    np.testing.assert_allclose(dataset.sky_y.diff("y"), 0.5, atol=5e-5)
    assert np.abs(dataset.sky_x.diff("y")).max() < 2e-3
    assert np.abs(dataset.sky_y.diff("x")).max() < 2e-3


def test_the_wcs_agrees_with_the_sky_coordinates(dataset: xr.Dataset) -> None:
    """RA and Dec of every spaxel by the WCS are those of sky_x and sky_y to 1e-5 arcsec."""
    ra, dec = dataset.attrs["ra"], dataset.attrs["dec"]
    sky_x, sky_y = (dataset[name].values.astype(np.float64) for name in ("sky_x", "sky_y"))
    x, y = np.meshgrid(dataset.x, dataset.y)
    world = SkyCoord(*dataset.manga.wcs.pixel_to_world_values(x, y), unit="deg")
    expected = SkyCoord(ra + sky_x / 3600 / np.cos(np.radians(dec)), dec + sky_y / 3600, unit="deg")
    assert world.separation(expected).arcsec.max() < 1e-5


def test_a_cut_dataset_keeps_its_place_on_the_sky(dataset: xr.Dataset) -> None:
    """The coordinates x and y, not positions, are what the WCS takes."""
    cut = dataset.isel(x=slice(5, 12), y=slice(3, 9))
    ra, _ = cut.manga.wcs.pixel_to_world_values(cut.x[0], cut.y[0])
    whole, _ = dataset.manga.wcs.pixel_to_world_values(5, 3)
    assert ra == whole


def test_elliptical_coordinates_follow_from_the_sky_and_the_header(dataset: xr.Dataset) -> None:
    """Radius and azimuth equal the DAP's formula with the header's PA and ellipticity."""
    pa, ell = np.radians(dataset.attrs["pa"]), dataset.attrs["ellipticity"]
    sky_x, sky_y = (dataset[name].values.astype(float) for name in ("sky_x", "sky_y"))
    major = sky_x * np.sin(pa) + sky_y * np.cos(pa)
    minor = (-sky_x * np.cos(pa) + sky_y * np.sin(pa)) / (1 - ell)
    radius = np.hypot(major, minor)
    np.testing.assert_allclose(dataset.r_arcsec, radius, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(dataset.r_re, radius / dataset.attrs["reff"], rtol=1e-5, atol=1e-5)
    turn = np.degrees(np.arctan2(-minor, major)) - dataset.azimuth.values
    turn = (turn + 180) % 360 - 180
    assert np.abs(turn[radius > 0.1]).max() < 1e-3
    units = {
        name: dataset[name].attrs["units"] for name in ("sky_x", "r_arcsec", "r_re", "azimuth")
    }
    assert units == {"sky_x": "arcsec", "r_arcsec": "arcsec", "r_re": "1", "azimuth": "deg"}
