"""Every profile against calculus: alpha, kappa and the Hessian are derivatives of one potential."""

from __future__ import annotations

import numpy as np
import pytest

from mangaxr.errors import LensError
from mangaxr.lensing import EPL, SIE, SIS, TNFW, Component, Lens, LensScale, PJaffe, Shear

PROFILES: dict[str, Component] = {
    "SIS": SIS(1.1, 0.1, -0.2),
    "SIE": SIE(1.0, 0.15, -0.1, 0.05, 0.1),
    "SIE, round": SIE(1.0, 0.0, 0.0),
    "SIE, nearly round": SIE(1.0, 2e-8, 1e-8),
    "NIE": SIE(0.9, -0.2, 0.1, 0.0, 0.1, core=0.2),
    "EPL, steep": EPL(1.0, 2.3, 0.1, 0.2, 0.1, 0.0),
    "EPL, shallow": EPL(1.2, 1.6, -0.25, 0.05),
    "EPL, round": EPL(1.0, 1.9, 0.0, 0.0),
    "shear": Shear(0.03, -0.05, 0.2, 0.1),
    "PJaffe": PJaffe(0.1, 0.3, 0.6, -0.5),
    "TNFW": TNFW(0.05, 0.4, 0.9, 0.3, 0.2),
    "TNFW, cut inside its scale": TNFW(0.05, 0.8, 0.3),
}
STEP = 1e-4


@pytest.fixture
def places() -> tuple[np.ndarray, np.ndarray]:
    """Positions all over the image, none of them on a centre."""
    random = np.random.default_rng(5)
    return random.uniform(-2, 2, 200), random.uniform(-2, 2, 200)


def slope(function, x, y, axis: int) -> np.ndarray:
    """Differentiate numerically, to the fourth order in the step."""
    dx, dy = (STEP, 0.0) if axis == 0 else (0.0, STEP)
    near = function(x + dx, y + dy) - function(x - dx, y - dy)
    far = function(x + 2 * dx, y + 2 * dy) - function(x - 2 * dx, y - 2 * dy)
    return (8 * near - far) / (12 * STEP)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_deflection_is_the_gradient_of_the_potential(profile: Component, places) -> None:
    """To the precision of the differences."""
    alpha = profile.deflection(*places)
    for axis in (0, 1):
        np.testing.assert_allclose(slope(profile.potential, *places, axis), alpha[axis], atol=1e-8)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_hessian_is_the_gradient_of_the_deflection(profile: Component, places) -> None:
    """All four of its elements, one of them twice."""
    hessian = profile.hessian(*places)
    for axis, expected in ((0, (hessian.xx, hessian.xy)), (1, (hessian.xy, hessian.yy))):
        for component in (0, 1):
            found = slope(lambda x, y, c=component: profile.deflection(x, y)[c], *places, axis)
            np.testing.assert_allclose(found, expected[component], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_kappa_is_half_the_trace_of_the_hessian(profile: Component, places) -> None:
    """Poisson's equation; the Hessian itself is tested against the deflection."""
    hessian = profile.hessian(*places)
    half = (hessian.xx + hessian.yy) / 2
    np.testing.assert_allclose(profile.convergence(*places), half, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_nothing_is_infinite_in_the_centre(profile: Component) -> None:
    """Rays do hit the centre, and warnings are errors here."""
    x, y = float(profile.x), float(profile.y)  # type: ignore[attr-defined]
    assert np.all(np.isfinite(profile.deflection(x, y)))
    if profile.__class__ is not Shear:
        assert np.hypot(*profile.deflection(x, y)) < 1e-12
    assert np.all(np.isfinite(profile.hessian(x, y)))
    assert np.isfinite(Lens([profile]).magnification(x, y))


def test_a_round_ellipsoid_is_a_sphere(places) -> None:
    """Three ways to write an isothermal sphere, through different formulas."""
    sphere = SIS(1.3).deflection(*places)
    for same in (SIE(1.3, 0.0, 0.0), SIE(1.3, 1e-12, -1e-13), EPL(1.3, 2.0, 0.0, 0.0)):
        np.testing.assert_allclose(same.deflection(*places), sphere, atol=3e-12)


def test_the_elliptical_power_law_has_the_isothermal_ellipsoid_in_it(places) -> None:
    """Closed form and series agree, for flat lenses too."""
    for e1, e2 in ((0.1, 0.05), (0.4, -0.3), (-0.6, 0.1)):
        closed, series = (p.deflection(*places) for p in (SIE(1.0, e1, e2), EPL(1.0, 2.0, e1, e2)))
        np.testing.assert_allclose(series, closed, rtol=1e-11, atol=1e-13)


def test_the_series_of_a_nearly_round_ellipsoid_joins_the_closed_form(places) -> None:
    """On both sides of where one takes over from the other."""
    for f in (0.9e-3, 1.1e-3):
        q = np.sqrt(1 - f**2)
        e = (1 - q) / (1 + q)
        near = SIE(1.0, e, 0.0).deflection(*places)
        np.testing.assert_allclose(near, EPL(1.0, 2.0, e, 0.0).deflection(*places), atol=1e-13)


def test_a_batch_is_its_lenses_one_by_one() -> None:
    """Parameters (...,) broadcast over grids, mixed with plain numbers."""
    x, y = np.linspace(-1, 1, 5)[np.newaxis, :], np.linspace(-1, 1, 4)[:, np.newaxis]
    size, e1 = np.array([0.0, 0.8, 1.2]), np.array([0.0, 1e-9, 0.3])
    batch = Lens([SIE(size, e1, 0.1 * e1), Shear(0.01, size / 10), PJaffe(size / 9, 0.2)])
    found = (*batch.deflection(x, y), batch.magnification(x, y), batch.convergence(x, y))
    for i in range(3):
        one = Lens(
            [SIE(size[i], e1[i], 0.1 * e1[i]), Shear(0.01, size[i] / 10), PJaffe(size[i] / 9, 0.2)]
        )
        alone = (*one.deflection(x, y), one.magnification(x, y), one.convergence(x, y))
        for many, single in zip(found, alone, strict=True):
            np.testing.assert_allclose(many[i], np.broadcast_to(single, (4, 5)), rtol=1e-12)


def test_a_subhalo_far_away_is_a_point_of_its_mass() -> None:
    """Alpha falls to theta_s r_t / R; half of that radius is in it already at R = 10 arcsec."""
    alpha = PJaffe(0.1, 0.02).deflection(10.0, 0.0)[0]
    assert alpha == pytest.approx(0.1 * 0.02 / 10, rel=1e-2)


def test_a_subhalo_without_mass_is_none_bit_for_bit(places) -> None:
    """The label of a sample is the only thing that differs."""
    smooth = Lens([SIE(1.0, 0.1, 0.2), Shear(0.01, 0.02)])
    with_none = Lens([*smooth.components, PJaffe(0.0, 0.3, 0.4, 0.5)])
    for one, other in zip(smooth.ray_shoot(*places), with_none.ray_shoot(*places), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: SIS(-1.0), "theta_E"),
        (lambda: SIS(np.nan), "theta_E"),
        (lambda: SIE(1.0, 0.8, 0.7), "e1"),
        (lambda: SIE(1.0, 0.1, 0.1, core=-0.1), "core"),
        (lambda: EPL(1.0, 3.0, 0.1, 0.1), "gamma"),
        (lambda: PJaffe(0.1, 0.0), "r_t"),
        (lambda: PJaffe(np.array([0.1, -0.1]), 0.1), "theta_s"),
        (lambda: TNFW(0.1, 0.1, 0.0), "r_trunc"),
        (lambda: Shear(np.inf, 0.0), "g1"),
    ],
)
def test_impossible_parameters_are_refused_by_name(make, name: str) -> None:
    """With the profile and the value."""
    with pytest.raises(LensError, match=rf"\w+: {name} = "):
        make()


def test_only_components_make_a_lens() -> None:
    """A number among them is an error there, not when rays are shot."""
    with pytest.raises(LensError, match="expected SIE, Shear and their like"):
        Lens([SIS(1.0), 3.0])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("theta_s", "sigma_v", "mass"),
    [(0.30, 135, 4.5e10), (0.10, 78, 8.6e9), (0.05, 55, 3.1e9), (0.024, 38, 1e9), (0.005, 17, 1e8)],
)
def test_masses_are_those_of_the_literature(theta_s: float, sigma_v: float, mass: float) -> None:
    """A lens at 0.5 and a source at 1.5, subhaloes at a ring of 1 arcsec, H0 = 70, Om = 0.3."""
    scale = LensScale(0.5, 1.5)
    assert scale.sigma_v(theta_s) == pytest.approx(sigma_v, abs=0.6)
    assert scale.pjaffe_mass(theta_s, np.sqrt(theta_s)) == pytest.approx(mass, rel=0.06)
    again = PJaffe.from_mass(scale.pjaffe_mass(theta_s, np.sqrt(theta_s)), scale=scale, theta_E=1.0)
    assert again.theta_s == pytest.approx(theta_s, rel=1e-12)


def test_scales_of_a_lens() -> None:
    """Numbers worked out with another program for the same cosmology."""
    scale = LensScale(0.5, 1.5)
    assert scale.sigma_crit == pytest.approx(8.67e10, rel=2e-3)
    assert scale.kpc_per_arcsec_lens == pytest.approx(6.1, abs=0.01)
    assert scale.kpc_per_arcsec_source == pytest.approx(8.46, abs=0.01)
    assert scale.theta_E(247.0) == pytest.approx(1.0, rel=5e-3)
    assert scale.mass_inside(1.0) == pytest.approx(2.7e11, rel=0.02)


def test_the_mass_of_a_subhalo_is_the_integral_of_its_density() -> None:
    """Kappa over the plane, which is finite for a pseudo-Jaffe profile."""
    scale, subhalo = LensScale(0.5, 1.5), PJaffe(0.1, 0.3)
    edges = np.geomspace(1e-8, 1e6, 200_001)
    kappa = subhalo.radial_convergence(edges)
    total = np.trapezoid(2 * np.pi * edges**2 * kappa, np.log(edges)) * scale.sigma_crit
    assert total == pytest.approx(scale.pjaffe_mass(0.1, 0.3), rel=1e-5)


@pytest.mark.parametrize("Om0", [0.2, 0.5])
@pytest.mark.parametrize("Ode0", [0.0, 0.7, 1.1])
def test_distances_hold_in_curved_universes(Om0: float, Ode0: float) -> None:
    """Sigma_crit from the distance between the two planes as astropy has it."""
    from astropy import constants, units
    from astropy.cosmology import LambdaCDM

    cosmology = LambdaCDM(H0=65, Om0=Om0, Ode0=Ode0)
    lens, source = (cosmology.angular_diameter_distance(z) for z in (0.4, 1.7))
    between = cosmology._comoving_transverse_distance_z1z2(0.4, 1.7) / 2.7
    sigma = constants.c**2 / (4 * np.pi * constants.G) * source / (lens * between)
    expected = (sigma * (lens * units.arcsec.to("rad")) ** 2).to_value("Msun")
    assert LensScale(0.4, 1.7, cosmology).sigma_crit == pytest.approx(expected, rel=1e-4)


def test_a_source_in_front_of_its_lens_is_refused() -> None:
    """Redshifts given the wrong way round."""
    with pytest.raises(LensError, match="0 < z_lens < z_source"):
        LensScale(1.5, 0.5)
