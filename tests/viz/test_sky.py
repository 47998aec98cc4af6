"""Maps and marks are where they belong on the sky."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
import xarray as xr
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse

from mangaxr.viz.canvas import new_figure
from mangaxr.viz.preview import draw_preview
from mangaxr.viz.sky import draw_psf, draw_reff, sky_box

_NUMBERS = st.floats(-20, 20)


def _axes() -> Axes:
    return new_figure(2, 2).add_axes((0, 0, 1, 1))


def test_a_bright_pixel_is_drawn_at_its_sky_offset(store: xr.Dataset) -> None:
    """The pixel that is lit on the canvas is the one whose sky offset was marked."""
    row, column = 11, 4
    maps = store.tensor.values
    maps[0, 0] = 0.0
    maps[0, 0, row, column] = 1.0
    # The tensor's middle is 0.75 East, 0.25 South of the object; x runs West.
    east = 0.75 - (column - 7.5) * 0.5
    north = -0.25 + (row - 7.5) * 0.5
    figure = draw_preview(store, "8138-1901", channels=["ha_flux"])
    figure.canvas.draw()
    axes = figure.axes[0]
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1]  # type: ignore[attr-defined]

    def colour(dx: float, dy: float) -> list[int]:
        at_x, at_y = axes.transData.transform((east + dx, north + dy))
        return list(pixels[int(at_y), int(at_x), :3])

    marked = colour(0, 0)
    assert min(marked[:2]) > 180  # the light end of magma
    assert all(max(colour(*d)) < 30 for d in [(0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5)])


def test_east_is_left_and_north_up(store: xr.Dataset) -> None:
    """Offsets grow to the left along RA and upwards along Dec."""
    axes = draw_preview(store, "8138-1901", channels=["ha_vel"]).axes[0]
    (east_x, north_y), (west_x, south_y) = axes.transData.transform([(1, 1), (-1, -1)])
    assert east_x < west_x
    assert south_y < north_y


def test_axes_end_at_the_edges_of_the_tensor(store: xr.Dataset) -> None:
    """The axes span 16 pixels of 0.5 arcsec around the middle of the tensor."""
    figure = draw_preview(store, "8138-1901", channels=["ha_vel"])
    for axes in (figure.axes[0], figure.axes[2]):
        assert axes.get_xlim() == (4.75, -3.25)
        assert axes.get_ylim() == (-4.25, 3.75)
        assert list(axes.images[0].get_extent()) == [4.75, -3.25, -4.25, 3.75]


@given(scale=st.floats(0.01, 2), x=_NUMBERS, y=_NUMBERS, n=st.integers(1, 70))
def test_pixel_centres_divide_the_box_evenly(scale: float, x: float, y: float, n: int) -> None:
    """A pixel's centre lies where the contract's coordinates put it, for any grid."""
    offsets = np.arange(n) - (n - 1) / 2
    galaxy = xr.Dataset(
        coords={"x": offsets, "y": offsets, "pixel_scale": scale, "center_sky_x": x}
        | {"center_sky_y": y}
    )
    box = sky_box(galaxy)
    for k in (0, n - 1):
        east, north = box.place((k + 0.5) / n, (k + 0.5) / n)
        assert east == pytest.approx(x - offsets[k] * scale, abs=1e-9)
        assert north == pytest.approx(y + offsets[k] * scale, abs=1e-9)


def test_a_cutout_keeps_its_place(store: xr.Dataset) -> None:
    """Part of the pixels lie where they lie in the whole."""
    whole, part = sky_box(store.isel(galaxy=0)), sky_box(store.isel(galaxy=0, x=slice(4, 10)))
    assert part.east == whole.east - 4 * 0.5
    assert part.west == whole.west + 6 * 0.5


@pytest.mark.parametrize("pa", [0.0, 30.0, 90.0, 163.2])
def test_major_axis_points_along_the_position_angle(store: xr.Dataset, pa: float) -> None:
    """The ellipse's far end lies where astropy puts a point at that position angle."""
    axes = _axes()
    draw_reff(axes, store.isel(galaxy=0).assign_coords(pa=pa))
    (ellipse,) = axes.patches
    assert isinstance(ellipse, Ellipse)
    middle = SkyCoord(0 * u.deg, 0 * u.deg)
    tip = middle.directional_offset_by(pa * u.deg, 2.5 * u.arcsec)
    east, north = middle.spherical_offsets_to(tip)
    expected = np.array([east.to_value(u.arcsec), north.to_value(u.arcsec)])
    far = np.array(ellipse.get_vertices()[0])
    assert np.hypot(*far) == pytest.approx(2.5)
    assert abs(far @ expected) == pytest.approx(2.5**2, rel=1e-6)
    assert ellipse.height == pytest.approx(2 * 2.5 * 0.6)


@pytest.mark.parametrize(
    "unknown",
    [{"reff": np.nan}, {"reff": -999.0}, {"ellipticity": np.nan}, {"pa": np.nan}, {"dapqual": 32}],
)
def test_no_ellipse_without_sound_geometry(store: xr.Dataset, unknown: dict[str, float]) -> None:
    """An ellipse is not drawn from missing numbers, nor when BADGEOM is set."""
    axes = _axes()
    draw_reff(axes, store.isel(galaxy=0).assign_coords(unknown))
    assert not axes.patches


def test_psf_circle_is_as_wide_as_the_fwhm(store: xr.Dataset) -> None:
    """The circle's diameter is the FWHM, and it lies inside the lower left corner."""
    galaxy = store.isel(galaxy=0)
    axes, box = _axes(), sky_box(galaxy)
    draw_psf(axes, galaxy, box)
    (circle,) = axes.patches
    assert isinstance(circle, Circle)
    assert 2 * circle.radius == 1.5
    east, north = circle.center
    assert box.east > east + 0.75 > east > 0
    assert box.south < north - 0.75 < north < 0


def test_no_circle_for_an_unknown_psf(store: xr.Dataset) -> None:
    """A galaxy whose PSF is not known has no circle."""
    galaxy = store.isel(galaxy=0).assign_coords(psf_fwhm=np.nan)
    axes = _axes()
    draw_psf(axes, galaxy, sky_box(galaxy))
    assert not axes.patches
