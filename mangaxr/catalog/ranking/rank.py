"""Ranking galaxies: a score whose every term can be recomputed from the row."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.ranking.criteria import Criteria, load_criteria
from mangaxr.catalog.ranking.identity import COLUMNS, describe_galaxies
from mangaxr.catalog.ranking.quantities import QUANTITIES, columns_needed
from mangaxr.catalog.ranking.select import Selection, select
from mangaxr.catalog.ranking.terms import Grade
from mangaxr.errors import CriteriaError
from mangaxr.plateifu import PlateIFU

__all__ = ["columns_to_rank", "rank"]

_FORMULA = "sum(weight * grade) / sum(weight)"


def columns_to_rank(criteria: str | os.PathLike[str] | Criteria | None = None) -> tuple[str, ...]:
    """Return the catalog columns that `rank` looks at, those of every row included.

    Examples
    --------
    >>> "ha_gsigma_1re" in columns_to_rank("flux_sigma_inclination")
    True
    """
    wanted = (*load_criteria(criteria).columns, *COLUMNS, *columns_needed(QUANTITIES))
    return tuple(dict.fromkeys(wanted))


def rank(
    catalog: xr.Dataset,
    criteria: str | os.PathLike[str] | Criteria | None = None,
    *,
    top: int | None = None,
    include: Iterable[str | PlateIFU] = (),
    selection: Selection | None = None,
) -> xr.Dataset:
    """Rank the galaxies that pass the criteria, the best first.

    The score is the mean of the terms' grades, 0 to 1, weighted as the criteria say. Equal
    scores are ordered by plate and IFU, so that the same table and criteria always give
    the same ranking.

    Parameters
    ----------
    catalog
        As `mangaxr.open_catalog` gives it; dimension ``galaxy``.
    criteria
        A shipped name, a TOML file, or `Criteria`; the default ones if None.
    top
        How many galaxies to keep; all by default.
    include
        Galaxies that stay whatever the cuts and `top` say; what would have removed one is
        in its ``cut``.
    selection
        What `select` made of the same catalog and criteria, if it is at hand.

    Returns
    -------
    xarray.Dataset
        Over ``galaxy``, in the order of the rank: ``rank`` (from 1), ``score``,
        ``score_<term>`` (grades), the quantities of `QUANTITIES`, ``mangaid``, ``z``,
        ``nsa_elpetro_ba``, the quality words and their flags by name, ``repeats`` (other
        observations of the same galaxy), ``cut``, ``maps_url``. The criteria and the
        counts of the cuts are attributes, as JSON.

    Raises
    ------
    CriteriaError
        If the criteria make no sense or have no term, the catalog lacks a column, or a
        galaxy to include is not in it.

    Examples
    --------
    >>> import mangaxr
    >>> catalog = mangaxr.open_catalog(sas=mangaxr.synthetic.example_survey())
    >>> ranked = mangaxr.rank(catalog, "flux_sigma_inclination")
    >>> bool((ranked.score.diff("galaxy") <= 0).all())
    True
    """
    wanted = load_criteria(criteria)
    if not wanted.grades:
        msg = f"criteria {wanted.name} have no [terms.NAME], so there is nothing to rank by"
        raise CriteriaError(msg)
    chosen = select(catalog, wanted) if selection is None else selection
    names = [PlateIFU.parse(str(name)) for name in catalog["galaxy"].values]
    forced = _positions(names, include)
    grades = {grade.term: grade(chosen.quantities[grade.term].values) for grade in wanted.grades}
    score = _score(grades, wanted.grades)
    rows = _order(score, names, np.flatnonzero(chosen.kept | forced))
    position = np.arange(1, len(rows) + 1)
    if top is not None:
        listed = (position <= top) | forced[rows]
        rows, position = rows[listed], position[listed]
    attrs = {"long_name": f"score, 0 to 1: {_FORMULA}", "units": "1"}
    columns: dict[str, Any] = {
        "rank": ("galaxy", position, {"long_name": "rank, 1 is the best", "units": "1"}),
        "score": ("galaxy", score[rows], attrs),
        **{
            f"score_{grade.term}": ("galaxy", grades[grade.term][rows], _graded(grade))
            for grade in wanted.grades
        },
    }
    ranked = xr.Dataset(columns, coords={"galaxy": catalog["galaxy"].values[rows]})
    facts = describe_galaxies(catalog, chosen, rows, q0=wanted.q0)
    return ranked.assign(facts.data_vars).assign_attrs(_provenance(catalog, wanted, chosen))


def _positions(names: Sequence[PlateIFU], include: Iterable[str | PlateIFU]) -> NDArray[np.bool_]:
    """Flag the galaxies to include."""
    where = {name: i for i, name in enumerate(names)}
    flags = np.zeros(len(names), dtype=bool)
    for item in include:
        wanted = item if isinstance(item, PlateIFU) else PlateIFU.parse(item)
        if wanted not in where:
            msg = f"{wanted} cannot be included: it is not in the catalog"
            raise CriteriaError(msg)
        flags[where[wanted]] = True
    return flags


def _score(grades: dict[str, NDArray[np.float64]], terms: Sequence[Grade]) -> NDArray[np.float64]:
    """Average the grades by weight; NaN where one is missing."""
    stacked = np.stack([grades[term.term] for term in terms])
    score: NDArray[np.float64] = np.average(stacked, axis=0, weights=[t.weight for t in terms])
    return score


def _order(
    score: NDArray[np.float64], names: Sequence[PlateIFU], rows: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Put rows in order: by falling score, those without one last, ties by name."""
    keys = np.nan_to_num(score, nan=-1.0)
    ordered = sorted((int(i) for i in rows), key=lambda i: (-keys[i], names[i]))
    return np.array(ordered, dtype=np.intp)


def _graded(grade: Grade) -> dict[str, Any]:
    return {
        "long_name": f"grade of {grade.term}, 0 at worst, 1 at best",
        "units": "1",
        "weight": grade.weight,
        "worst": grade.worst,
        "best": grade.best,
    }


def _provenance(catalog: xr.Dataset, criteria: Criteria, selection: Selection) -> dict[str, Any]:
    kept = ("release", "daptype", "dapall", "drpall")
    return {
        "title": f"galaxies ranked by the criteria {criteria.name!r}",
        **{name: catalog.attrs[name] for name in kept if name in catalog.attrs},
        "criteria": json.dumps(criteria.to_dict(), sort_keys=True),
        "cuts": json.dumps([asdict(count) for count in selection.cuts], sort_keys=True),
    }
