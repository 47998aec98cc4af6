"""How the light of H-alpha is spread: compact or extended, smooth or clumpy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mangaxr.quality.field import Field
from mangaxr.quality.rings import ring_of
from mangaxr.quality.turned import turned_share

__all__ = ["measure_morphology"]

_SHARES = (0.2, 0.5, 0.8)
_RING, _RINGS = 0.05, 10_000
"""Width of the growth curve's rings, arcsec, and how many there may be."""
_BOX = 2
"""Spaxels to each side of the central one: a box of 5 x 5."""
_SMOOTH = 2.5
"""Sigma of the Gaussian that clumps stand out from, arcsec: the PSF's FWHM."""


def measure_morphology(field: Field) -> dict[str, float]:
    """Compute the metrics of H-alpha's shape; what cannot be computed is left out."""
    flux = field.flux.value
    total = float(flux.take(field.flux_at).sum())
    if not total > 0.0:
        return {}
    found = _growth(field)
    if "r50" in found:
        found["r50_psf"] = found["r50"] / (field.fact("psf_fwhm_r") or np.nan)
    box = _central_box(field)
    found["central_flux_fraction"] = float(flux[box].sum()) / total
    found["clumpiness"] = _clumpiness(field, box)
    found["flux_asymmetry"] = turned_share(flux, field.flux.valid, field.geometry, sign=-1)
    return found


def _growth(field: Field) -> dict[str, float]:
    """Return the radii of the growth curve; none if the radius is unknown."""
    ring = ring_of(field.radius.take(field.flux_at), _RING, _RINGS)
    light = np.bincount(ring, field.flux.value.take(field.flux_at))
    growth = np.cumsum(light[:_RINGS])
    if not growth[-1] > 0.0:
        return {}
    # Noise makes the curve fall here and there; where it first reaches a share counts.
    rising = np.maximum.accumulate(np.concatenate([[0.0], growth / growth[-1]]))
    r20, r50, r80 = np.interp(_SHARES, rising, _RING * np.arange(len(rising))).tolist()
    concentration = 5.0 * math.log10(r80 / r20) if r20 > 0.0 else math.nan
    return {"r50": r50, "r80": r80, "concentration": concentration}


def _central_box(field: Field) -> tuple[slice, slice]:
    """Return the 5 x 5 spaxels about the one nearest to the object."""
    row, column = (max(0, round(c) - _BOX) for c in field.geometry.center)
    top, right = (max(0, round(c) + _BOX + 1) for c in field.geometry.center)
    return slice(row, top), slice(column, right)


def _clumpiness(field: Field, box: tuple[slice, slice]) -> float:
    """Return the share of the flux that stands out from the smoothed map."""
    strong = field.strong.astype(np.float32)
    flux = field.flux.value.astype(np.float32) * strong
    rows, columns = (_smoothing(size, _SMOOTH / field.geometry.spaxel) for size in flux.shape)
    smooth = (rows @ flux @ columns) / np.maximum(rows @ strong @ columns, np.float32(1e-9))
    strong[box] = 0.0
    total = float(np.vdot(flux, strong))
    return float(np.vdot(np.maximum(flux - smooth, 0.0), strong)) / total if total > 0 else np.nan


@lru_cache(maxsize=64)
def _smoothing(size: int, sigma: float) -> npt.NDArray[np.float32]:
    """Return the matrix that smooths along an axis; its precision is that of the file's maps."""
    place = np.arange(size, dtype=np.float64)
    kernel = np.exp(-((place[:, np.newaxis] - place) ** 2) / (2.0 * sigma**2))
    return kernel.astype(np.float32)
