"""Properties of thousands of galaxies at once: a plausible survey, and its planted classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL
from mangaxr.synthetic.catalogs.bundles import Bundles
from mangaxr.synthetic.catalogs.columns import MISSING, NSA_MISSING
from mangaxr.synthetic.catalogs.planted import Planted

__all__ = ["THICKNESS", "Population", "draw_population"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

Population = dict[str, NDArray[Any]]
"""Property -> a value per row of drpall."""

THICKNESS = 0.2
"""Axis ratio of a disk seen edge-on."""

_DRP = {bit.name: bit.value for bit in DRP3QUAL}
_DAP = {bit.name: bit.value for bit in DAPQUAL}
_SAMPLES = {1 << 10: 0.47, 1 << 11: 0.37, 1 << 12: 0.12, 0: 0.04}
"""Word of main-survey targets -> share; the last are targets of ancillary programmes only."""
_ANCILLARY = range(5, 28)  # bits
_EARLY = 0.35
_TYPICAL_REDSHIFT = 0.035
_DISTURBED = ("dap_failed", "critical", "not_galaxy")


def draw_population(bundles: Bundles, planted: Planted, rng: Generator) -> Population:
    """Draw the galaxies, and give those of each class what makes it.

    The best rotators are brighter in H-alpha, deeper, more supported by rotation and more
    widely covered than everybody else, with a gap between.

    Parameters
    ----------
    bundles
        What each is observed with. It reaches to 1.3 to 2.2 half-light radii.
    planted
        Rows of each class.
    rng
        Decides all the rest.

    Returns
    -------
    dict
        ``redshift``, ``inclination`` (deg), ``axis_ratio``, ``phi`` (deg), ``r_e`` (arcsec),
        ``coverage`` (radius of the bundle in R_e), ``vmax``, ``gas_sigma``,
        ``stellar_sigma`` (km/s), ``v_sys`` (km/s), ``halpha`` (1e-17 erg/s/cm2 within 1
        R_e), ``ew`` (Angstrom), ``snr`` (g), ``log_mass`` (Msun, h = 1), ``early``,
        ``sersic_n``, ``ra``, ``dec`` (deg), ``catalogue_number``, the words ``drp3qual``,
        ``dapqual``, ``mngtarg1``, ``mngtarg3``, and ``nsa_word``: 0, or what stands for the
        galaxy's photometry.
    """
    number = len(bundles.fibres)
    galaxies = _properties(number, rng) | _words(number, rng)
    galaxies |= {"ra": bundles.ra.copy(), "dec": bundles.dec.copy()}
    _better(galaxies, planted["best_rotators"], rng)
    _tilt(galaxies, planted, rng)
    galaxies["r_e"] = bundles.radius / galaxies["coverage"]
    small = planted["too_small"]
    galaxies["r_e"][small] = rng.uniform(1.0, 1.95, len(small))
    galaxies["coverage"][small] = bundles.radius[small] / galaxies["r_e"][small]
    _repeat(galaxies, planted["duplicates"], rng)
    _flag(galaxies, planted)
    cos2 = np.cos(np.radians(galaxies["inclination"])) ** 2
    galaxies["axis_ratio"] = np.sqrt(cos2 * (1.0 - THICKNESS**2) + THICKNESS**2)
    return galaxies


def _normal(rng: Generator, mean: ArrayLike, width: float, low: float, high: float) -> Array:
    """Draw from a normal distribution cut off at both ends, one value per mean."""
    centre = np.asarray(mean, np.float64)
    ends = (ndtr((end - centre) / width) for end in (low, high))
    result: Array = centre + width * ndtri(rng.uniform(*ends))
    return result


def _properties(number: int, rng: Generator) -> Population:
    """Draw galaxies on which nothing is remarkable."""
    typical = np.full(number, np.log10(_TYPICAL_REDSHIFT))
    log_redshift = _normal(rng, typical, 0.2, np.log10(0.0101), np.log10(0.149))
    early = rng.random(number) < _EARLY
    log_mass = _normal(rng, 10.0 + 1.3 * (log_redshift - typical) + 0.3 * early, 0.35, 8.7, 11.4)
    # Tully & Fisher 1977; the scatter is that of a well-chosen sample.
    vmax = 10.0 ** _normal(rng, 2.1 + 0.25 * (log_mass - 10.0), 0.06, 1.7, 2.45)
    slowest, fastest = np.maximum(1.2, vmax / 95.0), np.minimum(4.5, vmax / 20.0)
    support = slowest + (fastest - slowest) * rng.random(number) ** np.where(early, 2.0, 1.0)
    sigma = 2.05 + 0.3 * (log_mass - 10.0) + 0.08 * early
    return {
        "redshift": 10.0**log_redshift,
        "log_mass": log_mass,
        "early": early,
        "vmax": vmax,
        "gas_sigma": vmax / support,
        "stellar_sigma": 10.0 ** _normal(rng, sigma, 0.08, np.log10(78.0), np.log10(280.0)),
        "v_sys": rng.normal(0.0, 12.0, number),
        "halpha": 10.0 ** _normal(rng, np.where(early, 2.0, 2.8), 0.3, 1.0, 3.4),
        "ew": 10.0 ** _normal(rng, np.where(early, 0.2, 1.15), 0.22, -0.4, 1.6),
        "snr": _normal(rng, np.full(number, 6.0), 2.5, 2.0, 11.0),
        "coverage": rng.uniform(1.3, 2.2, number),
        "inclination": _directions(rng, 26.0, 74.0, number),
        "phi": rng.uniform(0.0, 180.0, number),
        "sersic_n": _normal(rng, np.where(early, 3.8, 1.3), 0.6, 0.6, 6.0),
    }


def _words(number: int, rng: Generator) -> Population:
    """Draw targeting and quality, none of them a fault."""
    drp = [0, _DRP["BADDEPTH"], _DRP["HIGHSCAT"], _DRP["VARIABLELSF"]]
    main = rng.choice(list(_SAMPLES), number, p=list(_SAMPLES.values()))
    bits = rng.choice(list(_ANCILLARY), number)
    ancillary = (main == 0) | (rng.random(number) < 0.05)
    return {
        "mngtarg1": main.astype(np.int64),
        "mngtarg3": np.where(ancillary, 1 << bits, 0).astype(np.int64),
        "drp3qual": rng.choice(drp, number, p=[0.88, 0.05, 0.04, 0.03]).astype(np.int64),
        "dapqual": np.where(rng.random(number) < 0.1, _DAP["FORESTAR"], 0).astype(np.int64),
        "catalogue_number": rng.choice(900_000, number, replace=False) + 100_000,
        "nsa_word": np.zeros(number),
    }


def _directions(rng: Generator, low: float, high: float, number: int) -> Array:
    """Draw inclinations of disks that point anywhere, between two angles in deg."""
    nearest, farthest = np.cos(np.radians([low, high]))
    result: Array = np.degrees(np.arccos(rng.uniform(farthest, nearest, number)))
    return result


def _better(galaxies: Population, rows: Rows, rng: Generator) -> None:
    """Make the best rotators."""
    ranges = {
        "vmax": (195.0, 250.0),
        "gas_sigma": (20.0, 28.0),
        "stellar_sigma": (60.0, 75.0),
        "inclination": (45.0, 60.0),
        "ew": (30.0, 60.0),
        "snr": (15.0, 25.0),
        "coverage": (2.6, 3.0),
        "log_mass": (10.3, 10.8),
        "sersic_n": (0.8, 1.5),
    }
    for name, (low, high) in ranges.items():
        galaxies[name][rows] = rng.uniform(low, high, len(rows))
    galaxies["halpha"][rows] = 10.0 ** rng.uniform(4.0, 4.5, len(rows))
    for name in ("early", "drp3qual", "dapqual"):
        galaxies[name][rows] = 0
    galaxies["mngtarg1"][rows] = 1 << 11  # the Secondary sample, covered to 2.5 R_e


def _tilt(galaxies: Population, planted: Planted, rng: Generator) -> None:
    for name, low, high in (("face_on", 3.0, 19.0), ("edge_on", 81.0, 89.0)):
        rows = planted[name]
        galaxies["inclination"][rows] = _directions(rng, low, high, len(rows))


def _repeat(galaxies: Population, pairs: Rows, rng: Generator) -> None:
    """Make both of a pair the same galaxy, seen less deeply the second time."""
    first, second = pairs.T
    for name, values in galaxies.items():
        if name not in ("drp3qual", "dapqual"):
            values[second] = values[first]
    galaxies["snr"][second] *= rng.uniform(0.5, 0.85, len(second))


def _flag(galaxies: Population, planted: Planted) -> None:
    """Set the words of those whose fault is a word, and clear all others of theirs."""
    for name in _DISTURBED:
        galaxies["drp3qual"][planted[name]] = galaxies["dapqual"][planted[name]] = 0
    by_drp, by_dap = planted["critical"][::2], planted["critical"][1::2]
    galaxies["drp3qual"][by_drp] = _DRP["CRITICAL"]
    galaxies["dapqual"][by_drp] = _DAP["CRITICAL"] | _DAP["DRPCRIT"]
    galaxies["dapqual"][by_dap] = _DAP["CRITICAL"] | _DAP["DAPCRIT"]
    # The DAP leaves out what is no target, and what has no redshift.
    untargeted = np.concatenate([planted["not_galaxy"], planted["not_tried"][::2]])
    for name in ("mngtarg1", "mngtarg3"):
        galaxies[name][untargeted] = 0
    for rows in (planted["no_photometry"], planted["not_tried"]):
        galaxies["nsa_word"][rows[::2]] = MISSING
        galaxies["nsa_word"][rows[1::2]] = NSA_MISSING
    galaxies["redshift"][planted["not_tried"]] = NSA_MISSING
