"""What an instrument sees: moments through the PSF, and only then a velocity.

A velocity is not a thing that light carries. What falls into a pixel are photons from all points
that the PSF joins; the velocity that is measured is the mean over them, weighted with flux, and
the dispersion holds the spread of their velocities too (beam smearing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mangaxr.errors import LensError
from mangaxr.lensing.profiles.component import Values
from mangaxr.lensing.psf import PSF, blurred
from mangaxr.lensing.trace import RAYS_AT_A_TIME, Traced

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["observe", "observed_maps"]

_ROUNDING = 1e-12
_MAPS: dict[str, type] = {
    "flux": float,
    "velocity": float,
    "sigma": float,
    "coverage": float,
    "valid": bool,
}
_LONG_NAMES = {
    "flux": "surface brightness, of the share that was measured",
    "velocity": "flux-weighted mean velocity",
    "sigma": "velocity dispersion, with beam smearing",
    "coverage": "share of the PSF's footprint whose source was measured",
    "valid": "whether coverage is high enough, and there is light",
}


def observe(traced: Traced, *, psf: PSF | None = None, coverage_min: float = 0.5) -> xr.Dataset:
    """Make an image of what was traced.

    Parameters
    ----------
    traced
        By `trace`.
    psf
        Of the instrument; None for none.
    coverage_min
        Share of the PSF's footprint in a pixel whose source must have been measured: 0.5 serves
        training, 0.9 plots and comparisons.

    Returns
    -------
    xarray.Dataset
        Over (y, x), or (sample, y, x) for a batch of lenses: ``flux`` (surface brightness),
        ``velocity`` and ``sigma`` (km/s), NaN where not ``valid``; ``coverage`` and ``valid``.
        ``flux`` is the mean over what was measured; times ``coverage`` it is what is certain.

    Raises
    ------
    LensError
        If ``coverage_min`` is not between 0 and 1.

    Notes
    -----
    With the PSF P, the share m that was measured and the line's flux F, velocity v and dispersion
    s: coverage = P*m, flux = P*(mF) / P*m, velocity = P*(mFv) / P*(mF),
    sigma^2 = P*(mF(v^2 + s^2)) / P*(mF) - velocity^2 (Begeman 1989, appendix B, to first order).
    These are moments: a Gaussian fitted to a skewed line lies a few km/s beside its mean.

    Examples
    --------
    >>> from mangaxr.lensing import PSF, SIS, ImageGrid, Lens, observe, rotating_disk, trace
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> traced = trace(source, Lens([SIS(1.0)]), ImageGrid(32, 0.1))
    >>> image = observe(traced, psf=PSF(0.2))
    >>> dict(image.sizes)
    {'y': 32, 'x': 32}
    """
    import xarray as xr

    grid = traced.grid
    maps = observed_maps(traced, psf=psf, coverage_min=coverage_min)
    extra = maps["flux"].ndim - 2
    leading = ("sample",) if extra == 1 else tuple(f"sample_{i}" for i in range(extra))
    dims = (*leading, "y", "x")
    units = {"flux": traced.source.flux_units, "velocity": "km / s", "sigma": "km / s"}
    variables = {
        name: (dims, values, {"long_name": _LONG_NAMES[name], "units": units.get(name, "1")})
        for name, values in maps.items()
    }
    axis = grid.axis()
    arcsec = {"units": "arcsec"}
    return xr.Dataset(
        variables,
        coords={"y": ("y", axis, arcsec), "x": ("x", axis, arcsec)},
        attrs={
            "pixel_scale": grid.pixel_scale,
            "psf_fwhm": psf.fwhm if psf else 0.0,
            "source_psf_fwhm": traced.source.psf_fwhm,
            "coverage_min": coverage_min,
        },
    )


def observed_maps(
    traced: Traced, *, psf: PSF | None = None, coverage_min: float = 0.5
) -> dict[str, npt.NDArray[Any]]:
    """Return what `observe` describes, as maps (..., y, x) by name."""
    if not 0 < coverage_min <= 1:
        msg = f"coverage_min = {coverage_min}: expected a share above 0, up to 1"
        raise LensError(msg)
    grid, batch = traced.grid, traced.moments.shape[:-3]
    moments = traced.moments.reshape(-1, *traced.moments.shape[-3:])
    at_a_time = max(1, RAYS_AT_A_TIME // grid.traced**2)
    maps: dict[str, npt.NDArray[Any]] = {
        name: np.empty((len(moments), grid.npix, grid.npix), dtype) for name, dtype in _MAPS.items()
    }
    for start in range(0, len(moments), at_a_time):
        which = slice(start, start + at_a_time)
        found = _ratios(blurred(moments[which], grid, psf or PSF()), coverage_min)
        for name, values in found.items():
            maps[name][which] = values
    return {name: values.reshape(*batch, *values.shape[1:]) for name, values in maps.items()}


def _ratios(moments: Values, coverage_min: float) -> dict[str, npt.NDArray[Any]]:
    """Return the maps that moments (image, 4, y, x) in an instrument's pixels give."""
    # Each moment in one piece: what follows goes through them a dozen times.
    share, flux, first, second = np.ascontiguousarray(np.moveaxis(moments, -3, 0))
    share = np.minimum(share, 1.0)  # rounding
    measured = share >= coverage_min - _ROUNDING
    lit = measured & (flux > 0)
    velocity = np.divide(first, flux, out=np.full_like(flux, np.nan), where=lit)
    spread = np.divide(second, flux, out=np.full_like(flux, np.nan), where=lit) - velocity**2
    return {
        "flux": np.divide(flux, share, out=np.full_like(flux, np.nan), where=measured),
        "velocity": velocity,
        "sigma": np.sqrt(np.maximum(spread, 0.0)),
        "coverage": share,
        "valid": lit,
    }
