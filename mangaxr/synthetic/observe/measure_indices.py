"""What the DAP measures of spectral indices: SPECINDEX*."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.synthetic.observe.field import BITS, Field
from mangaxr.synthetic.observe.index_values import INDEX_VALUES
from mangaxr.synthetic.observe.noise import draw

__all__ = ["measure_indices"]

Array = NDArray[np.float64]
Planes = dict[str, NDArray[np.generic]]

_REFERENCE_SNR, _WORST_SNR = 10.0, 0.3
_BF_ERROR = 1.3  # Burstein-Faber indices are noisier by this factor
_BF_EXTRA = float(np.sqrt(_BF_ERROR**2 - 1.0))
_UNRELIABLE_SHARE = 0.01
_AGE_CENTRE, _AGE_DROP = 0.8, 1.0  # share of the old population, and its scale in R_e


def measure_indices(field: Field, rng: Generator) -> Planes:
    """Fill the SPECINDEX* extensions, one measurement per bin of BINID's fifth step.

    Every index runs from an old value in the centre to a young one outside, with the
    share of old stars ``0.8 exp(-R / R_e)``. Values are uncorrected: that times (or, in
    mag, plus) SPECINDEX_CORR is the truth.
    """
    bins = field.steps[4]
    radius = bins.mean(field.radius) / field.galaxy.r_eff
    flux = np.maximum(bins.mean(field.stars.flux), 1e-6)
    noise = bins.noise_of_mean(field.noise)
    snr = np.maximum(bins.mean(field.mflux) / noise, _WORST_SNR)
    old = _AGE_CENTRE * np.exp(-radius / _AGE_DROP)
    column = {
        name: np.array([getattr(row, name) for row in INDEX_VALUES])[:, None]
        for name in ("young", "old", "error", "correction", "weight")
    }
    jitter = draw(rng, 5 * len(INDEX_VALUES), bins).reshape(5, len(INDEX_VALUES), -1)
    magnitude = np.array([index.fits_unit == "mag" for index in SPECTRAL_INDICES])[:, None]
    spread = np.where(magnitude, column["correction"], column["correction"] - 1.0)
    correction = column["correction"] + 0.1 * spread * jitter[3]
    truth = column["young"] + (column["old"] - column["young"]) * old
    seen = np.where(magnitude, truth - correction, truth / correction)
    error = column["error"] * _REFERENCE_SNR / snr
    planes: Planes = {
        "SPECINDEX": bins.expand(seen + error * jitter[0]),
        "SPECINDEX_IVAR": bins.expand(error**-2.0),
        "SPECINDEX_MASK": _flags(field, rng),
        "SPECINDEX_CORR": bins.expand(_without_miles(field, correction)),
    }
    if field.layout == "DR15":
        return planes
    weight, weight_error = column["weight"] * flux, 0.5 * noise * np.ones_like(error)
    planes |= {
        "SPECINDEX_MODEL": bins.expand(seen * (1.0 + 0.01 * jitter[4])),
        "SPECINDEX_BF": bins.expand(seen + error * (jitter[0] + _BF_EXTRA * jitter[1])),
        "SPECINDEX_BF_IVAR": bins.expand((_BF_ERROR * error) ** -2.0),
        "SPECINDEX_BF_MASK": planes["SPECINDEX_MASK"],
        "SPECINDEX_BF_CORR": bins.expand(correction),
        "SPECINDEX_BF_MODEL": bins.expand(seen * (1.0 + 0.01 * jitter[4]) * 1.001),
        "SPECINDEX_WGT": bins.expand(weight + weight_error * jitter[2]),
        "SPECINDEX_WGT_IVAR": bins.expand(weight_error**-2.0),
        "SPECINDEX_WGT_MASK": planes["SPECINDEX_MASK"],
        "SPECINDEX_WGT_CORR": bins.expand(1.0 + 0.0005 * jitter[3]),
        "SPECINDEX_WGT_MODEL": bins.expand(weight * (1.0 + 0.005 * jitter[4])),
    }
    return planes


def _without_miles(field: Field, correction: Array) -> Array:
    """Blank what DR15's templates, which end at 7400 Angstrom, cannot correct."""
    if field.layout != "DR15":
        return correction
    covered = np.array([not row.beyond_miles for row in INDEX_VALUES])
    result: Array = correction * covered[:, None]
    return result


def _flags(field: Field, rng: Generator) -> NDArray[np.generic]:
    """Return the mask of the indices: bands that were incomplete, corrections not made."""
    bins = field.steps[4]
    whole = np.array([row.unreliable for row in INDEX_VALUES]) & (field.layout == "DR17")
    bad = rng.random((len(INDEX_VALUES), bins.count)) < _UNRELIABLE_SHARE
    flags = np.where(bad | whole[:, None], BITS["UNRELIABLE"], 0)
    if field.layout == "DR15":
        beyond = np.array([row.beyond_miles for row in INDEX_VALUES])[:, None]
        flags |= np.where(beyond, BITS["NOCORRECTION"], 0)
    mask: NDArray[np.generic] = (field.mask(4) | bins.expand(flags, "i4")).astype(">i4")
    return mask
