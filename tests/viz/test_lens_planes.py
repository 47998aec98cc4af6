"""The picture of a lens in both planes."""

from __future__ import annotations

import numpy as np
import pytest

from mangaxr.lensing import SIE, SIS, ImageGrid, Lens, PJaffe, Shear, rotating_disk
from mangaxr.viz.lens_planes import draw_planes
from mangaxr.viz.lensed import lens_words


@pytest.fixture(scope="module")
def figure():
    """Return the picture of a disk North-East of the axis."""
    disk = rotating_disk(r_scale=0.15, v_max=200, inclination=60, pa=90, x=-0.3, y=0.2)
    return draw_planes(disk, Lens([SIS(1.0)]), ImageGrid(40, 0.1), title="A disk", facts="z")


def test_the_magnification_is_that_of_a_sphere(figure) -> None:
    """1 / (1 - theta_E / theta): negative within the ring."""
    (axes,) = (a for a in figure.axes if a.get_label() == "magnification")
    found = np.ma.filled(axes.images[0].get_array(), np.nan)
    places = (np.arange(600) + 0.5) / 600 * 4.0 - 2.0
    radius = np.hypot(places[np.newaxis, :], places[:, np.newaxis])
    far = (abs(radius - 1) > 0.05) & (radius > 0.05)
    np.testing.assert_allclose(found[far], 1 / (1 - 1 / radius[far]), rtol=1e-9)


def test_the_source_is_where_it_is(figure) -> None:
    """East of the middle is left of it."""
    (axes,) = (a for a in figure.axes if a.get_label() == "source")
    flux = np.ma.filled(axes.images[0].get_array(), 0.0)
    row, column = np.unravel_index(np.argmax(flux), flux.shape)
    extent = axes.images[0].get_extent()
    east = np.interp(column + 0.5, (0, 40), extent[:2])
    north = np.interp(row + 0.5, (0, 40), extent[2:])
    assert (east, north) == (pytest.approx(0.3, abs=0.1), pytest.approx(0.2, abs=0.1))


def test_the_net_is_that_of_the_rays(figure) -> None:
    """The corner of the image ends where the lens sends it, and no line crosses the centre."""
    (axes,) = (a for a in figure.axes if a.get_label() == "source")
    lines = [line.get_xydata() for line in axes.lines if line.get_alpha() == 0.7]
    assert len(lines) == 66
    corner = -2.0 * (1 - 1 / np.hypot(2.0, 2.0))
    first = lines[0][0]
    np.testing.assert_allclose(first, (-corner, corner), atol=1e-9)
    steps = [np.hypot(*np.diff(line, axis=0).T) for line in lines]
    assert max(np.nanmax(step) for step in steps) < 0.2


def test_words_fit_on_the_page() -> None:
    """A lens of three parts is written in less than the width of the page."""
    lens = Lens([SIE(1.0, 0.15, 0.05), Shear(0.04, -0.02), PJaffe(0.1, 0.3, 0.9, 0.4)])
    assert lens_words(lens).endswith("PJaffe(theta_s=0.1, r_t=0.3, x=0.9, y=0.4)")
    assert len(lens_words(lens)) < 110
    assert lens_words(Lens()) == ""
