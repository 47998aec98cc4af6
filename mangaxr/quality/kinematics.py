"""How a galaxy rotates: gradient, axis, amplitude, and how much of the field is rotation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mangaxr.order import percentiles, variance
from mangaxr.quality.cells import gather
from mangaxr.quality.disk_fit import FittedDisk, fit_disk
from mangaxr.quality.distance import kpc_per_arcsec
from mangaxr.quality.field import Field
from mangaxr.quality.outliers import are_explained
from mangaxr.quality.surfaces import Gradient, Surfaces, fit_surfaces
from mangaxr.quality.tracer import Tracer, places_of
from mangaxr.quality.turned import turned_share

__all__ = ["measure_kinematics"]

Array = npt.NDArray[np.float64]

_RANGE = (0.025, 0.975)


def measure_kinematics(field: Field) -> dict[str, float]:
    """Compute the kinematic metrics; what cannot be computed is left out."""
    places = places_of(field.geometry)
    gas = Tracer.of(places, field.velocity, field.gas_bins)
    surfaces = fit_surfaces(gas)
    if surfaces is None:
        return {}
    found = _spread(gas, surfaces) | _gradient(field, surfaces.gradient)
    found["flux_velocity_correlation"] = _correlation(field)
    fitted = _fit(field, gas, surfaces.gradient.axis)
    if fitted is not None:
        found |= _disk(field, gas, fitted, surfaces.variance)
    if field.stars is not None:
        # Stars turn about much the same axis as the gas: there their fit starts.
        disk = fitted.disk if fitted else None
        start = (math.radians(disk.pa), disk.center) if disk else (surfaces.gradient.axis,)
        stars = _fit(field, Tracer.of(places, field.stars, field.star_bins), *start)
        if stars is not None:
            found["stellar_kinematic_pa"] = stars.disk.pa
            found["stellar_kinematic_pa_error"] = stars.pa_error()
    return found


def _fit(
    field: Field, tracer: Tracer, start: float, center: tuple[float, float] = (0.0, 0.0)
) -> FittedDisk | None:
    """Fit a disk, from a position angle in radian and a centre on."""
    ellipticity = field.fact("ellipticity")
    ratio = 1.0 - ellipticity if 0.0 <= ellipticity < 1.0 else 1.0
    return fit_disk(gather(tracer), start, ratio, center)


def _spread(gas: Tracer, surfaces: Surfaces) -> dict[str, float]:
    return {
        "velocity_field_dispersion": math.sqrt(surfaces.variance),
        "velocity_range": _range(gas.value),
        "dipole_strength": surfaces.dipole_share,
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


def _disk(field: Field, gas: Tracer, fitted: FittedDisk, total: float) -> dict[str, float]:
    """Describe a disk, given the variance of all velocities."""
    disk = fitted.disk
    model = disk.velocity(gas.places)
    left = gas.value - model
    turn = math.radians(disk.pa - field.fact("pa"))
    return {
        "kinematic_pa": disk.pa,
        "kinematic_pa_error": fitted.pa_error(),
        "kinematic_misalignment": math.degrees(math.asin(abs(math.sin(turn)))),
        "systemic_velocity": disk.systemic,
        "systemic_velocity_error": fitted.systemic_error(),
        "rotation_amplitude": _range(model) / 2.0,
        "disk_variance_explained": 1.0 - variance(left) / total if total > 0 else math.nan,
        "velocity_asymmetry": turned_share(
            field.velocity.value - disk.systemic, field.velocity.valid, field.geometry, sign=1
        ),
        "velocity_outliers": np.count_nonzero(~are_explained(np.abs(left), gas.sigma)) / len(left),
    }


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
    flux, value = (part - np.add.reduce(part) / len(part) for part in (flux, value))
    scale = float(np.sqrt((flux @ flux) * (value @ value)))
    return float(flux @ value) / scale if scale > 0 else np.nan
