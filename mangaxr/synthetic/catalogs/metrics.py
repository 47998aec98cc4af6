"""The numbers that dapall derives from a MAPS file.

Definitions follow mangadap 3.1.0 ``survey/dapall.py``: bins flagged DONOTUSE do not count,
every bin counts once, the central aperture is 2.5 arcsec wide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangaxr.datamodel.lines import line_names
from mangaxr.synthetic.files.primary_header import BANDS, signal_to_noise
from mangaxr.synthetic.galaxy.line_ratios import HALPHA
from mangaxr.synthetic.observe.coordinates import luminosity_distance
from mangaxr.synthetic.observe.field import BITS, SPAXEL_AREA, Field
from mangaxr.synthetic.observe.measure import Measured
from mangaxr.synthetic.observe.noise import LIGHT_SPEED

__all__ = ["Metrics", "derive_metrics", "star_formation_rate"]

Array = NDArray[np.float64]
Metrics = dict[str, float | Array]

_CENTRE = 1.25  # arcsec, half of 2.5
_GROWTH = (2.5, 97.5)
_RINGS = ((0.0, 1.0), (0.5, 1.5), (1.5, 2.5))  # R_e
_RING_WIDTH = 2.5  # arcsec
# log10 of the luminosity in erg/s of H-alpha per Msun/yr (Kennicutt & Evans 2012, table 1).
_SFR_CALIBRATION = 41.27
_CM_PER_MPC = 3.0857e24
_FLUX_UNIT = 1e-17


def derive_metrics(measured: Measured) -> Metrics:
    """Derive dapall's columns from the planes of a file, by column name."""
    metrics: Metrics = {**_coverage(measured), **_stars(measured), **_halpha(measured)}
    for kind in "SG":
        metrics |= _lines(measured, kind)
    metrics |= _indices(measured)
    halpha = line_names(measured.field.layout).index(HALPHA)
    distance = luminosity_distance(measured.field.galaxy.redshift)
    for reach in ("1RE", "TOT"):
        flux = np.asarray(metrics[f"EMLINE_GFLUX_{reach}"])[halpha]
        metrics[f"SFR_{reach}"] = float(star_formation_rate(flux, distance))
    return metrics


def star_formation_rate(flux: Array, distance: Array | float) -> Array:
    """Return Msun/yr from the flux of H-alpha, 1e-17 erg/s/cm2, at a distance in Mpc.

    Kennicutt & Evans 2012, ARA&A 50, 531, table 1, without a correction for dust.
    """
    luminosity = 4.0 * np.pi * (distance * _CM_PER_MPC) ** 2 * _FLUX_UNIT * flux
    rate: Array = luminosity / 10.0**_SFR_CALIBRATION
    return rate


def _good(measured: Measured, name: str, channel: int | None = None) -> NDArray[np.bool_]:
    mask = measured.planes[f"{name}_MASK"]
    good: NDArray[np.bool_] = (mask if channel is None else mask[channel]) & BITS["DONOTUSE"] == 0
    return good


def _plane(measured: Measured, name: str) -> NDArray[Any]:
    return measured.planes[name].astype(np.float64)


def _within(field: Field) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = field.radius < field.galaxy.r_eff
    return inside


def _once(field: Field, step: int, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep one good spaxel of each bin."""
    _, first = np.unique(np.where(good, field.steps[step].ids, -1), return_index=True)
    chosen = np.zeros(good.size, bool)
    chosen[first] = True
    return chosen.reshape(good.shape) & good


def _limits(values: Array) -> tuple[float, float, float, float]:
    """Return growth limits: raw low and high, and those after clipping at 3 sigma."""
    if values.size == 0:
        return (np.nan,) * 4
    low, high = np.percentile(values, _GROWTH)
    kept = values[np.abs(values - np.median(values)) <= 3.0 * np.std(values)]
    return (low, high, *np.percentile(kept, _GROWTH))


def _mean(values: Array, chosen: NDArray[np.bool_], weights: Array | None = None) -> float:
    if not chosen.any():
        return float("nan")
    return float(np.average(values[chosen], weights=None if weights is None else weights[chosen]))


def _coverage(measured: Measured) -> Metrics:
    field = measured.field
    galaxy, bins = field.galaxy, field.steps[0]
    radius = bins.mean(field.radius, field.mflux) / galaxy.r_eff
    snr = bins.mean(field.mflux) / bins.noise_of_mean(field.noise)
    inside = [(radius > low) & (radius < high) for low, high in _RINGS]
    median, ring = signal_to_noise(field)
    return {
        "RCOV90": _radial_coverage(field),
        "SNR_MED": np.array([factor * median for factor in BANDS.values()]),
        "SNR_RING": np.array([factor * ring for factor in BANDS.values()]),
        "SB_1RE": _mean(field.mflux, bins.inside & _within(field)),
        "BIN_RMAX": float(radius.max()),
        "BIN_R_N": np.array([float(np.count_nonzero(rows)) for rows in inside]),
        "BIN_R_SNR": np.array([np.median(snr[rows]) if rows.any() else 0.0 for rows in inside]),
        "DAPBINS": float(bins.count),
    }


def _radial_coverage(field: Field) -> float:
    """Return the radius out to which elliptical rings are covered to 90 per cent."""
    axis_ratio = 1.0 - field.galaxy.ellipticity
    radii = np.arange(_RING_WIDTH / 2.0, field.radius[field.deep].max(), _RING_WIDTH / 4.0)
    reach = 0.0
    for radius in radii:
        low, high = radius - _RING_WIDTH / 2.0, radius + _RING_WIDTH / 2.0
        ring = (field.radius >= low) & (field.radius < high) & field.deep
        area = np.pi * axis_ratio * (high**2 - low**2)
        if np.count_nonzero(ring) * SPAXEL_AREA / area > 0.9:
            reach = float(radius)
    return reach


def _stars(measured: Measured) -> Metrics:
    field = measured.field
    velocity, flux = _plane(measured, "STELLAR_VEL"), field.mflux
    good = _good(measured, "STELLAR_VEL")
    once = _once(field, 1, good)
    names = ("LO", "HI", "LO_CLIP", "HI_CLIP")
    limits = zip(names, _limits(velocity[once]), strict=True)
    correction = _plane(measured, "STELLAR_SIGMACORR")
    applied = correction if field.layout == "DR15" else correction[0]
    sigma2 = _plane(measured, "STELLAR_SIGMA") ** 2 - applied**2
    inner = _within(field)
    fit = _mean(sigma2, _good(measured, "STELLAR_SIGMA") & inner, flux)
    dr15 = field.layout == "DR15"
    chi2 = _plane(measured, "STELLAR_CONT_RCHI2") if dr15 else _plane(measured, "STELLAR_FOM")[2]
    prefix = "STELLAR_CONT" if dr15 else "STELLAR"
    centre = good & (np.hypot(field.sky_x, field.sky_y) < _CENTRE)
    return {
        "STELLAR_Z": _redshift(field, _mean(velocity, centre, flux)),
        **{f"STELLAR_VEL_{name}": float(value) for name, value in limits},
        "STELLAR_SIGMA_1RE": float(np.sqrt(fit)) if fit > 0 else float("nan"),
        f"{prefix}_RCHI2_1RE": _mean(chi2, good & inner),
    }


def _redshift(field: Field, velocity: float) -> float:
    z = field.galaxy.redshift
    return z + (1.0 + z) * velocity / LIGHT_SPEED


def _halpha(measured: Measured) -> Metrics:
    field = measured.field
    line = line_names(field.layout).index(HALPHA)
    flux, velocity, sigma, instrument = (
        _plane(measured, f"EMLINE_{name}")[line]
        for name in ("GFLUX", "GVEL", "GSIGMA", "INSTSIGMA")
    )
    good, good_sigma = _good(measured, "EMLINE_GVEL", line), _good(measured, "EMLINE_GSIGMA", line)
    sigma2 = sigma**2 - instrument**2
    limits = _limits(velocity[_once(field, 3, good)])
    widths = _limits(np.sqrt(np.maximum(sigma2[_once(field, 3, good_sigma)], 0.0)))
    fit = _mean(sigma2, good_sigma & _within(field), flux)
    centre = good & (np.hypot(field.sky_x, field.sky_y) < _CENTRE)
    metrics: Metrics = {
        "HA_Z": _redshift(field, _mean(velocity, centre, flux)),
        **{
            f"HA_GVEL_{name}": float(value)
            for name, value in zip(("LO", "HI", "LO_CLIP", "HI_CLIP"), limits, strict=True)
        },
        "HA_GSIGMA_1RE": float(np.sqrt(fit)) if fit > 0 else float("nan"),
        "HA_GSIGMA_HI": float(widths[1]),
        "HA_GSIGMA_HI_CLIP": float(widths[3]),
    }
    if field.layout == "DR17":
        chi2 = _plane(measured, "EMLINE_FOM")[2]
        metrics["EMLINE_RCHI2_1RE"] = _mean(chi2, good & _within(field))
    return metrics


def _lines(measured: Measured, kind: str) -> Metrics:
    field = measured.field
    flux = _plane(measured, f"EMLINE_{kind}FLUX")
    width = _plane(measured, f"EMLINE_{kind}EW")
    good = _good(measured, f"EMLINE_{kind}FLUX")
    centre = good & (np.hypot(field.sky_x, field.sky_y) < _CENTRE)
    inner = good & _within(field)
    number = np.count_nonzero(inner, axis=(1, 2))
    within = np.where(inner, flux, 0.0).sum(axis=(1, 2))
    widths = np.where(inner, width, 0.0).sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        brightness, equivalent = within / number, widths / number
    peaks = [np.where(good, maps, -np.inf).max(axis=(1, 2)) for maps in (flux, width)]
    peaks = [np.where(np.isfinite(peak), peak, np.nan) for peak in peaks]
    return {
        f"EMLINE_{kind}FLUX_CEN": np.where(centre, flux, 0.0).sum(axis=(1, 2)),
        f"EMLINE_{kind}FLUX_1RE": within,
        f"EMLINE_{kind}FLUX_TOT": np.where(good, flux, 0.0).sum(axis=(1, 2)),
        f"EMLINE_{kind}SB_1RE": brightness,
        f"EMLINE_{kind}SB_PEAK": peaks[0],
        f"EMLINE_{kind}EW_1RE": equivalent,
        f"EMLINE_{kind}EW_PEAK": peaks[1],
    }


def _indices(measured: Measured) -> Metrics:
    field = measured.field
    values, good = _plane(measured, "SPECINDEX"), _good(measured, "SPECINDEX")
    limits = np.array(
        [_limits(maps[_once(field, 4, use)]) for maps, use in zip(values, good, strict=True)]
    )
    inner = good & _within(field)
    names = ("LO", "HI", "LO_CLIP", "HI_CLIP")
    return {
        **{f"SPECINDEX_{name}": limits[:, k] for k, name in enumerate(names)},
        "SPECINDEX_1RE": np.array(
            [_mean(maps, use) for maps, use in zip(values, inner, strict=True)]
        ),
    }
