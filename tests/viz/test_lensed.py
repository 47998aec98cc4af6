"""The picture of a galaxy with and without its lens."""

from __future__ import annotations

import numpy as np
import pytest

from mangaxr.lensing import PSF, SIE, SIS, ImageGrid, Lens, Shear, observe, rotating_disk, trace
from mangaxr.viz.lensed import critical_curves, draw_comparison


def test_critical_curves_are_where_the_magnification_changes_its_sign() -> None:
    """Of an ellipsoid with shear one, of one with a core a second within."""
    lens = Lens([SIE(1.0, 0.2, 0.1), Shear(0.05, -0.02)])
    (line,) = critical_curves(lens, 2.5)
    assert np.max(abs(lens.jacobian(*line.T).determinant)) < 0.02
    np.testing.assert_array_equal(line[0], line[-1])
    assert len(critical_curves(Lens([SIE(1.0, 0.1, 0.0, core=0.05)]), 2.5)) == 2


def test_the_caustic_of_a_sphere_is_a_point() -> None:
    """All rays of its ring end on the axis."""
    lens = Lens([SIS(0.8)])
    (ring,) = critical_curves(lens, 2.0)
    np.testing.assert_allclose(np.hypot(*lens.ray_shoot(*ring.T)), 0.0, atol=1e-3)


def test_no_lens_has_no_critical_curve() -> None:
    """Nor has a weak one."""
    assert critical_curves(Lens(), 2.0) == []
    assert critical_curves(Lens([Shear(0.1, 0.0)]), 2.0) == []


@pytest.fixture(scope="module")
def figure():
    """Return the picture of a disk North-East of the axis, receding to the East."""
    disk = rotating_disk(r_scale=0.15, v_max=200, inclination=60, pa=90, x=-0.3, y=0.2)
    lens, grid = Lens([SIS(1.0)]), ImageGrid(40, 0.1)
    images = (observe(trace(disk, one, grid), psf=PSF(0.15)) for one in (Lens(), lens))
    return draw_comparison(*images, lens, title="A disk", facts="z")


def test_panels_hold_the_maps_the_right_way_round(figure) -> None:
    """East to the left: x, which runs West, is turned into offsets that fall to the right."""
    by_label = {axes.get_label(): axes for axes in figure.axes}
    axes = by_label["flux, without the lens"]
    assert axes.get_xlim() == (2.0, -2.0)
    (image,) = axes.images
    flux = np.ma.filled(image.get_array(), 0.0)
    row, column = np.unravel_index(np.argmax(flux), flux.shape)
    east = np.interp(column + 0.5, (0, 40), image.get_extent()[:2])
    north = np.interp(row + 0.5, (0, 40), image.get_extent()[2:])
    assert (east, north) == (pytest.approx(0.3, abs=0.1), pytest.approx(0.2, abs=0.1))
    velocity = by_label["velocity, without the lens"].images[0].get_array()
    assert velocity[row, column - 3] > 50 > -50 > velocity[row, column + 3]


def test_velocities_share_a_scale(figure) -> None:
    """So that the eye may compare them."""
    limits = {
        axes.images[0].get_clim() for axes in figure.axes
        if axes.get_label().startswith("velocity") and axes.images
    }  # fmt: skip
    assert len(limits) == 1


def test_a_ring_is_drawn_on_the_lensed_maps(figure) -> None:
    """At the Einstein radius, East positive."""
    by_label = {axes.get_label(): axes for axes in figure.axes}
    (line,) = by_label["velocity, lensed"].lines
    np.testing.assert_allclose(np.hypot(*line.get_data()), 1.0, atol=1e-3)
