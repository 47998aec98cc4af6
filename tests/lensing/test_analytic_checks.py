"""What is known of lensed images without a computer, at tolerances that leave rounding room."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from mangaxr.errors import LensError
from mangaxr.lensing import (
    PSF,
    SIE,
    SIS,
    ImageGrid,
    Lens,
    Shear,
    SourceMaps,
    observe,
    rotating_disk,
    trace,
)

MODEL = Lens([SIE(1.0, 0.12, -0.05, 0.02, 0.01), Shear(0.03, -0.02)])
NOTHING = Lens()


def source_of(
    flux: Callable, *, half: float, npix: int, velocity: Callable | None = None
) -> SourceMaps:
    """Return maps of functions of x and y, arcsec."""
    scale = 2 * half / npix
    places = (np.arange(npix) - (npix - 1) / 2) * scale
    x, y = np.meshgrid(places, places)
    v = np.zeros_like(x) if velocity is None else velocity(x, y)
    return SourceMaps(flux(x, y), v, np.full_like(x, 30.0), np.ones(x.shape, bool), scale)


def holes(source: SourceMaps, share: float, seed: int = 3) -> SourceMaps:
    """Return a source with random pixels that were not measured, and NaN in them."""
    random = np.random.default_rng(seed)
    mask = source.mask & (random.random(source.mask.shape) > share)
    given = (source.flux, source.velocity, source.sigma)
    maps = (np.where(mask, values, np.nan) for values in given)
    return SourceMaps(*maps, mask, source.pixel_scale)


def total(image) -> float:
    """Return the light of an image."""
    return float((image.flux * image.coverage).sum()) * image.pixel_scale**2


def test_the_images_of_a_point_behind_a_sphere() -> None:
    """They are at beta + theta_E and beta - theta_E: both rays end at beta."""
    lens, beta = Lens([SIS(1.0)]), 0.1
    for theta in (beta + 1.0, beta - 1.0):
        assert lens.ray_shoot(theta, 0.0)[0] == pytest.approx(beta, abs=1e-12)


def test_the_magnification_of_a_sphere_has_a_sign() -> None:
    """Mu = 1 / (1 - theta_E / |theta|), negative where the image is mirrored."""
    lens = Lens([SIS(1.0)])
    assert lens.magnification(1.1, 0.0) == pytest.approx(11.0, rel=1e-6)
    assert lens.magnification(-0.9, 0.0) == pytest.approx(-9.0, rel=1e-6)
    assert (lens.parity(1.1, 0.0), lens.parity(-0.9, 0.0)) == (1.0, -1.0)
    at, steps = np.array([0.7, 0.4]), 1e-5 * np.eye(2)
    ends = [np.subtract(lens.ray_shoot(*(at + d)), lens.ray_shoot(*(at - d))) for d in steps]
    numeric = 1 / np.linalg.det(np.array(ends) / 2e-5)
    assert lens.magnification(0.7, 0.4) == pytest.approx(numeric, rel=1e-6)


@pytest.mark.parametrize(("radius", "expected"), [(0.2, 20.0), (0.5, 8.0), (1.3, 3.1302)])
def test_the_magnification_of_a_uniform_disk(radius: float, expected: float) -> None:
    """4 theta_E / a for a disk within the ring, (1 + theta_E / a)^2 for a larger one."""
    known = 4 / radius if radius <= 1 else (1 + 1 / radius) ** 2
    assert known == pytest.approx(expected, rel=1e-4)
    grid = ImageGrid(100, 0.05, supersample=8)
    beta_x, beta_y = Lens([SIS(1.0)]).ray_shoot(*grid.rays())
    area = np.mean(np.hypot(beta_x, beta_y) < radius) * (grid.traced * grid.ray_spacing) ** 2
    assert area / (np.pi * radius**2) == pytest.approx(known, rel=1e-3)


def test_the_magnification_of_a_small_gaussian() -> None:
    """sqrt(2 pi) theta_E / s: of the rays alone, and through maps of the source and pixels."""
    s, lens = 0.2, Lens([SIS(1.0)])

    def light(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.exp(-(x**2 + y**2) / (2 * s**2))

    grid = ImageGrid(60, 0.1, supersample=10, margin=0)
    rays = light(*lens.ray_shoot(*grid.rays())).sum() * grid.ray_spacing**2
    assert rays / (2 * np.pi * s**2) == pytest.approx(np.sqrt(2 * np.pi) / s, rel=1e-6)
    source = source_of(light, half=1.6, npix=800)
    alone = float(source.flux.sum()) * source.pixel_scale**2
    seen = total(observe(trace(source, lens, grid)))
    assert seen / alone == pytest.approx(np.sqrt(2 * np.pi) / s, rel=1e-4)


def test_the_ring_lies_at_the_einstein_radius() -> None:
    """The brightest circle, to half the distance of two rays."""
    source = source_of(lambda x, y: np.exp(-np.hypot(x, y) / 0.05), half=0.8, npix=800)
    grid = ImageGrid(60, 0.05, supersample=4, margin=0)
    flux = trace(source, Lens([SIS(1.0)]), grid).moments[1]
    radius = np.hypot(*np.broadcast_arrays(*grid.rays()))
    bins = np.arange(0.5, 1.4, grid.ray_spacing / 2)
    mean = [flux[(radius >= low) & (radius < low + bins[1] - bins[0])].mean() for low in bins]
    middle = bins[int(np.argmax(mean))] + grid.ray_spacing / 4
    assert middle == pytest.approx(1.0, abs=grid.ray_spacing / 2)


def test_no_lens_changes_nothing() -> None:
    """On the source's own pixels; and a lens without mass is no lens."""
    source = holes(rotating_disk(r_scale=0.3, v_max=180, inclination=55, pa=40, npix=64), 0.3)
    grid = ImageGrid(64, source.pixel_scale, supersample=1, margin=0)
    for lens in (NOTHING, Lens([SIS(0.0)]), Lens([SIE(0.0, 0.1, 0.1), Shear(0.0, 0.0)])):
        traced = trace(source, lens, grid)
        np.testing.assert_allclose(traced.moments, source.moments(), rtol=1e-12, atol=1e-12)
        image = observe(traced)
        np.testing.assert_allclose(image.velocity, source.velocity, rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(image.flux, source.flux, rtol=1e-12)
        np.testing.assert_allclose(image.sigma, source.sigma, rtol=1e-11)


def test_a_linear_velocity_is_read_where_the_ray_ends() -> None:
    """Interpolation is exact for it: v of every ray is v_src(beta)."""
    source = source_of(
        lambda x, y: np.ones_like(x), half=3.0, npix=80, velocity=lambda x, y: 70 * x - 40 * y + 5
    )
    grid = ImageGrid(40, 0.06, supersample=4)
    moments = trace(source, MODEL, grid).moments
    beta_x, beta_y = MODEL.ray_shoot(*grid.rays())
    inside = np.maximum(abs(beta_x), abs(beta_y)) < 2.9
    found = moments[2][inside] / moments[1][inside]
    np.testing.assert_allclose(found, (70 * beta_x - 40 * beta_y + 5)[inside], atol=1e-9)


PSFS = {"no PSF": PSF(), "gaussian": PSF(0.12), "moffat": PSF(0.2, "moffat")}


@pytest.mark.parametrize("psf", PSFS.values(), ids=PSFS)
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_constant_velocity_stays_constant(psf: PSF, share: float) -> None:
    """Through any lens, any PSF and any holes; the dispersion too."""
    disk = rotating_disk(r_scale=0.3, v_max=0, v_sys=123.0, sigma=40.0, inclination=30, pa=0)
    traced = trace(holes(disk, share), MODEL, ImageGrid(48, 0.06))
    image = observe(traced, psf=psf, coverage_min=1e-3)
    assert image.valid.sum() > 1000
    np.testing.assert_allclose(image.velocity.values[image.valid], 123.0, atol=1e-9)
    np.testing.assert_allclose(image.sigma.values[image.valid], 40.0, atol=1e-9)


def test_velocities_turned_round_or_shifted() -> None:
    """V -> -v turns the image's round, v -> v + v0 shifts it; flux and dispersion stay."""
    disk = rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30)
    grid = ImageGrid(32, 0.1)

    def image_of(velocity: np.ndarray):
        changed = SourceMaps(disk.flux, velocity, disk.sigma, disk.mask, disk.pixel_scale)
        return observe(trace(changed, MODEL, grid), psf=PSF(0.2))

    plain, turned, shifted = map(image_of, (disk.velocity, -disk.velocity, disk.velocity + 50))
    np.testing.assert_allclose(turned.velocity, -plain.velocity, atol=1e-9)
    np.testing.assert_allclose(shifted.velocity, plain.velocity + 50, atol=1e-9)
    for changed in (turned, shifted):
        np.testing.assert_array_equal(changed.flux, plain.flux)
        np.testing.assert_allclose(changed.sigma, plain.sigma, atol=1e-7)


def test_mirrors_and_quarter_turns_of_the_source_are_those_of_the_image() -> None:
    """Behind a lens that is the same on all sides."""
    disk = holes(rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30, x=0.0), 0.2)
    grid, lens = ImageGrid(32, 0.1), Lens([SIS(1.0)])

    def moments_of(change: Callable) -> np.ndarray:
        maps = (change(a) for a in (disk.flux, disk.velocity, disk.sigma, disk.mask))
        return trace(SourceMaps(*maps, disk.pixel_scale), lens, grid).moments

    plain = moments_of(lambda a: a)
    scale = abs(plain).max(axis=(1, 2), keepdims=True)
    for change, changed in (
        (lambda a: a[..., ::-1], plain[..., ::-1]),
        (lambda a: np.rot90(a, axes=(-2, -1)), np.rot90(plain, axes=(-2, -1))),
    ):
        np.testing.assert_allclose(moments_of(change) / scale, changed / scale, atol=1e-9)


def test_the_counter_image_is_mirrored() -> None:
    """Along the axis beta runs outwards in the one image, inwards in the other."""
    lens = Lens([SIS(1.0)])
    outer, inner = np.linspace(1.05, 1.3, 20), np.linspace(-0.95, -0.7, 20)
    velocity = [lens.ray_shoot(theta, 0.0)[0] for theta in (outer, inner)]
    assert np.all(np.diff(velocity[0]) > 0)
    distance_order = velocity[1][::-1]  # from the inside outwards
    assert np.all(np.diff(distance_order) < 0)


@pytest.mark.parametrize("psf", [PSF(0.15), PSF(0.12, "moffat", beta=4.0)], ids=["gauss", "moffat"])
def test_a_psf_loses_no_light(psf: PSF) -> None:
    """Where the field is dark around the source, all of it stays in the image."""
    source = source_of(lambda x, y: np.where(np.hypot(x, y) < 0.4, 1.0, 0.0), half=8.0, npix=160)
    grid = ImageGrid(64, 0.1, supersample=2, margin=24)
    plain, blurred = (observe(trace(source, NOTHING, grid), psf=p) for p in (None, psf))
    assert total(blurred) == pytest.approx(total(plain), rel=1e-12)


def test_more_rays_converge() -> None:
    """The largest error falls at least 2.5 times with each doubling of the rays along a pixel."""
    disk = rotating_disk(r_scale=0.3, v_max=200, inclination=60, pa=30, npix=600)
    truth, *coarse = (
        observe(trace(disk, MODEL, ImageGrid(64, 0.06, supersample=n)), psf=PSF(0.12))
        for n in (32, 1, 2, 4, 8)
    )
    bright = truth.flux > 0.05 * truth.flux.max()
    for name in ("flux", "velocity"):
        errors = [float(abs(image[name] - truth[name]).where(bright).max()) for image in coarse]
        assert all(one / other > 2.5 for one, other in pairwise(errors)), errors


def test_what_lies_under_the_mask_does_not_matter() -> None:
    """NaN, infinities or anything else: the image is the same bit for bit."""
    disk = rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30)
    mask = np.random.default_rng(0).random(disk.mask.shape) > 0.3
    images = []
    for filling in (0.0, np.nan, np.inf, 1e30):
        maps = (np.where(mask, a, filling) for a in (disk.flux, disk.velocity, disk.sigma))
        source = SourceMaps(*maps, mask, disk.pixel_scale)
        images.append(observe(trace(source, MODEL, ImageGrid(32, 0.1)), psf=PSF(0.2)))
    assert all(images[0].identical(image) for image in images)


def test_a_batch_of_lenses_gives_a_batch_of_images() -> None:
    """Each as that lens alone."""
    disk = rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30)
    size, e1 = np.array([0.7, 1.0, 1.2]), np.array([0.0, 0.1, -0.2])
    grid = ImageGrid(16, 0.2, supersample=2)
    many = observe(trace(disk, Lens([SIE(size, e1, 0.0), Shear(0.02, 0.0)]), grid), psf=PSF(0.3))
    assert dict(many.sizes) == {"sample": 3, "y": 16, "x": 16}
    for i in range(3):
        one = Lens([SIE(size[i], e1[i], 0.0), Shear(0.02, 0.0)])
        alone = observe(trace(disk, one, grid), psf=PSF(0.3))
        for name in ("flux", "velocity", "sigma", "coverage"):
            np.testing.assert_allclose(many[name][i], alone[name], rtol=1e-10, atol=1e-9)


def test_a_source_beside_the_axis_is_seen_there() -> None:
    """Its place is that of the middle of its maps, in the axes of the image."""
    disk = rotating_disk(r_scale=0.1, v_max=100, inclination=30, pa=0, x=0.6, y=-0.3)
    image = observe(trace(disk, NOTHING, ImageGrid(40, 0.05)), coverage_min=0.9)
    light = image.flux.fillna(0.0)
    assert float((light * image.x).sum() / light.sum()) == pytest.approx(0.6, abs=0.01)
    assert float((light * image.y).sum() / light.sum()) == pytest.approx(-0.3, abs=0.01)


def test_an_array_is_a_psf_too() -> None:
    """The Gaussian given as an array blurs as the Gaussian given by its width."""
    grid = ImageGrid(24, 0.1)
    traced = trace(rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30), MODEL, grid)
    named = observe(traced, psf=PSF(0.2))
    given = observe(traced, psf=PSF(kind="array", kernel=7 * PSF(0.2).kernel_of(grid)))
    for name in ("flux", "velocity", "coverage"):
        np.testing.assert_allclose(named[name], given[name], atol=1e-9)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ImageGrid(0), "expected positive"),
        (lambda: ImageGrid(pixel_scale=-1.0), "expected positive"),
        (lambda: PSF(-0.1), "fwhm >= 0"),
        (lambda: PSF(kind="array"), "two odd sides"),
        (lambda: PSF(kind="array", kernel=np.ones((4, 5))), "two odd sides"),
        (lambda: PSF(0.1, "airy"), "unknown kind of PSF 'airy'"),  # type: ignore[arg-type]
        (lambda: rotating_disk(r_scale=0.0, v_max=1, inclination=0, pa=0), "sizes above 0"),
        (lambda: rotating_disk(r_scale=1.0, v_max=1, inclination=89, pa=0), "0 to 85 deg"),
        (
            lambda: SourceMaps(*(np.ones((2, n)) for n in (2, 2, 3, 2)), 1.0),  # type: ignore[arg-type]
            "maps of a source",
        ),
        (
            lambda: SourceMaps(
                np.full((2, 2), np.nan), np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2), bool), 1
            ),
            "flux of a source is no number in 4 pixels",
        ),
    ],
)
def test_what_makes_no_image_is_refused(make: Callable, words: str) -> None:
    """In one line that says what was expected."""
    with pytest.raises((LensError, ValueError), match=words):
        make()
