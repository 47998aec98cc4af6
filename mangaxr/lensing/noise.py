"""Noise of an image: of the flux, and of the velocity that is measured with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mangaxr.errors import LensError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["add_noise"]

_OF_A_CENTROID = np.sqrt(4.0 / 3.0)
"""Error of a Gaussian line's centre, and of its width, in widths over the S/N of its flux."""


def add_noise(
    image: xr.Dataset,
    *,
    snr: float,
    seed: int | Sequence[int] | np.random.Generator,
    lsf_sigma: float = 50.0,
    snr_min: float = 5.0,
) -> xr.Dataset:
    """Add noise to an image, and mask what is too faint afterwards.

    Parameters
    ----------
    image
        By `observe`.
    snr
        Signal-to-noise of the line's flux in the brightest pixel of each image: noise of the
        flux is that of the background, the same in all pixels.
    seed
        For `numpy.random.default_rng`: the same gives the same noise.
    lsf_sigma
        Width of the instrument's line spread function, km/s, which velocities are measured with.
    snr_min
        Signal-to-noise, as observed, from which a pixel is valid.

    Returns
    -------
    xarray.Dataset
        With ``flux_err``, ``velocity_err`` and ``sigma_err`` besides; ``valid`` says where velocity
        and dispersion hold, which are NaN elsewhere. The flux is kept wherever there is coverage.

    Raises
    ------
    LensError
        If a number is not positive, or there is no light in an image.

    Notes
    -----
    A Gaussian line of free strength, centre and width in uniform noise has a centre that is off by
    sqrt(4/3) line width / (S/N) (Landman, Roussel-Dupre & Tanigawa 1982), and so has its width; the
    line is as wide as dispersion and instrument together. Where less than the whole footprint was
    measured, noise is as large as elsewhere, and is divided by the coverage as the flux is.

    Examples
    --------
    >>> from mangaxr.lensing import SIS, ImageGrid, Lens, add_noise, observe, rotating_disk, trace
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> image = observe(trace(source, Lens([SIS(1.0)]), ImageGrid(32, 0.1)))
    >>> noisy = add_noise(image, snr=40, seed=1)
    >>> int(image.valid.sum()) > int(noisy.valid.sum())
    True
    """
    import xarray as xr

    if not (snr > 0 and lsf_sigma > 0 and snr_min >= 0):
        msg = f"snr = {snr}, lsf_sigma = {lsf_sigma}, snr_min = {snr_min}: expected above 0"
        raise LensError(msg)
    certain = image.flux * image.coverage
    peak = certain.max(("y", "x"))
    if not bool((peak > 0).all()):
        msg = "an image has no light at all: nothing of the source is seen through its lens"
        raise LensError(msg)
    random = np.random.default_rng(seed)
    drawn = [xr.zeros_like(certain) + random.standard_normal(certain.shape) for _ in range(3)]
    flux_err = (peak / snr / image.coverage).where(image.flux.notnull())
    flux = image.flux + drawn[0] * flux_err
    observed = flux / flux_err
    valid = image.valid & (observed >= snr_min)
    line = np.hypot(image.sigma, lsf_sigma)
    # The error is that of the light there is; what is observed decides what is kept.
    line_err = _OF_A_CENTROID * line * flux_err / image.flux
    width = line + drawn[2] * line_err
    sigma = np.sqrt((width**2 - lsf_sigma**2).clip(min=0.0))
    sigma_err = line_err * line / np.maximum(image.sigma, line_err)
    noisy = {
        "flux": flux,
        "velocity": (image.velocity + drawn[1] * line_err).where(valid),
        "sigma": sigma.where(valid),
        "coverage": image.coverage,
        "valid": valid,
        "flux_err": flux_err,
        "velocity_err": line_err.where(valid),
        "sigma_err": sigma_err.where(valid),
    }
    settings = {"snr": snr, "lsf_sigma": lsf_sigma, "snr_min": snr_min}
    result = xr.Dataset(noisy, coords=image.coords, attrs={**image.attrs, **settings})
    for name, variable in result.data_vars.items():
        quantity = str(name).removesuffix("_err")
        variable.attrs = dict(image[quantity].attrs)
        if quantity != name:
            variable.attrs["long_name"] = f"standard deviation of the {quantity}"
    return result
