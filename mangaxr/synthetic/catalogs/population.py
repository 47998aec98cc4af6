"""Properties of thousands of galaxies at once: a plausible survey, and its planted classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangaxr.plateifu import BUNDLE_SIZES
from mangaxr.synthetic.catalogs.planted import Planted

__all__ = ["THICKNESS", "Population", "draw_population", "name_bundles"]

Array = NDArray[np.float64]
Population = dict[str, NDArray[Any]]
"""Property -> a value per row."""

THICKNESS = 0.2
CRITICAL = 1 << 30
_MAIN_SURVEY = 1 << 10
_FIRST_PLATE, _LAST_PLATE = 7443, 12772
_DESIGNS = {19: 2, 37: 4, 61: 4, 91: 2, 127: 5}
"""Bundles of each size on a plate."""
_RADIUS = {19: 6.0, 37: 8.5, 61: 11.0, 91: 13.5, 127: 16.0}
"""Their radius, arcsec."""


def name_bundles(
    number: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return plates and IFU designs, 17 bundles to a plate."""
    designs = [size * 100 + k for size in BUNDLE_SIZES for k in range(1, _DESIGNS[size] + 1)]
    plates = -(-number // len(designs))
    chosen = rng.choice(np.arange(_FIRST_PLATE, _LAST_PLATE + 1), plates, replace=False)
    plate = np.repeat(np.sort(chosen), len(designs))[:number].astype(np.int64)
    return plate, np.tile(designs, plates)[:number].astype(np.int64)


def draw_population(
    fibres: NDArray[np.int64], planted: Planted, rng: np.random.Generator
) -> Population:
    """Draw the galaxies, and give those of each class what makes it.

    Parameters
    ----------
    fibres
        Bundle size of each row.
    planted
        Rows of each class.
    rng
        Decides all the rest.

    Returns
    -------
    dict
        ``redshift``, ``inclination`` (degrees), ``axis_ratio``, ``r_e`` (arcsec), ``vmax``,
        ``gas_sigma``, ``stellar_sigma`` (km/s), ``halpha`` (1e-17 erg/s/cm2 within 1 R_e),
        ``snr`` (g), ``reach`` (R_e), ``phi`` (degrees), ``mass`` (Msun, h = 1), the bits
        ``drp3qual``, ``dapqual``, ``mngtarg1``, ``mngtarg3``, and ``mangaid``.
    """
    number = len(fibres)
    radius = np.vectorize(_RADIUS.get, otypes=[float])(fibres)
    galaxies: Population = {
        "redshift": np.clip(rng.lognormal(np.log(0.035), 0.45, number), 0.01, 0.15),
        "inclination": _tilts(26.5, 73.5, number, rng),
        "r_e": radius / rng.uniform(1.5, 2.4, number),
        "gas_sigma": rng.uniform(25.0, 80.0, number),
        "stellar_sigma": rng.uniform(70.0, 250.0, number),
        "halpha": 10.0 ** np.clip(rng.normal(2.7, 0.5, number), 1.0, 3.6),
        "snr": rng.uniform(2.0, 12.0, number),
        "reach": rng.uniform(1.0, 2.2, number),
        "phi": rng.uniform(0.0, 180.0, number),
        "mass": 10.0 ** rng.uniform(8.8, 11.3, number),
        "drp3qual": np.zeros(number, np.int64),
        "dapqual": np.zeros(number, np.int64),
        "mngtarg1": np.full(number, _MAIN_SURVEY, np.int64),
        "mngtarg3": np.zeros(number, np.int64),
        "mangaid": np.array([f"1-{k}" for k in rng.permutation(number) + 100000]),
    }
    galaxies["vmax"] = galaxies["gas_sigma"] * rng.uniform(0.8, 4.5, number)
    _better(galaxies, planted["best_rotators"], rng)
    _worse(galaxies, planted, rng)
    cos2 = np.cos(np.radians(galaxies["inclination"])) ** 2
    galaxies["axis_ratio"] = np.sqrt(cos2 * (1.0 - THICKNESS**2) + THICKNESS**2)
    return galaxies


def _tilts(low: float, high: float, number: int, rng: np.random.Generator) -> Array:
    """Draw inclinations of disks that point anywhere, between two angles in degrees."""
    ends = np.cos(np.radians([high, low]))
    return np.degrees(np.arccos(rng.uniform(ends[0], ends[1], number)))


def _better(galaxies: Population, rows: NDArray[np.intp], rng: np.random.Generator) -> None:
    number = len(rows)
    galaxies["inclination"][rows] = rng.uniform(45.0, 60.0, number)
    galaxies["gas_sigma"][rows] = rng.uniform(18.0, 28.0, number)
    galaxies["vmax"][rows] = rng.uniform(180.0, 250.0, number)
    galaxies["stellar_sigma"][rows] = rng.uniform(60.0, 75.0, number)
    galaxies["halpha"][rows] = 10.0 ** rng.uniform(4.0, 4.6, number)
    galaxies["snr"][rows] = rng.uniform(15.0, 25.0, number)
    galaxies["reach"][rows] = rng.uniform(2.5, 3.0, number)


def _worse(galaxies: Population, planted: Planted, rng: np.random.Generator) -> None:
    """Give each of the bad ones its fault."""
    half = len(planted["critical"]) // 2
    galaxies["drp3qual"][planted["critical"][:half]] = CRITICAL
    galaxies["dapqual"][planted["critical"][half:]] = CRITICAL
    for name in ("not_galaxy", "not_tried"):
        galaxies["mngtarg1"][planted[name]] = 0
    for name, low, high in (("face_on", 0.0, 20.0), ("edge_on", 80.0, 90.0)):
        galaxies["inclination"][planted[name]] = _tilts(low, high, len(planted[name]), rng)
    small = planted["too_small"]
    galaxies["r_e"][small] = rng.uniform(1.0, 1.95, len(small))
    repeats, better = planted["repeats"], planted["better"]
    galaxies["mangaid"][repeats] = galaxies["mangaid"][better]
    galaxies["snr"][better] = galaxies["snr"][repeats] + rng.uniform(0.5, 2.0, len(better))
