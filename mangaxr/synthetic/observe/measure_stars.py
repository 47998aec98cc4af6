"""What the DAP measures of spaxels, bins and stars: SPX_*, BIN_*, STELLAR_*."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.synthetic.observe.binning import Bins
from mangaxr.synthetic.observe.coordinates import elliptical_coordinates, kpc_per_arcsec
from mangaxr.synthetic.observe.field import BITS, SPAXEL_AREA, Field
from mangaxr.synthetic.observe.noise import draw

__all__ = ["figures_of_merit", "measure_bins", "measure_spaxels", "measure_stars"]

Array = NDArray[np.float64]
Planes = dict[str, NDArray[np.generic]]

# Errors of pPXF's fits times S/N, at the instrument's dispersion (real file 7815-3702).
_VELOCITY_ERROR, _SIGMA_ERROR, _INSTRUMENT = 0.7, 1.0, 69.0
_SIGMA_CORRECTIONS = (31.0, 36.3)  # km/s: the one to apply, the resolution difference
_SMALLEST_SIGMA = 0.69  # km/s, where the fit's bound lies

_FOM = ((0.051, 0.3), (0.14, 0.3), (0.98, 0.1), (0.12, 0.3), (0.43, 0.3), (0.76, 0.3))
_CHI = ((0.99, 0.05), (2.49, 0.1), (3.2, 0.15))


def measure_spaxels(field: Field) -> Planes:
    """Fill the SPX_* extensions and BINID."""
    return {
        "SPX_SKYCOO": np.stack([field.sky_x, field.sky_y]).astype(">f4"),
        "SPX_ELLCOO": _ellcoo(field, field.radius, field.azimuth).astype(">f4"),
        "SPX_MFLUX": field.mflux.astype(">f4"),
        "SPX_MFLUX_IVAR": _ivar(field.noise, field.seen).astype(">f4"),
        "SPX_SNR": field.snr.astype(">f4"),
        "BINID": np.stack([bins.ids for bins in field.steps]).astype(">i4"),
    }


def _ivar(noise: Array, seen: NDArray[np.bool_]) -> Array:
    return np.divide(1.0, noise**2, out=np.zeros_like(noise), where=seen)


def _ellcoo(field: Field, radius: Array, azimuth: Array) -> Array:
    """Stack the channels of the elliptical coordinates: DR15 has no radius in kpc/h."""
    galaxy = field.galaxy
    channels = [radius, radius / galaxy.r_eff, azimuth]
    if field.layout == "DR17":
        channels.insert(2, radius * kpc_per_arcsec(galaxy.redshift))
    return np.stack(channels)


def measure_bins(field: Field) -> Planes:
    """Fill the BIN_* extensions: luminosity-weighted places, areas and stacked flux."""
    bins, galaxy = field.steps[0], field.galaxy
    x, y, radius = (
        bins.mean(plane, field.mflux) for plane in (field.sky_x, field.sky_y, field.radius)
    )
    _, azimuth = elliptical_coordinates(x, y, pa=galaxy.pa % 180.0, ellipticity=galaxy.ellipticity)
    flux, noise = bins.mean(field.mflux), bins.noise_of_mean(field.noise)
    return {
        "BIN_LWSKYCOO": bins.expand(np.stack([x, y])),
        "BIN_LWELLCOO": bins.expand(_ellcoo(field, radius, azimuth)),
        "BIN_AREA": bins.expand(bins.spaxels * SPAXEL_AREA),
        "BIN_FAREA": bins.expand(np.ones(bins.count)),
        "BIN_MFLUX": bins.expand(flux),
        "BIN_MFLUX_IVAR": bins.expand(noise**-2),
        "BIN_MFLUX_MASK": field.mask(0).astype(">i4"),
        "BIN_SNR": bins.expand(flux / noise),
    }


def measure_stars(field: Field, rng: Generator) -> Planes:
    """Fill the STELLAR_* extensions, one measurement per bin of BINID's second step.

    STELLAR_SIGMA is uncorrected: the quadratic sum of the truth and SIGMACORR's first map.
    """
    bins = field.steps[1]
    _, velocity, sigma = field.stars_in(bins)
    snr = bins.mean(field.mflux) / bins.noise_of_mean(field.noise)
    jitter = draw(rng, 4, bins)
    correction = np.outer(_SIGMA_CORRECTIONS, np.ones(bins.count)) * (1.0 + 0.02 * jitter[2:])
    width = np.hypot(sigma, _INSTRUMENT) / snr
    observed = np.hypot(sigma, correction[0]) + _SIGMA_ERROR * width * jitter[1]
    bounded = observed < 1.01 * _SMALLEST_SIGMA
    planes: Planes = {
        "STELLAR_VEL": bins.expand(velocity + _VELOCITY_ERROR * width * jitter[0]),
        "STELLAR_VEL_IVAR": bins.expand((_VELOCITY_ERROR * width) ** -2),
        "STELLAR_VEL_MASK": field.mask(1).astype(">i4"),
        "STELLAR_SIGMA": bins.expand(np.where(bounded, _SMALLEST_SIGMA, observed)),
        "STELLAR_SIGMA_IVAR": bins.expand((_SIGMA_ERROR * width) ** -2),
        "STELLAR_SIGMA_MASK": _flag(field, bins, bounded),
    }
    if field.layout == "DR15":
        quality = figures_of_merit(rng, bins)
        planes["STELLAR_SIGMACORR"] = bins.expand(correction[0])
        planes["STELLAR_CONT_FRESID"] = bins.expand(quality[3:5])
        planes["STELLAR_CONT_RCHI2"] = bins.expand(quality[2])
        return planes
    planes["STELLAR_SIGMACORR"] = bins.expand(correction)
    planes["STELLAR_FOM"] = bins.expand(figures_of_merit(rng, bins))
    return planes


def _flag(field: Field, bins: Bins, bounded: NDArray[np.bool_]) -> NDArray[np.generic]:
    flags = bins.expand(np.where(bounded, BITS["NEARBOUND"] | BITS["DONOTUSE"], 0), "i4")
    mask: NDArray[np.generic] = (field.mask(1) | flags).astype(">i4")
    return mask


def figures_of_merit(rng: Generator, bins: Bins) -> Array:
    """Draw the nine figures of merit of a fit, array (figure, bin)."""
    rows = np.array((*_FOM, *_CHI))
    scatter = rng.standard_normal((len(rows), bins.count))
    result: Array = rows[:, :1] * np.exp(rows[:, 1:] * scatter)
    return result
