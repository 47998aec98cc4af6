"""The disk's geometry and kinematics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.disks import CURVES
from mangaxr.errors import BadGalaxyError
from mangaxr.synthetic import DiskGalaxy, draw_galaxy, model_moments


@pytest.fixture(scope="module")
def galaxy() -> DiskGalaxy:
    """Return a smooth galaxy, centred and at rest."""
    drawn = draw_galaxy("8001-6101")
    return replace(drawn, clumps=(), dx0=0.0, dy0=0.0, v_sys=0.0)


@pytest.mark.parametrize("curve", CURVES)
@given(pa=st.floats(0, 360), inclination=st.floats(5, 80))
def test_velocity_peaks_at_the_position_angle(curve, pa, inclination) -> None:
    """Far out along the position angle, N through E, the velocity is +V_max sin(i)."""
    galaxy = replace(
        draw_galaxy("8001-1901"), pa=pa, inclination=inclination, curve=curve, v_sys=12.0
    )
    angle = np.deg2rad(pa + np.array([0.0, 90.0, 180.0, 270.0]))
    reach = 1e5 * galaxy.r_turn
    v = galaxy.velocity(galaxy.dx0 + reach * np.sin(angle), galaxy.dy0 + reach * np.cos(angle))
    amplitude = galaxy.v_max * np.sin(np.deg2rad(inclination))
    np.testing.assert_allclose(v - 12.0, amplitude * np.array([1, 0, -1, 0]), atol=1e-2)


def test_the_maps_kinematic_axis_points_to_pa(galaxy) -> None:
    """The direction in which a beam-smeared map's velocity grows is the position angle."""
    for pa in (0.0, 67.0, 200.0, 331.0):
        maps = model_moments(replace(galaxy, pa=pa, inclination=40.0), shape=(54, 54))
        y, x = np.mgrid[:54, :54] - 27.0
        inner = np.hypot(x, y) < 6
        east = np.sum((-x * maps.velocity)[inner])
        north = np.sum((y * maps.velocity)[inner])
        found = np.rad2deg(np.arctan2(east, north)) % 360
        assert abs((found - pa + 180) % 360 - 180) < 0.5


def test_isophotes_have_the_ellipticity(galaxy) -> None:
    """Light on the minor axis equals light 1 / cos(i) farther out on the major one."""
    angle, r = np.deg2rad(galaxy.pa), 4.0
    major = galaxy.gas_flux(r * np.sin(angle), r * np.cos(angle))
    short = r * (1.0 - galaxy.ellipticity)
    minor = galaxy.gas_flux(short * np.cos(angle), -short * np.sin(angle))
    np.testing.assert_allclose(minor, major, rtol=1e-12)


def test_half_the_light_lies_within_r_eff(galaxy) -> None:
    """The ellipse of semi-major axis r_eff holds half the stars' light, for any profile."""
    step = 0.1
    for light, n in (("exponential", 1.0), ("sersic", 0.8), ("sersic", 1.8)):
        shape = replace(galaxy, light=light, sersic_n=n, r_eff=1.5, inclination=50.0)
        y, x = np.mgrid[-400:400, -400:400] * step
        flux = shape.continuum(x, y)
        radius, _ = shape.disk_coordinates(x, y)
        assert flux[radius < 1.5].sum() / flux.sum() == pytest.approx(0.5, abs=0.01)


def test_equivalent_width_at_the_centre_is_as_said(galaxy) -> None:
    """H-alpha over continuum at the centre is the equivalent width, in the rest frame."""
    ratio = galaxy.gas_flux(0.0, 0.0) / galaxy.continuum(0.0, 0.0) / (1 + galaxy.redshift)
    assert float(ratio) == pytest.approx(galaxy.ew)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inclination": 89.0}, "inclination 89.0, expected 0 to 85"),
        ({"curve": "flat"}, "curve 'flat', expected tanh"),
        ({"light": "moffat"}, "light 'moffat', expected exponential"),
        ({"r_eff": 0.0}, "r_eff 0.0"),
        ({"ew": float("nan")}, "ew nan"),
        ({"psf_fwhm": -1.0}, "psf_fwhm -1.0"),
        ({"line_ratios": {"Ha-6564": 1.0}}, "no line_ratios for OII-3727"),
    ],
)
def test_impossible_galaxies_are_refused(galaxy, change, words) -> None:
    """A parameter that no galaxy has is named in the error, with the galaxy."""
    with pytest.raises(BadGalaxyError, match=words) as caught:
        replace(galaxy, **change)
    assert "8001-6101" in str(caught.value)
