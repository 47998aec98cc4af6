"""The analytic disk that is most like a galaxy: its proportions, and none of its blur and noise."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.disks import FWHM_PER_SIGMA, in_disk
from mangaxr.errors import LensError
from mangaxr.lensing.profiles.component import Values
from mangaxr.lensing.rotating_disk import rotating_disk
from mangaxr.lensing.source_maps import SourceMaps

__all__ = ["DiskParameters", "disk_like", "fit_disk_parameters", "fitted_disk"]

_LEAST_PIXELS = 30
_OF_THE_PEAK = 0.05
_KM_S = 10.0
_EVALUATIONS = 40


class DiskParameters(NamedTuple):
    """What `rotating_disk` takes, and where the centre is in the maps it was fitted to.

    Parameters
    ----------
    x, y
        Centre, arcsec from the middle of the maps.
    pa, inclination
        Deg.
    r_scale, r_turn
        Arcsec.
    flux
        Surface brightness in the centre.
    v_sys, v_max
        km/s.
    """

    x: float
    y: float
    pa: float
    inclination: float
    r_scale: float
    flux: float
    v_sys: float
    v_max: float
    r_turn: float


def fitted_disk(source: SourceMaps, *, npix: int = 200) -> SourceMaps:
    """Return the rotating disk that is most like a source.

    Parameters
    ----------
    source
        Such as `from_store` makes.
    npix
        Pixels along a side of the new maps.

    Returns
    -------
    SourceMaps
        Measured everywhere, without the PSF of the old ones: its centre is where the galaxy's is.

    Raises
    ------
    LensError
        If too little of the source was measured, or no disk fits.

    Examples
    --------
    >>> from mangaxr.lensing import fitted_disk, rotating_disk
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30, npix=64)
    >>> fitted_disk(source).flux.shape
    (200, 200)
    """
    return disk_like(source, fit_disk_parameters(source), npix=npix)


def disk_like(source: SourceMaps, found: DiskParameters, *, npix: int = 200) -> SourceMaps:
    """Return the maps of a disk that was fitted to a source."""
    spread = np.median(source.sigma[source.mask])
    disk = rotating_disk(
        r_scale=found.r_scale,
        v_max=found.v_max,
        r_turn=found.r_turn,
        inclination=found.inclination,
        pa=found.pa,
        v_sys=found.v_sys,
        sigma=float(spread),
        flux=found.flux,
        npix=npix,
        x=source.x + found.x,
        y=source.y + found.y,
    )
    return replace(disk, flux_units=source.flux_units)


def fit_disk_parameters(source: SourceMaps) -> DiskParameters:
    """Fit an exponential disk with a rotation curve tanh(R / r_turn) to flux and velocity.

    The model is blurred with the PSF that is in the maps before it is compared, as moments: light,
    and light times velocity. Robust (soft l1) against clumps and outliers.

    Raises
    ------
    LensError
        If too little of the source was measured, or no disk fits.

    Examples
    --------
    >>> from mangaxr.lensing import rotating_disk
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30, npix=64)
    >>> found = fit_disk_parameters(source)
    >>> round(found.inclination), round(found.pa), round(found.v_max)
    (60, 30, 150)
    """
    # Half a second that those who fit nothing need not spend.
    from scipy.optimize import least_squares

    mask = source.mask & (source.flux > 0)
    if mask.sum() < _LEAST_PIXELS:
        msg = f"a disk is fitted to {_LEAST_PIXELS} pixels or more: {int(mask.sum())} have light"
        raise LensError(msg)
    east, north = _offsets(source)
    flux, velocity = np.where(mask, source.flux, 0.0), np.where(mask, source.velocity, 0.0)
    peak = float(np.percentile(flux[mask], 99))
    start = _start(flux, velocity, mask, east, north)
    blur = source.psf_fwhm / source.pixel_scale / FWHM_PER_SIGMA
    size = source.pixel_scale * max(flux.shape)
    lower = [-size, -size, -np.inf, 5.0, source.pixel_scale / 4, 0.0, -np.inf, 0.0, size / 1e3]
    upper = [size, size, np.inf, 80.0, 4 * size, np.inf, np.inf, 1500.0, 4 * size]

    def off(numbers: Values) -> Values:
        light, motion = _model(DiskParameters(*numbers), east, north, blur)
        return np.concatenate(
            [
                ((light - flux) / (_OF_THE_PEAK * peak))[mask],
                ((motion - velocity) / _KM_S)[mask],
            ]
        )

    first = np.clip(start, np.array(lower) + 1e-9, np.array(upper) - 1e-9)
    result = least_squares(
        off, first, bounds=(lower, upper), loss="soft_l1", x_scale=_steps(start),
        max_nfev=_EVALUATIONS,
    )  # fmt: skip
    if not np.all(np.isfinite(result.x)):
        msg = "no rotating disk fits this source"
        raise LensError(msg)
    found = DiskParameters(*map(float, result.x))
    # x grows to the West: a place East of the middle is at a negative x.
    return found._replace(x=-found.x, pa=found.pa % 360.0)


def _offsets(source: SourceMaps) -> tuple[Values, Values]:
    """Return offsets from the middle of the maps to the East and North, arcsec."""
    rows, columns = (np.arange(n) - (n - 1) / 2.0 for n in source.flux.shape)
    return np.broadcast_arrays(
        -columns[np.newaxis, :] * source.pixel_scale, rows[:, np.newaxis] * source.pixel_scale
    )  # type: ignore[return-value]


def _start(
    flux: Values, velocity: Values, mask: npt.NDArray[np.bool_], east: Values, north: Values
) -> DiskParameters:
    """Guess the parameters from the moments of the light, and the gradient of the velocity."""
    total = flux.sum()
    x, y = float((flux * east).sum() / total), float((flux * north).sum() / total)
    dx, dy = east - x, north - y
    xx, yy, xy = ((flux * a).sum() / total for a in (dx * dx, dy * dy, dx * dy))
    large, small = (xx + yy) / 2 + np.hypot((xx - yy) / 2, xy) * np.array([1.0, -1.0])
    ratio = np.sqrt(max(small, 0.0) / large)
    plane = np.stack([np.ones(mask.sum()), dx[mask], dy[mask]], axis=1)
    v_sys, to_east, to_north = np.linalg.lstsq(plane, velocity[mask], rcond=None)[0]
    inclination = float(np.clip(np.rad2deg(np.arccos(ratio)), 20.0, 75.0))
    low, high = np.percentile(velocity[mask], [5, 95])
    # The second moment of an exponential disk along its major axis is 3 r_scale^2.
    r_scale = float(np.sqrt(large / 3.0))
    return DiskParameters(
        x=x,
        y=y,
        pa=float(np.rad2deg(np.arctan2(to_east, to_north))),
        inclination=inclination,
        r_scale=r_scale,
        flux=float(np.percentile(flux[mask], 99)),
        v_sys=float(v_sys),
        v_max=float(max(high - low, 10.0) / 2 / np.sin(np.deg2rad(inclination))),
        r_turn=r_scale / 2,
    )


def _steps(start: DiskParameters) -> Values:
    """Return by how much each parameter matters."""
    size = start.r_scale
    return np.array([size, size, 30.0, 20.0, size, start.flux, 30.0, start.v_max, size])


def _model(disk: DiskParameters, east: Values, north: Values, blur: float) -> tuple[Values, Values]:
    """Return flux and velocity as they are seen through the PSF, whose sigma is in pixels."""
    radius, cosine = in_disk(
        east - disk.x, north - disk.y, pa=disk.pa, inclination=disk.inclination
    )
    light = disk.flux * np.exp(-radius / disk.r_scale)
    rotation = disk.v_max * np.tanh(radius / disk.r_turn) * np.sin(np.deg2rad(disk.inclination))
    motion = rotation * cosine
    if blur > 0:
        from scipy.ndimage import gaussian_filter

        seen = gaussian_filter(light, blur)
        motion = gaussian_filter(light * motion, blur) / np.maximum(seen, np.finfo(float).tiny)
        light = seen
    return light, disk.v_sys + motion
