"""Regridding against `reproject.reproject_exact`, which overlaps polygons on the sphere.

By itself reproject spreads the NaN of a masked pixel, so the oracle is its map times mask
over its mask; that of a flux-weighted velocity is flux times velocity over flux.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from astropy.wcs import WCS
from numpy.typing import NDArray
from reproject import reproject_exact

from mangaxr.regrid import PixelGrid, coverage, overlap_of, resample

Array = NDArray[np.float64]

SPAXEL = 0.5 / 3600  # degrees
# reproject has rounding of its own: it reports slivers of 1e-10 where pixels only touch.
TOUCH = 1e-8

CASES = [
    pytest.param((32, 32), PixelGrid.field((32, 32), 64), id="32-up"),
    pytest.param((42, 42), PixelGrid.field((42, 42), 64), id="42-up"),
    pytest.param((74, 74), PixelGrid.field((74, 74), 64), id="74-down"),
    pytest.param((53, 37), PixelGrid.field((53, 37), 64), id="odd-not-square"),
    pytest.param((74, 74), PixelGrid((64, 64), 1.0, (36.81, 36.13)), id="shifted-cutout"),
    pytest.param((42, 42), PixelGrid((30, 50), 1.37, (20.2, 21.1)), id="shifted-coarser"),
    pytest.param((32, 32), PixelGrid((64, 64), 0.21, (14.9, 16.3)), id="shifted-finer"),
]


@dataclass(frozen=True, slots=True)
class Galaxy:
    """A rotating exponential disc with noise, seen through a bundle with bad spaxels."""

    flux: Array
    velocity: Array
    valid: NDArray[np.bool_]


def galaxy(shape: tuple[int, int]) -> Galaxy:
    """Make the disc on this many spaxels."""
    rng = np.random.default_rng(shape[0])
    ny, nx = shape
    y, x = np.mgrid[:ny, :nx]
    y, x = y - (ny - 1) / 2 - 1.3, x - (nx - 1) / 2 + 0.7
    r = np.hypot(y / ny, x / nx)
    return Galaxy(
        flux=10 * np.exp(-6 * r) + 0.1 * rng.random(shape),
        velocity=220 * np.tanh((x + 0.4 * y) / 4) + 15 * rng.normal(size=shape),
        valid=(r < 0.46) & (rng.random(shape) > 0.05),
    )


def tan_wcs(scale: float, reference: tuple[float, float]) -> WCS:
    """Make a TAN WCS with square pixels of so many spaxels, tangent at that (y, x) pixel."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = "RA---TAN", "DEC--TAN"
    wcs.wcs.crval = 150.0, 30.0
    wcs.wcs.cdelt = -SPAXEL * scale, SPAXEL * scale
    wcs.wcs.crpix = reference[1] + 1, reference[0] + 1
    return wcs


def exact(layer: Array, grid: PixelGrid) -> Array:
    """Reproject a map onto the grid: its mean over each output pixel that the input fills."""
    # Both projections are tangent at one point of the sky, the middle of the input.
    middle = [(n - 1) / 2 for n in layer.shape]
    there = [
        (m - c) / grid.scale + (n - 1) / 2
        for m, c, n in zip(middle, grid.center, grid.shape, strict=True)
    ]
    mean, footprint = reproject_exact(
        (layer, tan_wcs(1.0, (middle[0], middle[1]))),
        tan_wcs(grid.scale, (there[0], there[1])),
        shape_out=grid.shape,
        parallel=False,
    )
    return np.asarray(np.nan_to_num(mean) * footprint)


@pytest.mark.parametrize(("shape", "grid"), CASES)
def test_flux_and_coverage_are_those_of_reproject(shape: tuple[int, int], grid: PixelGrid) -> None:
    """Mean surface brightness agrees to 1e-5 of the peak, and coverage to 1e-8."""
    g = galaxy(shape)
    share = exact(g.valid.astype(np.float64), grid)
    out = resample(g.flux, g.valid, overlap_of(grid, shape))
    np.testing.assert_allclose(out.coverage, share, rtol=0, atol=TOUCH)
    seen = share > TOUCH
    np.testing.assert_array_equal(np.isfinite(out.value), seen)
    expected = exact(g.valid * g.flux, grid)[seen] / share[seen]
    assert seen.sum() > 500
    np.testing.assert_allclose(out.value[seen], expected, rtol=0, atol=1e-5 * g.flux.max())


@pytest.mark.parametrize(("shape", "grid"), CASES)
def test_flux_weighted_velocity_is_that_of_reproject(
    shape: tuple[int, int], grid: PixelGrid
) -> None:
    """Velocities agree to 1e-3 km/s, up to the very edge of the mask."""
    g = galaxy(shape)
    out = resample(g.velocity, g.valid, overlap_of(grid, shape), weights=g.flux)
    seen = coverage(g.valid, overlap_of(grid, shape)) > TOUCH
    flux = exact(g.valid * g.flux, grid)[seen]
    expected = exact(g.valid * g.flux * g.velocity, grid)[seen] / flux
    np.testing.assert_allclose(out.value[seen], expected, rtol=0, atol=1e-3)
