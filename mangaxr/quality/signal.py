"""How bright a galaxy is, and how far above the noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mangaxr.order import median
from mangaxr.quality.field import Field

__all__ = ["measure_signal"]


def measure_signal(field: Field) -> dict[str, float]:
    """Compute the signal metrics; what cannot be computed is left out."""
    found: dict[str, float] = {}
    area = field.spaxel_area
    if len(field.flux_at):
        flux, sigma = (part.take(field.flux_at) for part in (field.flux.value, field.flux.sigma))
        total = float(flux.sum())
        inner = _inner(field, field.flux_at)
        found |= {
            "flux_min": float(flux.min()) / area,
            "flux_max": float(flux.max()) / area,
            "flux_mean": total / len(flux) / area,
            "ha_flux_total": total,
            "ha_snr_1re": median(field.flux.value.take(inner) / field.flux.sigma.take(inner)),
        }
        if field.strong.any():
            # No strong spaxel is negative: the others count as 0.
            peak = float(np.max(field.flux.value * field.strong)) / area
            found["ha_flux_peak"] = peak
            found["dynamic_range"] = peak * area / median(sigma)
    if field.snr is not None and field.bundle.any():
        found["g_snr_1re"] = median(field.snr.take(_inner(field, np.flatnonzero(field.bundle))))
    return found


def _inner(field: Field, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the places within 1 R_e; all where it is unknown which those are."""
    if np.isnan(field.radius_re).all():
        return places
    inside: npt.NDArray[np.intp] = places[field.radius_re.take(places) <= 1.0]
    return inside
