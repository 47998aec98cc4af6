"""Lensed velocities against whole line cubes, and what other recipes make of a masked source."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.signal import fftconvolve

from mangaxr.lensing import (
    PSF,
    SIE,
    ImageGrid,
    Lens,
    Shear,
    SourceMaps,
    observe,
    rotating_disk,
    trace,
)

MODEL = Lens([SIE(1.0, 0.12, -0.05, 0.02, 0.01), Shear(0.03, -0.02)])
GRID = ImageGrid(40, 0.06, supersample=4)
EDGE = 0.75
"""Radius to which a disk is measured, arcsec: 2.5 scale lengths, as the survey's bundles."""


def with_holes(source: SourceMaps, share: float, radius: float) -> SourceMaps:
    """Return a source with random holes of two by two pixels and a round edge, as a bundle has."""
    size = source.flux.shape[0]
    coarse = np.random.default_rng(2).random((size // 2, size // 2)) > share
    place = (np.arange(size) - (size - 1) / 2) * source.pixel_scale
    inside = np.hypot(place, place[:, np.newaxis]) < radius
    mask = np.kron(coarse, np.ones((2, 2), bool)) & inside
    return SourceMaps(source.flux, source.velocity, source.sigma, mask, source.pixel_scale)


def sampled(plane: np.ndarray, source: SourceMaps) -> np.ndarray:
    """Return a map of the source along every ray, by scipy."""
    beta_x, beta_y = MODEL.ray_shoot(*GRID.rays())
    middle = (plane.shape[0] - 1) / 2
    at = (beta_y / source.pixel_scale + middle, beta_x / source.pixel_scale + middle)
    return map_coordinates(plane, at, order=1, mode="grid-constant", cval=0.0)


def in_pixels(rays: np.ndarray, psf: PSF) -> np.ndarray:
    """Convolve with a PSF in two dimensions, and average the rays of each pixel."""
    blurred = fftconvolve(rays, psf.kernel_of(GRID), mode="same")
    edge, n = GRID.margin * GRID.supersample, GRID.supersample
    inner = blurred[edge:-edge, edge:-edge]
    return inner.reshape(GRID.npix, n, GRID.npix, n).mean(axis=(1, 3))


def test_moments_are_those_of_a_cube_of_lines() -> None:
    """Every velocity is lensed, blurred and pixelled by itself; then moments are taken.

    Each point of the source emits in two channels, whose mean and spread are its velocity and its
    dispersion: with them the cube is exact, however coarse.
    """
    disk = rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30, sigma=45, npix=40)
    source = with_holes(disk, 0.08, 1.3)
    psf = PSF(0.18)
    image = observe(trace(source, MODEL, GRID), psf=psf, coverage_min=0.2)
    channels = np.linspace(-400, 400, 81)
    cube = np.zeros((channels.size, *source.flux.shape))
    flux = np.where(source.mask, source.flux, 0.0)
    rows, columns = np.indices(flux.shape)
    # Weights of three channels give each line its flux, mean and second moment exactly.
    step = channels[1] - channels[0]
    nearest = np.rint((source.velocity - channels[0]) / step).astype(int)
    off = source.velocity - channels[nearest]
    reach = 8
    width = reach * step
    second = source.sigma**2 + off**2
    low = (second / width**2 - off / width) / 2
    high = (second / width**2 + off / width) / 2
    for offset, weight in ((-reach, low), (0, 1 - low - high), (reach, high)):
        np.add.at(cube, (nearest + offset, rows, columns), flux * weight)
    seen = np.stack([in_pixels(sampled(plane, source), psf) for plane in cube])
    light = seen.sum(axis=0)
    mean = np.tensordot(channels, seen, 1) / light
    spread = np.sqrt(np.tensordot(channels**2, seen, 1) / light - mean**2)
    share = in_pixels(sampled(source.mask.astype(float), source), psf)
    valid = image.valid.values
    assert valid.sum() > 800
    np.testing.assert_allclose(image.coverage, share, atol=1e-8)
    np.testing.assert_allclose((image.flux * image.coverage).values[valid], light[valid], atol=1e-8)
    np.testing.assert_allclose(image.velocity.values[valid], mean[valid], atol=1e-8)
    np.testing.assert_allclose(image.sigma.values[valid], spread[valid], atol=1e-8)


class TestMaskedSource:
    """A disk with 8 % of holes and an edge, seen through an SIE and a PSF of three pixels."""

    @pytest.fixture
    def disk(self) -> SourceMaps:
        return rotating_disk(r_scale=0.3, v_max=200, inclination=60, pa=30, npix=64)

    def errors(self, velocity: np.ndarray, truth, brightness: float) -> tuple[float, float]:
        """Return rms error, km/s, and slope against the truth, where it is bright."""
        where = (truth.flux > brightness * truth.flux.max()).values & np.isfinite(velocity)
        assert where.sum() > 100
        found, known = velocity[where], truth.velocity.values[where]
        slope = np.sum(found * known) / np.sum(known**2)
        return float(np.sqrt(np.mean((found - known) ** 2))), float(slope)

    def test_weighted_moments_keep_velocities(self, disk: SourceMaps) -> None:
        """Under 3 km/s rms and a slope of 1 within 0.01, above 15 % of the peak."""
        psf = PSF(3 * GRID.pixel_scale)
        truth = observe(trace(disk, MODEL, GRID), psf=psf)
        image = observe(trace(with_holes(disk, 0.08, EDGE), MODEL, GRID), psf=psf)
        rms, slope = self.errors(image.velocity.values, truth, 0.15)
        assert rms < 3.0
        assert slope == pytest.approx(1.0, abs=0.01)
        bright = truth.flux > 0.15 * truth.flux.max()
        ratio = (image.flux / truth.flux).where(bright & image.valid)
        assert float(ratio.median()) == pytest.approx(1.0, abs=0.005)

    def test_zeros_in_place_of_holes_do_not(self, disk: SourceMaps) -> None:
        """The recipe that mangaxr replaces.

        Holes and faint pixels are filled with 0, and velocities convolved alone.
        """
        psf = PSF(3 * GRID.pixel_scale)
        truth = observe(trace(disk, MODEL, GRID), psf=psf)
        source = with_holes(disk, 0.08, EDGE)
        flux, velocity = (
            sampled(np.where(source.mask, values, 0.0), source)
            for values in (source.flux, source.velocity)
        )
        velocity = in_pixels(np.where(flux > 0.1 * flux.max(), velocity, 0.0), psf)
        rms, slope = self.errors(velocity, truth, 0.15)
        assert rms > 10.0
        assert slope < 0.95
