"""Noise of the maps: how large it is at a wavelength, and how it is correlated.

The numbers are read off a real file, 7815-3702: noise density 0.011 (1e-17 erg/s/cm2/
Angstrom/spaxel) per spectral pixel in the sky-dominated outskirts at 4640 Angstrom, growing
with the galaxy's light as ``sqrt(1 + flux density / 0.28)``.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.noise import NOISE_CORRELATION
from mangaxr.synthetic.observe.binning import Bins

__all__ = ["LIGHT_SPEED", "correlated", "draw", "line_flux_error", "relative_noise", "sky_noise"]

Array = NDArray[np.float64]

LIGHT_SPEED = 299792.458
"""km/s."""

PIXEL_WIDTH = 69.02976447828435
"""Width of a spectral pixel, km/s (VSTEP)."""

_SKY = 0.012
_SOURCE = 0.28

_WAVE = np.array([3600.0, 4000.0, 4640.0, 5800.0, 6500.0, 7500.0, 8500.0, 9500.0, 10300.0])
_RELATIVE = np.array([2.6, 1.5, 1.0, 0.85, 0.8, 0.9, 1.2, 1.7, 2.4])


def sky_noise(depth: Array, flux: Array) -> Array:
    """Return the noise density of spaxels at g-band.

    Parameters
    ----------
    depth
        Relative exposure (y, x), 0 to 1.
    flux
        Flux density of the source (y, x), 1e-17 erg/s/cm2/Angstrom/spaxel.

    Returns
    -------
    ndarray
        Standard deviation per spectral pixel in the same unit; 0 where `depth` is 0.
    """
    variance = np.divide(_SKY**2, depth, out=np.zeros_like(depth), where=depth > 0)
    result: Array = np.sqrt(variance * (1.0 + flux / _SOURCE))
    return result


def relative_noise(wave: Array) -> Array:
    """Return the noise density at observed wavelengths (Angstrom) relative to g-band's."""
    result: Array = np.interp(wave, _WAVE, _RELATIVE)
    return result


def line_flux_error(noise: Array, sigma: Array, wave: Array) -> Array:
    """Return the error of a fitted line's flux.

    From the Fisher matrix of a Gaussian's amplitude and width in white noise e per pixel
    of width d, ``var(F) = 3 sqrt(pi) s d e^2`` for a line of width s (Landman,
    Roussel-Dupre & Tanigawa 1982, ApJ 261, 732, give the same).

    Parameters
    ----------
    noise
        Noise density per spectral pixel, flux per Angstrom.
    sigma
        Observed dispersion of the line, km/s.
    wave
        Observed wavelength, Angstrom.
    """
    angstrom = wave / LIGHT_SPEED
    area = sigma * PIXEL_WIDTH * angstrom**2
    result: Array = np.sqrt(3.0 * np.sqrt(np.pi) * area) * noise
    return result


def correlated(rng: Generator, planes: int, size: int) -> NDArray[np.float32]:
    """Draw unit noise maps whose spaxels are correlated as in MaNGA's cubes.

    White noise is convolved with a Gaussian on both axes. The convolution wraps around, so
    that the variance is 1 in every spaxel.

    Returns
    -------
    ndarray
        Array (plane, y, x) float32.
    """
    distance = np.arange(size)
    distance = np.minimum(distance, size - distance)
    # Smoothing white noise with width w correlates it over sqrt(2) w.
    kernel = np.exp(-0.5 * distance**2 / (NOISE_CORRELATION**2 / 2.0))
    kernel /= np.sqrt(np.sum(kernel**2))
    rows = np.arange(size)
    smooth = kernel[(rows[:, None] - rows[None, :]) % size].astype(np.float32)
    white = rng.standard_normal((planes, size, size), dtype=np.float32)
    result: NDArray[np.float32] = smooth @ white @ smooth.T
    return result


def draw(rng: Generator, planes: int, bins: Bins) -> NDArray[np.float32]:
    """Draw unit noise per bin, correlated between neighbours if the bins are spaxels.

    Returns
    -------
    ndarray
        Array (plane, bin) float32.
    """
    if not bins.single:
        return rng.standard_normal((planes, bins.count), dtype=np.float32)
    maps = correlated(rng, planes, len(bins.ids))
    values = np.empty((planes, bins.count), np.float32)
    values[:, bins.index] = maps[:, bins.inside]
    return values
