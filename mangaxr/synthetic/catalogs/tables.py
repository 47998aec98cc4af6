"""The two catalogues of a large survey as tables."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.catalogs.bintable import Table
from mangaxr.synthetic.catalogs.bundles import Bundles, place_bundles
from mangaxr.synthetic.catalogs.columns import (
    DAPALL_COLUMNS,
    DRPALL_COLUMNS,
    MISSING,
    record_type,
)
from mangaxr.synthetic.catalogs.dapall import analysis_facts, reduction_facts
from mangaxr.synthetic.catalogs.drpall import constant_columns
from mangaxr.synthetic.catalogs.measurements import (
    measure_coverage,
    measure_indices,
    measure_kinematics,
    measure_lines,
)
from mangaxr.synthetic.catalogs.planted import Planted, plant
from mangaxr.synthetic.catalogs.population import Population, draw_population
from mangaxr.synthetic.catalogs.targets import observation, photometry_columns, target
from mangaxr.synthetic.observe.binning import binning_of
from mangaxr.synthetic.observe.coordinates import luminosity_distance

__all__ = ["LargeSurvey", "dapall_table", "draw_survey", "drpall_table"]

_FROM_DRPALL = (
    *("PLATE", "PLATEIFU", "MANGAID", "OBJRA", "OBJDEC", "IFURA", "IFUDEC"),
    *("MNGTARG1", "MNGTARG2", "MNGTARG3", "NSA_Z", "NSA_ZDIST"),
    *(f"NSA_ELPETRO_{name}" for name in ("BA", "PHI", "TH50_R")),
    *(f"NSA_SERSIC_{name}" for name in ("BA", "PHI", "TH50", "N")),
    "DRP3QUAL",
)
"""What the DAP copies, whether it measured the galaxy or not."""

_DISTANCES = np.geomspace(0.005, 0.3, 400)


@dataclass(frozen=True, slots=True)
class LargeSurvey:
    """A survey of many galaxies: its bundles, their galaxies, and the rows of each class."""

    bundles: Bundles
    galaxies: Population
    planted: Planted
    seed: int


def draw_survey(number: int, seed: int) -> LargeSurvey:
    """Draw a survey; the same number and seed always give the same one."""
    rng = np.random.default_rng(seed)
    bundles = place_bundles(number, rng)
    planted = plant(bundles.fibres, rng)
    galaxies = draw_population(bundles, planted, rng)
    grid = [luminosity_distance(z) for z in _DISTANCES]
    galaxies["distance"] = np.interp(galaxies["redshift"], _DISTANCES, grid)
    return LargeSurvey(bundles, galaxies, planted, seed)


def _random(survey: LargeSurvey, what: str) -> Generator:
    """Return random numbers that do not depend on what else is written."""
    return np.random.default_rng((survey.seed, zlib.crc32(what.encode())))


def drpall_table(survey: LargeSurvey, release: Release) -> Table:
    """Make drpall: a row per cube."""
    table = np.zeros(len(survey.bundles.plate), record_type(DRPALL_COLUMNS, release.layout))
    rng = _random(survey, "drpall")
    _fill(table, constant_columns(release))
    _fill(table, observation(survey.bundles, rng))
    _fill(table, target(survey.galaxies))
    _fill(table, photometry_columns(survey.galaxies, rng))
    return table


def dapall_table(survey: LargeSurvey, drpall: Table, release: Release, daptype: str) -> Table:
    """Make the table of one analysis in dapall: a row per cube that was tried.

    What is measured is zero where the DAP did not complete: it fills a table of zeros.
    """
    tried = np.setdiff1d(np.arange(len(drpall)), survey.planted["not_tried"])
    table = np.zeros(len(tried), record_type(DAPALL_COLUMNS, release.layout))
    _fill(table, {name: drpall[name.lower()][tried] for name in _FROM_DRPALL})
    _fill(table, reduction_facts(release))
    galaxies = {name: values[tried] for name, values in survey.galaxies.items()}
    known = galaxies["nsa_word"] == 0
    distances = _distances(galaxies)
    _fill(
        table,
        {
            "IFUDESIGN": survey.bundles.design[tried],
            "DRPALLINDX": tried,
            "DAPTYPE": daptype,
            **{f"{k}DIST_NSA_Z": np.where(known, v, MISSING) for k, v in distances.items()},
        },
    )
    done = ~np.isin(tried, survey.planted["dap_failed"])
    measured = table[done]
    galaxies = {name: values[done] for name, values in galaxies.items()}
    rng = _random(survey, daptype)
    _fill(measured, analysis_facts(release, daptype))
    _fill(measured, {"Z": galaxies["redshift"], "DAPQUAL": galaxies["dapqual"]})
    _fill(measured, {f"{k}DIST_Z": v for k, v in _distances(galaxies).items()})
    _fill(measured, measure_coverage(galaxies, binning_of(daptype)))
    _fill(measured, measure_kinematics(galaxies, rng))
    _fill(measured, measure_lines(galaxies, release.layout, rng))
    _fill(measured, measure_indices(galaxies, rng))
    table[done] = measured
    return table


def _distances(galaxies: Population) -> dict[str, NDArray[np.float64]]:
    """Return luminosity and angular-diameter distance, Mpc for h = 1."""
    luminosity: NDArray[np.float64] = galaxies["distance"]
    return {"L": luminosity, "A": luminosity / (1.0 + galaxies["redshift"]) ** 2}


def _fill(table: Table, values: dict[str, Any]) -> None:
    """Set the columns that the release's table has."""
    for name in set(values) & set(table.dtype.names or ()):
        table[name] = values[name]
