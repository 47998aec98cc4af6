"""The truth as a telescope would see it: light-weighted moments behind a PSF.

A velocity has no PSF of its own; the light does. What a spaxel shows are the moments of all
light that the PSF and the pixel bring into it, so it is ``F``, ``F v`` and ``F (v^2 + s^2)``
that are convolved, and velocity and dispersion are their quotients ("beam smearing";
Begeman 1989, A&A 223, 47, section 3).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from mangaxr.disks import FWHM_PER_SIGMA
from mangaxr.synthetic.galaxy.disk import DiskGalaxy

__all__ = ["SPAXEL", "Moments", "Tracer", "model_moments", "sky_grid"]

SPAXEL = 0.5
"""Side of a MaNGA spaxel, arcsec."""

Tracer = Literal["gas", "stars"]
Array = NDArray[np.float64]

_FINEST = 0.25  # arcsec; the disk's scales are of arcsec, so finer steps change nothing
_STEPS_PER_SIGMA = 2.0  # a Gaussian sampled more coarsely loses its width
_REACH = 5.0  # PSF sigmas to which the light around the map is followed


class Moments(NamedTuple):
    """Maps (y, x) of a tracer: flux per arcsec2, velocity and dispersion in km/s."""

    flux: Array
    velocity: Array
    sigma: Array


def sky_grid(
    shape: tuple[int, int], *, pixel_scale: float, centre: tuple[float, float]
) -> tuple[Array, Array]:
    """Return the sky offsets of the pixels' centres.

    Parameters
    ----------
    shape
        Rows and columns.
    pixel_scale
        Side of a pixel, arcsec.
    centre
        Row and column, counted from 0, where both offsets are 0.

    Returns
    -------
    sky_x, sky_y
        Arrays (y, x) in arcsec, positive to the East and North. Columns run to the West.

    Examples
    --------
    >>> x, y = sky_grid((2, 2), pixel_scale=0.5, centre=(1, 1))
    >>> x[0].tolist(), y[:, 0].tolist()
    ([0.5, 0.0], [-0.5, 0.0])
    """
    rows = (np.arange(shape[0]) - centre[0]) * pixel_scale
    columns = (centre[1] - np.arange(shape[1])) * pixel_scale
    sky_y, sky_x = np.meshgrid(rows, columns, indexing="ij")
    return sky_x, sky_y


def model_moments(
    galaxy: DiskGalaxy,
    *,
    shape: tuple[int, int],
    pixel_scale: float = SPAXEL,
    centre: tuple[float, float] | None = None,
    tracer: Tracer = "gas",
) -> Moments:
    """Evaluate the noiseless maps of a galaxy on a regular grid, PSF and pixels included.

    Parameters
    ----------
    galaxy
        The truth.
    shape
        Rows and columns of the grid.
    pixel_scale
        Side of a pixel, arcsec; MaNGA's spaxel by default.
    centre
        Row and column, counted from 0, of the bundle's centre; that of MaNGA's maps,
        ``(rows // 2, columns // 2)``, by default.
    tracer
        ``gas``: flux is the surface brightness of H-alpha, 1e-17 erg/s/cm2/arcsec2.
        ``stars``: flux is the continuum there, 1e-17 erg/s/cm2/Angstrom/arcsec2.

    Returns
    -------
    Moments
        Arrays in the axis order of the files: y up to the North, x to the West.
    """
    if centre is None:
        centre = (shape[0] // 2, shape[1] // 2)
    sigma_psf = galaxy.psf_fwhm / FWHM_PER_SIGMA
    finest = min(_FINEST, sigma_psf / _STEPS_PER_SIGMA) if sigma_psf > 0 else _FINEST
    steps = int(np.ceil(pixel_scale / finest - 1e-9))
    pad = int(np.ceil(_REACH * sigma_psf / pixel_scale))
    # Sub-pixel centres of the padded grid: pixel p holds p + (k + 1/2) / steps - 1/2.
    fine_shape = (steps * (shape[0] + 2 * pad), steps * (shape[1] + 2 * pad))
    row, column = (steps * (c + pad + 0.5) - 0.5 for c in centre)
    x, y = sky_grid(fine_shape, pixel_scale=pixel_scale / steps, centre=(row, column))
    flux, velocity, sigma = _unsmeared(galaxy, tracer, x, y)
    planes = [flux, flux * velocity, flux * (velocity**2 + sigma**2)]
    width = sigma_psf * steps / pixel_scale
    seen = [_observe(plane, width, steps, pad) for plane in planes]
    mean = seen[1] / seen[0]
    spread = np.sqrt(np.maximum(seen[2] / seen[0] - mean**2, 0.0))
    return Moments(seen[0], mean, spread)


def _unsmeared(
    galaxy: DiskGalaxy, tracer: Tracer, x: Array, y: Array
) -> tuple[Array, Array, Array]:
    if tracer == "gas":
        return galaxy.gas_flux(x, y), galaxy.velocity(x, y), galaxy.gas_sigma(x, y)
    return galaxy.continuum(x, y), galaxy.stellar_velocity(x, y), galaxy.stellar_sigma(x, y)


def _observe(plane: Array, width: float, steps: int, pad: int) -> Array:
    """Convolve with the PSF, average over pixels and cut the padding off."""
    if width > 0:
        plane = gaussian_filter(plane, width, mode="constant", truncate=_REACH)
    rows, columns = (size // steps for size in plane.shape)
    pixels: Array = plane.reshape(rows, steps, columns, steps).mean(axis=(1, 3))
    return pixels[pad : rows - pad, pad : columns - pad]
