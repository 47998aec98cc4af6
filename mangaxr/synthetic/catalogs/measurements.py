"""What the DAP would have measured of thousands of galaxies: the columns of dapall."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.extensions import Layout
from mangaxr.datamodel.lines import line_names, rest_wavelength
from mangaxr.synthetic.catalogs.columns import MISSING
from mangaxr.synthetic.catalogs.metrics import star_formation_rate
from mangaxr.synthetic.catalogs.population import Population
from mangaxr.synthetic.files.primary_header import BANDS
from mangaxr.synthetic.galaxy.line_ratios import HALPHA, LINE_RATIOS, MOMENT_DUMMIES
from mangaxr.synthetic.observe.binning import Binning
from mangaxr.synthetic.observe.field import SPAXEL_AREA, colour
from mangaxr.synthetic.observe.index_values import INDEX_VALUES
from mangaxr.synthetic.observe.noise import LIGHT_SPEED

__all__ = ["measure_coverage", "measure_indices", "measure_kinematics", "measure_lines"]

Array = NDArray[np.float64]
Columns = dict[str, Any]

_APERTURE = 1.25  # arcsec, half of 2.5
_RINGS = np.array([[0.0, 1.0], [0.5, 1.5], [1.5, 2.5]])  # R_e
_RING_SNR = np.array([2.0, 1.2, 0.4])  # relative to that between 1 and 1.5 R_e
_SNR_RING = (1.0, 1.5)  # R_e
_TARGET_SNR = 10.0
_ENDS = ("LO", "HI", "LO_CLIP", "HI_CLIP")


def _spaxels(galaxies: Population) -> Array:
    """Return how many spaxels are within 1 R_e."""
    area: Array = np.pi * galaxies["axis_ratio"] * galaxies["r_e"] ** 2
    return area / SPAXEL_AREA


def measure_coverage(galaxies: Population, binning: Binning) -> Columns:
    """Fill what is known of coverage and depth, most of it the same in every analysis."""
    snr, coverage = galaxies["snr"], galaxies["coverage"]
    bands = np.array(list(BANDS.values()))
    within = _spaxels(galaxies)
    ring = within * (_SNR_RING[1] ** 2 - _SNR_RING[0] ** 2)
    # Neighbours are correlated (Law et al. 2016, AJ 152, 83, eq. 9).
    stacked = snr * np.sqrt(ring) / (1.0 + 1.62 * np.log10(np.maximum(ring, 1.0)))
    reach = np.minimum(coverage[:, None], _RINGS[:, 1])
    seen = reach > _RINGS[:, 0]
    spaxels = within[:, None] * (reach**2 - _RINGS[:, 0] ** 2)
    spectra = snr[:, None] * _RING_SNR
    share = np.ones_like(spectra)
    if binning != "SPX":
        # A bin takes as many spaxels as reach the target; one bright enough stands alone.
        share = np.clip(spectra / _TARGET_SNR, 0.02, 1.0) ** 1.2
        spectra = np.maximum(spectra, _TARGET_SNR)
    number = np.where(seen, np.ceil(spaxels * share), 0.0)
    every = within * coverage**2
    analysed = number[:, 0] + number[:, 2] + every / 5.0 if binning == "VOR10" else every
    return {
        "DAPBINS": np.ceil(analysed).astype(np.int64),
        # The corners of the hexagon stick out of the last ring that is covered.
        "RCOV90": np.sqrt(0.75) * coverage * galaxies["r_e"],
        "SNR_MED": np.outer(snr, bands),
        "SNR_RING": np.outer(stacked, bands),
        "SB_1RE": _continuum(galaxies),
        "BIN_RMAX": 0.98 * coverage,
        "BIN_R_N": number,
        "BIN_R_SNR": np.where(seen, spectra, 0.0),
    }


def _continuum(galaxies: Population) -> Array:
    """Return the mean flux density per spaxel within 1 R_e."""
    line: Array = galaxies["halpha"] / _spaxels(galaxies)
    return line / galaxies["ew"] / (1.0 + galaxies["redshift"])


def measure_kinematics(galaxies: Population, rng: Generator) -> Columns:
    """Fill velocities, in km/s relative to the input redshift, and dispersions."""
    number = len(galaxies["redshift"])
    sine = np.sin(np.radians(galaxies["inclination"]))
    gas = _velocity_range(galaxies, galaxies["vmax"] * sine, rng)
    # Pressure carries part of the stars' weight: the more, the hotter they are.
    lag = np.clip(1.0 - 0.3 * galaxies["stellar_sigma"] / galaxies["vmax"], 0.2, 0.95)
    stars = _velocity_range(galaxies, lag * galaxies["vmax"] * sine, rng)
    gas_sigma = galaxies["gas_sigma"] * rng.normal(1.0, 0.01, number)
    highest = gas_sigma * rng.uniform(1.3, 2.0, number)
    z, drift = galaxies["redshift"], galaxies["v_sys"] / LIGHT_SPEED
    fits = rng.normal(1.0, 0.03, (2, number))
    return {
        **{f"STELLAR_VEL_{end}": value for end, value in stars.items()},
        **{f"HA_GVEL_{end}": value for end, value in gas.items()},
        "STELLAR_Z": z + (1.0 + z) * drift,
        "HA_Z": z + (1.0 + z) * drift + rng.normal(0.0, 1e-5, number),
        "STELLAR_SIGMA_1RE": galaxies["stellar_sigma"] * rng.normal(1.0, 0.01, number),
        "HA_GSIGMA_1RE": gas_sigma,
        "HA_GSIGMA_HI": highest * rng.uniform(1.0, 1.2, number),
        "HA_GSIGMA_HI_CLIP": highest,
        **{f"STELLAR_{kind}RCHI2_1RE": fits[0] for kind in ("", "CONT_")},
        "EMLINE_RCHI2_1RE": fits[1],
    }


def _velocity_range(galaxies: Population, amplitude: Array, rng: Generator) -> dict[str, Array]:
    """Return the ends of the velocities: unlike on both sides, and beyond them before clipping."""
    low, high = (amplitude * rng.normal(1.0, 0.015, len(amplitude)) for _ in range(2))
    wide_low, wide_high = (np.abs(rng.normal(0.0, 8.0, len(amplitude))) for _ in range(2))
    systemic = galaxies["v_sys"]
    ends = (systemic - low - wide_low, systemic + high + wide_high)
    return dict(zip(_ENDS, (*ends, systemic - low, systemic + high), strict=True))


def measure_lines(galaxies: Population, layout: Layout, rng: Generator) -> Columns:
    """Fill fluxes (1e-17 erg/s/cm2), surface brightness (per spaxel) and equivalent widths."""
    number, r_e = len(galaxies["r_e"]), galaxies["r_e"]
    names = line_names(layout)
    waves = np.array([rest_wavelength(name) for name in names])
    halpha = names.index(HALPHA)
    ratios = np.array([LINE_RATIOS[name] for name in names])
    ratios = ratios * np.exp(rng.normal(0.0, 0.25, (number, len(names))))
    ratios[:, halpha] = 1.0
    flux = galaxies["halpha"][:, None] * ratios
    width = galaxies["ew"][:, None] * ratios / (colour(waves) / colour(waves[halpha]))
    share = np.minimum(0.8, 1.5 * (_APERTURE / r_e) ** 1.5)[:, None]
    total = 1.0 + 0.5 * (np.minimum(galaxies["coverage"], 3.0) - 1.0)[:, None]
    mean = flux / _spaxels(galaxies)[:, None]
    peak = rng.uniform(2.0, 5.0, number)[:, None]
    fitted = {
        "FLUX_CEN": flux * share,
        "FLUX_1RE": flux,
        "FLUX_TOT": flux * total,
        "SB_1RE": mean,
        "SB_PEAK": mean * peak,
        "EW_1RE": width,
        "EW_PEAK": width * np.sqrt(peak),
    }
    columns = {f"EMLINE_G{name}": values for name, values in fitted.items()}
    blends = _summed(names, layout)
    noise = rng.normal(1.0, 0.03, (number, len(names)))
    for name, values in fitted.items():
        summed = (values @ blends) * noise
        summed[:, ~blends.any(axis=0)] = MISSING
        columns[f"EMLINE_S{name}"] = summed
    columns["SFR_1RE"] = star_formation_rate(flux[:, halpha], galaxies["distance"])
    columns["SFR_TOT"] = star_formation_rate((flux * total)[:, halpha], galaxies["distance"])
    return columns


def _summed(names: tuple[str, ...], layout: Layout) -> Array:
    """Return which fitted lines (rows) are in which summed passband (columns).

    The first passband holds the [O II] doublet; the dummies hold none.
    """
    blends = np.eye(len(names))
    for name in MOMENT_DUMMIES[layout]:
        blends[:, names.index(name)] = 0.0
    blends[names.index("OII-3729"), names.index("OII-3727")] = 1.0
    return blends


def measure_indices(galaxies: Population, rng: Generator) -> Columns:
    """Fill the spectral indices: of old populations in early types, of young ones in others."""
    number = len(galaxies["early"])
    old = np.where(galaxies["early"], 0.85, 0.35) + rng.uniform(-0.15, 0.15, number)
    young, aged, error = (
        np.array([getattr(row, name) for row in INDEX_VALUES]) for name in ("young", "old", "error")
    )
    median = young + (aged - young) * old[:, None]
    spread = 0.2 * np.abs(aged - young) + error
    clipped = 0.8 * spread * rng.uniform(0.8, 1.2, (number, 1))
    return {
        "SPECINDEX_LO": median - spread,
        "SPECINDEX_HI": median + spread,
        "SPECINDEX_LO_CLIP": median - clipped,
        "SPECINDEX_HI_CLIP": median + clipped,
        "SPECINDEX_1RE": median,
    }
