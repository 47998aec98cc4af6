"""Noise of an image: of the flux, and of the velocity that is measured with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mangaxr.errors import LensError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["add_noise", "noisy_maps"]

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

    dims = image.flux.dims
    maps = {str(name): variable.transpose(*dims).values for name, variable in image.items()}
    settings = {"snr": snr, "lsf_sigma": lsf_sigma, "snr_min": snr_min}
    variables = {}
    for name, values in noisy_maps(maps, seed=seed, **settings).items():
        quantity = name.removesuffix("_err")
        attrs = dict(image[quantity].attrs)
        if quantity != name:
            attrs["long_name"] = f"standard deviation of the {quantity}"
        variables[name] = (dims, values, attrs)
    return xr.Dataset(variables, coords=image.coords, attrs={**image.attrs, **settings})


def noisy_maps(
    maps: Mapping[str, npt.NDArray[Any]],
    *,
    snr: float,
    seed: int | Sequence[int] | np.random.Generator,
    lsf_sigma: float,
    snr_min: float,
) -> dict[str, npt.NDArray[Any]]:
    """Do what `add_noise` does to maps (..., y, x) by name, which it describes."""
    if not (snr > 0 and lsf_sigma > 0 and snr_min >= 0):
        msg = f"snr = {snr}, lsf_sigma = {lsf_sigma}, snr_min = {snr_min}: expected above 0"
        raise LensError(msg)
    light, share = maps["flux"], maps["coverage"]
    # Nothing is certain where nothing was measured.
    certain = np.where(np.isnan(light), 0.0, light * share)
    peak = certain.max(axis=(-2, -1), keepdims=True)
    if not np.all(peak > 0):
        msg = "an image has no light at all: nothing of the source is seen through its lens"
        raise LensError(msg)
    random = np.random.default_rng(seed)
    drawn = [random.standard_normal(certain.shape) for _ in range(3)]
    # Where nothing was measured, or no light is, there is no error either.
    with np.errstate(divide="ignore", invalid="ignore"):
        flux_err = np.where(np.isnan(light), np.nan, peak / snr / share)
        flux = light + drawn[0] * flux_err
        valid = maps["valid"] & (flux / flux_err >= snr_min)
        line = np.hypot(maps["sigma"], lsf_sigma)
        # The error is that of the light there is; what is observed decides what is kept.
        line_err = _OF_A_CENTROID * line * flux_err / light
        width = line + drawn[2] * line_err
        found = {
            "velocity": maps["velocity"] + drawn[1] * line_err,
            "sigma": np.sqrt(np.maximum(width**2 - lsf_sigma**2, 0.0)),
            "velocity_err": line_err,
            "sigma_err": line_err * line / np.maximum(maps["sigma"], line_err),
        }
    kept = {name: np.where(valid, values, np.nan) for name, values in found.items()}
    return {
        "flux": flux,
        "velocity": kept["velocity"],
        "sigma": kept["sigma"],
        "coverage": share,
        "valid": valid,
        "flux_err": flux_err,
        "velocity_err": kept["velocity_err"],
        "sigma_err": kept["sigma_err"],
    }
