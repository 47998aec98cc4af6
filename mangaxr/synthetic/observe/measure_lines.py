"""What the DAP measures of emission lines: EMLINE_*."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.lines import MOMENT_BLEND, line_names, rest_wavelength
from mangaxr.synthetic.galaxy.line_ratios import FLUX_TIES, HALPHA, MOMENT_DUMMIES, SIGMA_TIES
from mangaxr.synthetic.observe.binning import Bins
from mangaxr.synthetic.observe.field import BITS, Field, colour
from mangaxr.synthetic.observe.instrument import instrumental_sigma, template_sigma
from mangaxr.synthetic.observe.measure_stars import figures_of_merit
from mangaxr.synthetic.observe.noise import LIGHT_SPEED, draw, line_flux_error, relative_noise

__all__ = ["KINEMATIC_ERROR", "measure_lines", "measure_moments"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Planes = dict[str, NDArray[np.generic]]

KINEMATIC_ERROR = 2.0 / np.sqrt(3.0)
"""Error of a Gaussian's centre, and of its width, over ``sigma / (S/N)``.

From the Fisher matrix of amplitude, centre and width in white noise: 1.155.
"""

_SHOT = 3.0  # 1e-17 erg/s/cm2/spaxel at which a line's own noise equals the sky's
_SUMMED_ERROR = 1.2  # a sum over a passband is noisier than a fit by this factor
_INCOMPLETE_SHARE, _BOUNDED_SHARE = 0.003, 0.01
_WEAK = 2.0  # S/N below which a fit's parameters run into their bounds
_WORST_VELOCITY, _WORST_SIGMA = 300.0, 500.0  # km/s, largest errors a bounded fit gives
_LARGEST_SIGMA, _SIGMA_STEP = 1000.0, 0.69  # km/s, bounds of the fitted dispersion


@dataclass(frozen=True, slots=True)
class _Lines:
    """Noiseless lines of one step's bins; arrays (line, bin) unless said."""

    names: tuple[str, ...]
    wave: Array  # observed, Angstrom, (line, 1)
    flux: Array
    velocity: Array  # (bin,)
    instrument: Array
    sigma: Array  # observed, instrument included
    density: Array  # noise density
    error: Array  # of a fitted flux
    continuum: Array


def _noiseless(field: Field, bins: Bins, names: tuple[str, ...]) -> _Lines:
    galaxy = field.galaxy
    moments = MOMENT_BLEND in names
    rest = np.array([rest_wavelength(name, moments=moments) for name in names])[:, None]
    wave = rest * (1.0 + galaxy.redshift)
    halpha, velocity, sigma = field.gas_in(bins)
    strength = dict(galaxy.line_ratios)
    strength[MOMENT_BLEND] = strength["OII-3727"] + strength["OII-3729"]
    for name, (strong, ratio) in FLUX_TIES[field.layout].items():
        strength[name] = ratio * strength[strong]
    flux = np.array([strength[name] for name in names])[:, None] * halpha
    instrument = instrumental_sigma(wave) * np.ones(bins.count)
    observed = np.hypot(sigma, instrument)
    density = relative_noise(wave) * bins.noise_of_mean(field.noise)
    error = line_flux_error(density, observed, wave) * np.sqrt(1.0 + flux / _SHOT)
    light = np.maximum(bins.mean(field.stars.flux), 1e-6)
    continuum = colour(rest) * light
    return _Lines(names, wave, flux, velocity, instrument, observed, density, error, continuum)


def measure_moments(field: Field, rng: Generator) -> Planes:
    """Fill EMLINE_SFLUX* and EMLINE_SEW*: fluxes summed over passbands, never clipped."""
    bins, names = field.steps[2], line_names(field.layout, moments=True)
    lines = _noiseless(field, bins, names)
    jitter = draw(rng, 2 * len(names), bins).reshape(2, len(names), -1)
    real = np.array([name not in MOMENT_DUMMIES[field.layout] for name in names])[:, None]
    error = _SUMMED_ERROR * lines.error
    flux = (lines.flux + error * jitter[0]) * real
    ivar = error**-2.0 * real
    continuum = lines.continuum * (1.0 + 0.02 * jitter[1]) * real
    width = np.where(real, continuum, 1.0) * (1.0 + field.galaxy.redshift)
    unreliable = rng.random(flux.shape) < _INCOMPLETE_SHARE
    flags = np.where(unreliable, BITS["UNRELIABLE"], 0)
    flags = np.where(real, flags, BITS["NOVALUE"] | BITS["DONOTUSE"])
    mask = (field.mask(2) | bins.expand(flags, "i4")).astype(">i4")
    planes: Planes = {
        "EMLINE_SFLUX": bins.expand(flux),
        "EMLINE_SFLUX_IVAR": bins.expand(ivar),
        "EMLINE_SFLUX_MASK": mask,
        "EMLINE_SEW": bins.expand(flux / width),
        "EMLINE_SEW_IVAR": bins.expand(ivar * width**2),
        "EMLINE_SEW_MASK": mask,
    }
    if field.layout == "DR17":
        planes["EMLINE_SEW_CNT"] = bins.expand(continuum)
    return planes


def measure_lines(field: Field, rng: Generator) -> Planes:
    """Fill the extensions of the Gaussian fits.

    All lines share one velocity, that of H-alpha; tied lines share a flux or a dispersion.
    Fitted fluxes are never negative: many a weak line's is exactly 0, and unmasked.
    """
    bins, names = field.steps[3], line_names(field.layout)
    lines = _noiseless(field, bins, names)
    jitter = draw(rng, 3 * len(names) + 1, bins)
    flux_jitter, sigma_jitter, continuum_jitter = jitter[1:].reshape(3, len(names), -1)
    flux, error = _tie_fluxes(field, lines, lines.flux + lines.error * flux_jitter)
    snr = lines.flux / error
    bounded = (snr < _WEAK) & (rng.random(snr.shape) < _BOUNDED_SHARE)
    halpha = names.index(HALPHA)
    v_error = _kinematic_error(lines.sigma[halpha], snr[halpha], _WORST_VELOCITY)
    velocity = lines.velocity + v_error * jitter[0]
    continuum = lines.continuum * (1.0 + 0.02 * continuum_jitter)
    width = continuum * (1.0 + field.galaxy.redshift)
    start = field.mask(3)
    near = np.where(bounded, BITS["NEARBOUND"] | BITS["DONOTUSE"], 0)
    mask = (start | bins.expand(near, "i4")).astype(">i4")
    every = np.ones((len(names), 1))
    sigma = _fit_sigma(lines, snr, flux, sigma_jitter, near=near)
    planes: Planes = {
        "EMLINE_GFLUX": bins.expand(flux),
        "EMLINE_GFLUX_IVAR": bins.expand(error**-2.0),
        "EMLINE_GFLUX_MASK": mask,
        "EMLINE_GEW": bins.expand(flux / width),
        "EMLINE_GEW_IVAR": bins.expand((width / error) ** 2),
        "EMLINE_GEW_MASK": mask,
        "EMLINE_GVEL": bins.expand(velocity * every),
        "EMLINE_GVEL_IVAR": bins.expand(v_error**-2.0 * every),
        "EMLINE_GVEL_MASK": mask,
        "EMLINE_GSIGMA": bins.expand(sigma.value),
        "EMLINE_GSIGMA_IVAR": bins.expand(sigma.ivar),
        "EMLINE_GSIGMA_MASK": (start | bins.expand(sigma.flags, "i4")).astype(">i4"),
        "EMLINE_INSTSIGMA": bins.expand(lines.instrument),
        "EMLINE_TPLSIGMA": bins.expand(template_sigma(lines.instrument)),
    }
    if field.layout == "DR17":
        planes["EMLINE_GEW_CNT"] = bins.expand(continuum)
        planes |= _fit_quality(lines, bins, flux / _area(lines, sigma.value), rng)
    return planes


def _kinematic_error(sigma: Array, snr: Array, worst: float) -> Array:
    result: Array = np.minimum(KINEMATIC_ERROR * sigma / np.maximum(snr, 1e-3), worst)
    return result


def _tie_fluxes(field: Field, lines: _Lines, fitted: Array) -> tuple[Array, Array]:
    """Fix the ratios of tied lines and bound all fluxes; return fluxes and errors."""
    flux, error = np.maximum(fitted, 0.0), lines.error.copy()
    for name, (strong, ratio) in FLUX_TIES[field.layout].items():
        row, parent = lines.names.index(name), lines.names.index(strong)
        flux[row], error[row] = ratio * flux[parent], ratio * error[parent]
    return flux, error


@dataclass(frozen=True, slots=True)
class _Sigma:
    value: Array
    ivar: Array
    flags: NDArray[np.int64]


def _fit_sigma(
    lines: _Lines,
    snr: Array,
    flux: Array,
    jitter: NDArray[np.float32],
    *,
    near: NDArray[np.int64],
) -> _Sigma:
    """Fit the dispersions: those of weak lines end at a bound or have no error.

    A dispersion at its bound keeps the fitted value and its error, flagged NEARBOUND;
    that of a line without flux has none, flagged MATHERROR.
    """
    error = _kinematic_error(lines.sigma, snr, _WORST_SIGMA)
    value = lines.sigma + error * jitter
    intrinsic2 = value * np.abs(value) - lines.instrument**2
    for name, partner in SIGMA_TIES.items():
        if name in lines.names:
            row, parent = lines.names.index(name), lines.names.index(partner)
            intrinsic2[row], error[row] = intrinsic2[parent], error[parent]
    value2 = intrinsic2 + lines.instrument**2
    lowest = np.hypot(template_sigma(lines.instrument), _SIGMA_STEP)
    bounded = (value2 <= lowest**2) | (value2 >= _LARGEST_SIGMA**2)
    value = np.clip(np.sqrt(np.maximum(value2, 0.0)), lowest, _LARGEST_SIGMA)
    lost = flux <= 0.0
    flags = np.where(bounded, BITS["NEARBOUND"] | BITS["DONOTUSE"], 0)
    flags = np.where(lost, BITS["MATHERROR"] | BITS["DONOTUSE"], flags)
    # MATHERROR is the reason of last resort: only where no other holds.
    flags = np.where(near != 0, near, flags)
    return _Sigma(value, np.where(lost, 0.0, error**-2.0), flags)


def _area(lines: _Lines, sigma: Array) -> Array:
    """Return the area of a Gaussian of unit amplitude, Angstrom."""
    result: Array = np.sqrt(2.0 * np.pi) * sigma * lines.wave / LIGHT_SPEED
    return result


def _fit_quality(lines: _Lines, bins: Bins, amplitude: Array, rng: Generator) -> Planes:
    """Fill the figures of merit that DR17 added."""
    chi2 = np.exp(0.3 * rng.standard_normal(amplitude.shape))
    return {
        "EMLINE_GA": bins.expand(amplitude),
        "EMLINE_GANR": bins.expand(amplitude / lines.density),
        "EMLINE_FOM": bins.expand(figures_of_merit(rng, bins)),
        "EMLINE_LFOM": bins.expand(chi2),
    }
