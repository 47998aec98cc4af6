"""Where the pixels of a tensor are on the sky."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.errors import NotMapsError
from mangaxr.maps.geometry import geometry_of
from mangaxr.maps.raw import RawMaps
from mangaxr.regrid.grid import PixelGrid
from mangaxr.tensors.assemble import GalaxyTensor, assemble
from mangaxr.tensors.geometry import tensor_grid
from mangaxr.tensors.recipe import Recipe

MakeRaw = Callable[..., RawMaps]

_DEFAULT_SHAPES = ((34, 34), (32, 32), (7, 7), (20, 31), (31, 20), (2, 5))


def _sky_of_brightest(result: GalaxyTensor, npix: int) -> tuple[float, float]:
    """Return the offset East and North, arcsec, of the brightest pixel of the first channel."""
    j, i = np.unravel_index(np.nanargmax(result.tensor[0]), (npix, npix))
    middle = (npix - 1) / 2
    grid = result.grid
    # x runs to the West, y to the North, as the store's coordinates say.
    return (
        grid.sky_x - (float(i) - middle) * grid.pixel_scale,
        grid.sky_y + (float(j) - middle) * grid.pixel_scale,
    )


@pytest.mark.parametrize("grid", ["field", "arcsec", "re"])
@given(data=st.data())
def test_a_spaxel_lies_where_its_file_says(make_raw: MakeRaw, grid: Any, data: Any) -> None:
    """From tensor pixel to sky offset and back to SPX_SKYCOO agree within the pixel's size."""
    shape = data.draw(st.sampled_from(_DEFAULT_SHAPES))
    spaxel = data.draw(st.sampled_from((0.5, 0.25, 1.0)))
    center = (
        data.draw(st.floats(0, shape[0] - 1, allow_nan=False)),
        data.draw(st.floats(0, shape[1] - 1, allow_nan=False)),
    )
    y, x = data.draw(st.integers(0, shape[0] - 1)), data.draw(st.integers(0, shape[1] - 1))
    flux = np.ones(shape)
    flux[y, x] = 1e4
    raw = make_raw(shape, flux=flux, spaxel=spaxel, center=center)
    # The other grids are centred on the object: wide enough to reach every spaxel.
    scale = {"field": None, "arcsec": 1.2 * spaxel, "re": 0.6 * spaxel}[grid]
    recipe = Recipe(
        channels=("ha_flux",), grid=grid, pixel_scale=scale, npix=72, scaling="none", min_coverage=0
    )
    result = assemble(raw, recipe, reff=2.0)
    sky = raw["SPX_SKYCOO"].native()[:, y, x]
    reach = (result.grid.pixel_scale + spaxel) / 2 + 1e-4
    assert np.abs(np.array(_sky_of_brightest(result, 72)) - sky).max() <= reach


def test_north_is_up_and_east_is_left(make_raw: MakeRaw) -> None:
    """A source to the North-East of the object appears at high y and low x."""
    raw = make_raw((30, 30))
    east, north = raw["SPX_SKYCOO"].native()
    bright = make_raw((30, 30), flux=np.where((east > 5) & (north > 5), 1e4, 1.0))
    tensor = assemble(bright, Recipe(channels=("ha_flux",), scaling="none")).tensor[0]
    quarter = tensor[32:, :32]
    assert np.nanmax(tensor) == np.nanmax(quarter) > 100 * np.nanmax(tensor[:32])
    assert np.nanmax(quarter) > 100 * np.nanmax(tensor[:, 32:])


@pytest.mark.parametrize(
    ("shape", "spaxel", "scale"),
    [((34, 34), 0.5, 34 * 0.5 / 64), ((72, 74), 0.5, 37 / 64), ((5, 3), 1.0, 5 / 64)],
)
def test_the_field_grid_fits_the_longer_side(
    make_raw: MakeRaw, shape: tuple[int, int], spaxel: float, scale: float
) -> None:
    """The pixel of the grid field is the longer side of the map over the number of pixels."""
    geometry = geometry_of(make_raw(shape, spaxel=spaxel))
    grid = tensor_grid(geometry, Recipe(), math.nan)
    assert grid.pixel_scale == pytest.approx(scale, rel=1e-6)
    assert (grid.sky_x, grid.sky_y) == pytest.approx((0, 0), abs=1e-5)


def test_the_grids_arcsec_and_re_are_centred_on_the_object(make_raw: MakeRaw) -> None:
    """A constant scale means the same pixel for every galaxy, its middle on the object."""
    geometry = geometry_of(make_raw((34, 30), center=(12.0, 17.5)))
    arcsec = tensor_grid(geometry, Recipe(grid="arcsec", pixel_scale=0.4), math.nan)
    assert arcsec.pixel_scale == pytest.approx(0.4)
    assert (arcsec.sky_x, arcsec.sky_y) == pytest.approx((0, 0), abs=1e-6)
    assert arcsec.grid.center == pytest.approx((12.0, 17.5), abs=1e-5)
    re = tensor_grid(geometry, Recipe(grid="re", pixel_scale=0.1), 6.0)
    assert re.pixel_scale == pytest.approx(0.6)
    assert re.grid.center == arcsec.grid.center


def test_the_offset_of_the_field_is_that_of_its_middle(make_raw: MakeRaw) -> None:
    """An object off the bundle's middle leaves the grid on the bundle and says by how much."""
    geometry = geometry_of(make_raw((34, 34), center=(14.5, 18.5)))
    grid = tensor_grid(geometry, Recipe(), math.nan)
    # The middle of the bundle, spaxel 16.5, is 2 spaxels North and 2 East of the object.
    assert (grid.sky_x, grid.sky_y) == pytest.approx((1.0, 1.0), abs=1e-5)


def test_real_files_have_spaxels_of_half_an_arcsec(raw: RawMaps) -> None:
    """The placement read off a file reproduces all its coordinates."""
    geometry = geometry_of(raw)
    assert geometry.spaxel == 0.5
    y, x = np.mgrid[: geometry.shape[0], : geometry.shape[1]]
    sky = raw["SPX_SKYCOO"].native()
    np.testing.assert_allclose((geometry.center[1] - x) * 0.5, sky[0], atol=2e-3)
    np.testing.assert_allclose((y - geometry.center[0]) * 0.5, sky[1], atol=2e-3)


@pytest.mark.parametrize("reff", [math.nan, 0.0, -1.0, math.inf])
def test_the_grid_re_needs_an_effective_radius(make_raw: MakeRaw, reff: float) -> None:
    """Without R_e the error is one line that names file, keyword and the way out."""
    with pytest.raises(NotMapsError) as caught:
        assemble(make_raw((34, 34)), Recipe(grid="re"), reff)
    message = str(caught.value)
    assert "\n" not in message
    for word in ("manga-8138-12704-MAPS-TEST.fits.gz", "REFF", "'field'"):
        assert word in message


def test_the_field_needs_no_effective_radius(make_raw: MakeRaw) -> None:
    """A galaxy without photometry has a tensor on the other grids."""
    for grid in ("field", "arcsec"):
        result = assemble(make_raw((34, 34)), Recipe(grid=grid), math.nan)
        assert np.isfinite(result.tensor).any()


@pytest.mark.parametrize(
    "change",
    [
        lambda sky: sky[:, :, ::-1],
        lambda sky: sky[:, ::-1],
        lambda sky: sky * np.array([1.0, 2.0])[:, np.newaxis, np.newaxis],
        lambda sky: np.full_like(sky, np.nan),
        lambda sky: np.zeros_like(sky),
        lambda sky: sky[:, :1, :1],
        lambda sky: sky[:1],
        lambda sky: sky[0],
    ],
    ids=["East right", "South up", "oblong", "NaN", "zero", "one spaxel", "one plane", "flat"],
)
def test_coordinates_that_cannot_be_are_an_error(
    make_raw: MakeRaw, change: Callable[[Any], Any]
) -> None:
    """Spaxels that are not square, with West along x, are refused with the file's name."""
    sky = make_raw((34, 34))["SPX_SKYCOO"].native()
    raw = make_raw((34, 34), changes={"SPX_SKYCOO": change(sky)})
    with pytest.raises(NotMapsError, match=r"MAPS-TEST.*SPX_SKYCOO") as caught:
        geometry_of(raw)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("EMLINE_GVEL_MASK", lambda data: data[:, :-1]),
        ("EMLINE_GFLUX", lambda data: data[:, :, 1:]),
        ("EMLINE_GFLUX_IVAR", lambda data: data[0, :3]),
    ],
)
def test_planes_of_other_shapes_are_an_error(
    make_raw: MakeRaw, name: str, change: Callable[[Any], Any]
) -> None:
    """Extensions that do not lie over each other are refused, with file and extension."""
    data = make_raw((34, 34))[name].data
    raw = make_raw((34, 34), changes={name: change(data)})
    with pytest.raises(NotMapsError, match=rf"MAPS-TEST.*{name}") as caught:
        assemble(raw, Recipe())
    assert "\n" not in str(caught.value)


def test_the_grid_is_the_one_that_regrid_lays(make_raw: MakeRaw) -> None:
    """The grid field is `PixelGrid.field` of the map's shape."""
    geometry = geometry_of(make_raw((20, 31)))
    assert tensor_grid(geometry, Recipe(npix=16), math.nan).grid == PixelGrid.field((20, 31), 16)
