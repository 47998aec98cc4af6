"""How a galaxy rotates: gradient, axis, amplitude, and how much of the field is rotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.maps.measured import Measured
from mangaxr.quality.cells import Blocks, Cells, gather
from mangaxr.quality.disk import Disk, fit_disk
from mangaxr.quality.distance import kpc_per_arcsec
from mangaxr.quality.field import Field
from mangaxr.quality.opposite import opposite
from mangaxr.quality.plane import Gradient, dipole_share, fit_gradient

__all__ = ["measure_kinematics"]

Array = npt.NDArray[np.float64]

_RANGE = (0.025, 0.975)
_OUTLIER = 5.0
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class _Tracer:
    """The valid spaxels of a velocity field, and what was fitted to them."""

    x: Array
    y: Array
    value: Array
    sigma: Array
    gradient: Gradient | None
    disk: Disk | None


def measure_kinematics(field: Field) -> dict[str, float]:
    """Compute the kinematic metrics; what cannot be computed is left out."""
    gas = _trace(field, field.velocity, field.gas_bins)
    found = _spread(gas) | _gradient(field, gas)
    found["flux_velocity_correlation"] = _correlation(field)
    if gas.disk is not None:
        found |= _disk(field, gas, gas.disk)
    if field.stars is not None:
        stars = _trace(field, field.stars, field.star_bins).disk
        if stars is not None:
            found["stellar_kinematic_pa"] = stars.pa
            found["stellar_kinematic_pa_error"] = stars.pa_error
    return found


def _trace(field: Field, measured: Measured, bins: npt.NDArray[np.int64]) -> _Tracer:
    """Fit a plane and a disk to a velocity field."""
    where = measured.valid & (bins >= 0)
    x, y = field.x[where], field.y[where]
    value, sigma = measured.value[where], measured.sigma[where]
    blocks = Blocks(where)
    gradient = fit_gradient(x, y, value, sigma, blocks)
    disk = None
    if gradient is not None:
        cells: Cells = gather(x, y, value, sigma, bins[where], blocks)
        ellipticity = field.fact("ellipticity")
        ratio = 1.0 - ellipticity if 0.0 <= ellipticity < 1.0 else 1.0
        disk = fit_disk(cells, float(np.arctan2(gradient.east, gradient.north)), ratio)
    return _Tracer(x, y, value, sigma, gradient, disk)


def _spread(gas: _Tracer) -> dict[str, float]:
    if not len(gas.value):
        return {}
    return {
        "velocity_field_dispersion": float(np.std(gas.value)),
        "velocity_range": _range(gas.value),
        "dipole_strength": dipole_share(gas.x, gas.y, gas.value),
    }


def _gradient(field: Field, gas: _Tracer) -> dict[str, float]:
    if gas.gradient is None:
        return {}
    size = gas.gradient.size
    return {
        "velocity_gradient": size,
        "velocity_gradient_error": gas.gradient.error,
        "velocity_gradient_kpc": size / kpc_per_arcsec(field.fact("z")),
        "velocity_gradient_re": size * field.fact("reff"),
    }


def _disk(field: Field, gas: _Tracer, disk: Disk) -> dict[str, float]:
    model = disk.velocity(gas.x, gas.y)
    residual = np.abs(gas.value - model)
    spread = _MAD_TO_SIGMA * float(np.median(residual))
    variance = float(np.var(gas.value))
    turn = np.radians(disk.pa - field.fact("pa"))
    return {
        "kinematic_pa": disk.pa,
        "kinematic_pa_error": disk.pa_error,
        "kinematic_misalignment": float(np.degrees(np.arcsin(np.abs(np.sin(turn))))),
        "systemic_velocity": disk.systemic,
        "systemic_velocity_error": disk.systemic_error,
        "rotation_amplitude": _range(model) / 2.0,
        "disk_variance_explained": (
            1.0 - float(np.var(gas.value - model)) / variance if variance > 0 else np.nan
        ),
        "velocity_asymmetry": _asymmetry(field, disk.systemic),
        "velocity_outliers": float(np.mean(residual > _OUTLIER * np.maximum(spread, gas.sigma))),
    }


def _range(values: Array) -> float:
    """Return the range between two percentiles, as `numpy.percentile` has it, but quicker."""
    place = np.arange(len(values))
    low, high = np.interp(np.multiply(_RANGE, len(values) - 1), place, np.sort(values))
    return float(high - low)


def _asymmetry(field: Field, systemic: float) -> float:
    value = np.where(field.velocity.valid, field.velocity.value - systemic, 0.0)
    other, both = opposite(value, field.velocity.valid, field.geometry)
    total = float(np.sum((np.abs(value) + np.abs(other))[both]))
    return float(np.sum(np.abs(value + other)[both])) / total if total > 0 else np.nan


def _correlation(field: Field) -> float:
    """Return Pearson's r of log flux and velocity."""
    where = field.velocity.valid & (field.flux.value > 0)
    if int(where.sum()) < 3:
        return np.nan
    flux, value = np.log(field.flux.value[where]), field.velocity.value[where]
    flux, value = flux - flux.mean(), value - value.mean()
    scale = float(np.sqrt((flux @ flux) * (value @ value)))
    return float(flux @ value) / scale if scale > 0 else np.nan
