"""How bright a galaxy is, and how far above the noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mangaxr.quality.field import Field
from mangaxr.quality.order import median

__all__ = ["measure_signal"]


def measure_signal(field: Field) -> dict[str, float]:
    """Compute the signal metrics; what cannot be computed is left out."""
    found: dict[str, float] = {}
    valid, area = field.flux.valid, field.spaxel_area
    if valid.any():
        flux, sigma = field.flux.value[valid], field.flux.sigma[valid]
        inner = _inner(field, valid)
        found |= {
            "flux_min": float(flux.min()) / area,
            "flux_max": float(flux.max()) / area,
            "flux_mean": float(flux.mean()) / area,
            "ha_flux_total": float(flux.sum()),
            "ha_snr_1re": median(field.flux.value[inner] / field.flux.sigma[inner]),
        }
        if field.strong.any():
            peak = float(field.flux.value[field.strong].max()) / area
            found["ha_flux_peak"] = peak
            found["dynamic_range"] = peak * area / median(sigma)
    if field.snr is not None and field.bundle.any():
        found["g_snr_1re"] = median(field.snr[_inner(field, field.bundle)])
    return found


def _inner(field: Field, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Spaxels within 1 R_e; all where it is unknown which those are."""
    if np.isnan(field.radius_re).all():
        return where
    inside: npt.NDArray[np.bool_] = where & (field.radius_re <= 1.0)
    return inside
