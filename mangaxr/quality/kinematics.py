"""How a galaxy rotates: gradient, axis, amplitude, and how much of the field is rotation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.maps.measured import Measured
from mangaxr.order import MAD_TO_SIGMA, median, percentiles, variance
from mangaxr.quality.cells import Blocks, gather
from mangaxr.quality.disk import FittedDisk, fit_disk
from mangaxr.quality.distance import kpc_per_arcsec
from mangaxr.quality.field import Field
from mangaxr.quality.opposite import opposite
from mangaxr.quality.plane import Gradient, dipole_share, fit_gradient

__all__ = ["measure_kinematics"]

Array = npt.NDArray[np.float64]

_RANGE = (0.025, 0.975)
_OUTLIER = 5.0


@dataclass(frozen=True, slots=True)
class _Tracer:
    """The valid spaxels of a velocity field; arrays (spaxel,)."""

    x: Array
    y: Array
    value: Array
    sigma: Array
    bins: npt.NDArray[np.int64]
    blocks: Blocks

    @classmethod
    def of(cls, field: Field, measured: Measured, bins: npt.NDArray[np.int64]) -> _Tracer:
        """Take the valid spaxels that are in a bin."""
        where = measured.valid & (bins >= 0)
        at = np.flatnonzero(where)
        return cls(
            x=field.x.take(at),
            y=field.y.take(at),
            value=measured.value.take(at),
            sigma=measured.sigma.take(at),
            bins=bins.take(at),
            blocks=Blocks(where),
        )

    def fit(
        self, field: Field, start: float, center: tuple[float, float] = (0.0, 0.0)
    ) -> FittedDisk | None:
        """Fit a disk, from a position angle in radian and a centre on."""
        cells = gather(self.x, self.y, self.value, self.sigma, self.bins, self.blocks)
        ellipticity = field.fact("ellipticity")
        ratio = 1.0 - ellipticity if 0.0 <= ellipticity < 1.0 else 1.0
        return fit_disk(cells, start, ratio, center)


def measure_kinematics(field: Field) -> dict[str, float]:
    """Compute the kinematic metrics; what cannot be computed is left out."""
    gas = _Tracer.of(field, field.velocity, field.gas_bins)
    gradient = fit_gradient(gas.x, gas.y, gas.value, gas.sigma, gas.blocks)
    if gradient is None:
        return {}
    found = _spread(gas) | _gradient(field, gradient)
    found["flux_velocity_correlation"] = _correlation(field)
    fitted = gas.fit(field, gradient.axis)
    if fitted is not None:
        found |= _disk(field, gas, fitted)
    if field.stars is not None:
        # Stars turn about much the same axis as the gas: there their fit starts.
        disk = fitted.disk if fitted else None
        start = (math.radians(disk.pa), disk.center) if disk else (gradient.axis,)
        stars = _Tracer.of(field, field.stars, field.star_bins).fit(field, *start)
        if stars is not None:
            found["stellar_kinematic_pa"] = stars.disk.pa
            found["stellar_kinematic_pa_error"] = stars.pa_error()
    return found


def _spread(gas: _Tracer) -> dict[str, float]:
    return {
        "velocity_field_dispersion": math.sqrt(variance(gas.value)),
        "velocity_range": _range(gas.value),
        "dipole_strength": dipole_share(gas.x, gas.y, gas.value),
    }


def _range(values: Array) -> float:
    low, high = percentiles(values, _RANGE)
    return high - low


def _gradient(field: Field, gradient: Gradient) -> dict[str, float]:
    return {
        "velocity_gradient": gradient.size,
        "velocity_gradient_error": gradient.error,
        "velocity_gradient_kpc": gradient.size / kpc_per_arcsec(field.fact("z")),
        "velocity_gradient_re": gradient.size * field.fact("reff"),
    }


def _disk(field: Field, gas: _Tracer, fitted: FittedDisk) -> dict[str, float]:
    disk = fitted.disk
    model = disk.velocity(gas.x, gas.y)
    left = gas.value - model
    residual = np.abs(left)
    spread = MAD_TO_SIGMA * median(residual)
    far = residual > _OUTLIER * np.maximum(spread, gas.sigma)
    total = variance(gas.value)
    turn = math.radians(disk.pa - field.fact("pa"))
    return {
        "kinematic_pa": disk.pa,
        "kinematic_pa_error": fitted.pa_error(),
        "kinematic_misalignment": math.degrees(math.asin(abs(math.sin(turn)))),
        "systemic_velocity": disk.systemic,
        "systemic_velocity_error": fitted.systemic_error(),
        "rotation_amplitude": _range(model) / 2.0,
        "disk_variance_explained": 1.0 - variance(left) / total if total > 0 else math.nan,
        "velocity_asymmetry": _asymmetry(field, disk.systemic),
        "velocity_outliers": np.count_nonzero(far) / len(far),
    }


def _asymmetry(field: Field, systemic: float) -> float:
    value = (field.velocity.value - systemic) * field.velocity.valid
    other, both = opposite(value, field.velocity.valid, field.geometry)
    total = float(np.vdot(np.abs(value) + np.abs(other), both))
    return float(np.vdot(np.abs(value + other), both)) / total if total > 0 else np.nan


def _correlation(field: Field) -> float:
    """Return Pearson's r of log flux and velocity."""
    at = field.velocity_at
    flux = field.flux.value.take(at)
    if flux.min(initial=np.inf) <= 0.0:  # as faint as that, if any S/N will do
        at = at[flux > 0.0]
        flux = field.flux.value.take(at)
    if len(at) < 3:
        return np.nan
    flux, value = np.log(flux), field.velocity.value.take(at)
    flux, value = flux - flux.mean(), value - value.mean()
    scale = float(np.sqrt((flux @ flux) * (value @ value)))
    return float(flux @ value) / scale if scale > 0 else np.nan
