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
    area, inner = field.spaxel_area, _inner(field)
    if len(field.flux_at):
        flux, sigma = (part.take(field.flux_at) for part in (field.flux.value, field.flux.sigma))
        total = float(np.add.reduce(flux))
        at = (inner & field.flux.valid).ravel().nonzero()[0]
        found |= {
            "flux_min": float(np.minimum.reduce(flux)) / area,
            "flux_max": float(np.maximum.reduce(flux)) / area,
            "flux_mean": total / len(flux) / area,
            "ha_flux_total": total,
            "ha_snr_1re": median(field.flux.value.take(at) / field.flux.sigma.take(at)),
        }
        if field.strong.any():
            # No strong spaxel is negative: the others count as 0.
            peak = float(np.max(field.flux.value * field.strong)) / area
            found["ha_flux_peak"] = peak
            found["dynamic_range"] = peak * area / median(sigma)
    if field.snr is not None and field.bundle.any():
        found["g_snr_1re"] = median(field.snr.take((inner & field.bundle).ravel().nonzero()[0]))
    return found


def _inner(field: Field) -> npt.NDArray[np.bool_]:
    """Return where it is within 1 R_e; everywhere if it is unknown where that is."""
    unknown = np.isnan(field.radius_re)
    inside: npt.NDArray[np.bool_] = field.radius_re <= 1.0
    return unknown if unknown.all() else inside
