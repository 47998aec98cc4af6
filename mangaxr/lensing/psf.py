"""Point spread functions of the instrument that sees the lens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from mangaxr.disks import FWHM_PER_SIGMA
from mangaxr.errors import LensError, known_name
from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.profiles.component import Values

__all__ = ["PSF", "PSFKind", "blurred"]

PSFKind = Literal["gaussian", "moffat", "array"]
_KINDS: tuple[PSFKind, ...] = ("gaussian", "moffat", "array")

_REACH: dict[PSFKind, float] = {"gaussian": 2.2, "moffat": 5.0}
"""Radius to which a PSF is taken, in FWHM: beyond lies 1e-6 of a Gaussian, 1 % of a Moffat."""


@dataclass(frozen=True, slots=True, eq=False)
class PSF:
    """The PSF of an image, the same all over it; the pixels themselves come on top.

    Parameters
    ----------
    fwhm
        Full width at half maximum, arcsec; 0 for none.
    kind
        ``gaussian``; ``moffat``, whose wings ``beta`` gives; or ``array``.
    beta
        Exponent of a Moffat profile, above 1.
    kernel
        For ``array``: the PSF (y, x) with odd sides, in steps of the rays; its sum does not matter.

    Raises
    ------
    LensError
        If a number is out of range, or a kernel missing or of even size.
    UnknownNameError
        If there is no such kind.

    Examples
    --------
    >>> PSF(0.12).kernel_of(ImageGrid(supersample=1)).sum().round(12)
    np.float64(1.0)
    """

    fwhm: float = 0.0
    kind: PSFKind = "gaussian"
    beta: float = 2.5
    kernel: Values | None = None

    def __post_init__(self) -> None:
        known_name("kind of PSF", self.kind, _KINDS)
        if not (np.isfinite(self.fwhm) and self.fwhm >= 0 and self.beta > 1):
            msg = f"PSF: fwhm = {self.fwhm}, beta = {self.beta}: expected fwhm >= 0 and beta > 1"
            raise LensError(msg)
        if self.kind == "array":
            shape = np.shape(self.kernel) if self.kernel is not None else ()
            if len(shape) != 2 or not all(side % 2 for side in shape):
                msg = f"PSF: a kernel of shape {shape}: expected two odd sides"
                raise LensError(msg)

    def line_of(self, grid: ImageGrid) -> Values | None:
        """Return the PSF along one axis in steps of the rays, if it is a product of two such."""
        if self.kind == "array" or (self.kind == "moffat" and self.fwhm > 0):
            return None
        if self.fwhm == 0:
            return np.ones(1)
        places = _steps(self.fwhm * _REACH["gaussian"], grid)
        line = np.exp(-0.5 * (places / (self.fwhm / FWHM_PER_SIGMA)) ** 2)
        return _normalised(line)

    def kernel_of(self, grid: ImageGrid) -> Values:
        """Return the PSF (y, x) in steps of the rays of a grid; its sum is 1."""
        line = self.line_of(grid)
        if line is not None:
            return np.outer(line, line)
        if self.kernel is not None:
            kernel = np.asarray(self.kernel, dtype=np.float64)
        else:
            places = _steps(self.fwhm * _REACH["moffat"], grid)
            core = self.fwhm / (2.0 * np.sqrt(2.0 ** (1.0 / self.beta) - 1.0))
            square = (places[:, np.newaxis] ** 2 + places**2) / core**2
            kernel = (1.0 + square) ** -self.beta
        return _normalised(kernel)


def _normalised(kernel: Values) -> Values:
    normalised: Values = kernel / kernel.sum()
    return normalised


def _steps(reach: float, grid: ImageGrid) -> Values:
    """Return where the rays around one are, arcsec."""
    number = int(np.ceil(reach / grid.ray_spacing))
    return np.arange(-number, number + 1, dtype=np.float64) * grid.ray_spacing


def blurred(moments: Values, grid: ImageGrid, psf: PSF) -> Values:
    """Convolve moments (..., traced, traced) with a PSF and average them in the pixels.

    Beyond the margin nothing is known: as in a hole, the share that was measured says so.

    Returns
    -------
    ndarray
        (..., npix, npix)
    """
    line = psf.line_of(grid)
    if line is None:
        from scipy.signal import fftconvolve

        kernel = psf.kernel_of(grid)
        kernel = kernel.reshape((1,) * (moments.ndim - 2) + kernel.shape)
        moments, line = fftconvolve(moments, kernel, mode="same", axes=(-2, -1)), np.ones(1)
    # The moments of a ray lie side by side in memory: they are the columns of one product.
    rays = np.moveaxis(moments, -3, -1)
    if line.size == grid.supersample == 1:
        inner = slice(grid.margin, grid.margin + grid.npix)
        found = rays[..., inner, inner, :]
    else:
        found = _weighted(rays, tuple(line.tolist()), grid)
    return np.moveaxis(found, -1, -3)


def _weighted(rays: Values, line: tuple[float, ...], grid: ImageGrid) -> Values:
    """Convolve rays (..., y, x, moment) with the PSF along both axes, and average them."""
    weights, npix, number = _pixel_weights(line, grid), grid.npix, rays.shape[-1]
    found = np.empty((*rays.shape[:-3], npix, npix, number))
    for where in np.ndindex(rays.shape[:-3]):
        # A pixel draws on a tenth of the rays along an axis, and BLAS's threads, for which such
        # small products would wait if the machine is busy, are not asked.
        rows = weights @ rays[where].reshape(grid.traced, -1)
        columns = np.swapaxes(rows.reshape(npix, grid.traced, number), 0, 1)
        pixels = weights @ columns.reshape(grid.traced, -1)
        found[where] = np.swapaxes(pixels.reshape(npix, npix, number), 0, 1)
    return found


@lru_cache(maxsize=64)
def _pixel_weights(line: tuple[float, ...], grid: ImageGrid) -> csr_array:
    """Return how much each ray along an axis counts in each pixel, (npix, traced)."""
    pixel = np.convolve(np.full(grid.supersample, 1.0 / grid.supersample), line)
    weights = np.zeros((grid.npix, grid.traced + 2 * pixel.size))
    first = grid.margin * grid.supersample - len(line) // 2 + pixel.size
    for i in range(grid.npix):
        start = first + i * grid.supersample
        weights[i, start : start + pixel.size] = pixel
    return csr_array(weights[:, pixel.size : pixel.size + grid.traced])
