"""Choosing galaxies: cut after cut, each removal with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.ranking.criteria import Criteria, load_criteria
from mangaxr.catalog.ranking.cuts import CUTS, Cut, Galaxies, Removed
from mangaxr.catalog.ranking.quantities import columns_needed, compute_quantities
from mangaxr.errors import CriteriaError

__all__ = ["CutCount", "Selection", "select"]

_MEASURED = "measured"
"""Name of the cut that every score makes: its terms must have values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCount:
    """What one cut did.

    Parameters
    ----------
    cut
        Its name.
    keeps
        What it keeps.
    removed
        Galaxies that it was the first to remove.
    failing
        Galaxies that fail it, whatever the cuts before it did.
    left
        Galaxies left after it.
    skipped
        Why it could not be made; empty if it was.
    """

    cut: str
    keeps: str
    removed: int
    failing: int
    left: int
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Who stays, and why the others do not.

    Parameters
    ----------
    kept
        A flag per row of the catalog.
    reasons
        Galaxy -> the name of the cut that removed it, and a sentence; those kept are not
        in it.
    cuts
        Counts, in the order in which the cuts were made.
    quantities
        What the criteria are about, computed for every galaxy of the catalog.
    """

    kept: NDArray[np.bool_]
    reasons: Mapping[str, tuple[str, str]]
    cuts: tuple[CutCount, ...]
    quantities: xr.Dataset

    def removed(self) -> xr.Dataset:
        """Tabulate who was removed: the cut and the reason, over ``galaxy``."""
        names = list(self.reasons)
        cut, reason = (
            np.array([found[k] for found in self.reasons.values()], dtype=str) for k in (0, 1)
        )
        return xr.Dataset(
            {"cut": ("galaxy", cut), "reason": ("galaxy", reason)},
            coords={"galaxy": np.array(names, dtype=str)},
        )


def select(
    catalog: xr.Dataset,
    criteria: str | os.PathLike[str] | Criteria | None = None,
    *,
    on_missing: Literal["raise", "skip"] = "raise",
) -> Selection:
    """Choose the galaxies that pass every cut of the criteria, and can be scored.

    Parameters
    ----------
    catalog
        As `mangaxr.open_catalog` gives it; dimension ``galaxy``.
    criteria
        A shipped name, a TOML file, or `Criteria`; the default ones if None.
    on_missing
        What to do about a cut whose column the catalog lacks: ``skip`` leaves the cut out
        and says so in its count.

    Returns
    -------
    Selection
        A flag per galaxy, the reason of each removal, and a count per cut.

    Raises
    ------
    CriteriaError
        If the criteria do not exist or make no sense, or a column is missing.

    Examples
    --------
    >>> import mangaxr
    >>> catalog = mangaxr.open_catalog(sas=mangaxr.synthetic.example_survey())
    >>> chosen = mangaxr.select(catalog)
    >>> [count.cut for count in chosen.cuts][:2]
    ['dap_done', 'drp3qual']
    """
    wanted = load_criteria(criteria)
    skipped = _impossible(catalog, wanted, on_missing)
    computable = [name for name in wanted.quantities if not _absent(catalog, (name,))]
    quantities = compute_quantities(catalog, computable, q0=wanted.q0)
    left = np.ones(catalog.sizes["galaxy"], dtype=bool)
    reasons: dict[str, tuple[str, str]] = {}
    counts: list[CutCount] = []
    galaxies = [str(name) for name in catalog["galaxy"].values]
    for cut, setting in _steps(wanted):
        first = failing = np.zeros_like(left)
        if cut.name not in skipped:
            removed = cut.test(Galaxies(catalog, quantities, left), setting)
            failing, first = removed.flags, removed.flags & left
            rows = [int(i) for i in np.flatnonzero(first)]
            reasons |= {galaxies[i]: (cut.name, removed.reason(i)) for i in rows}
            left = left & ~failing
        counts.append(
            CutCount(
                cut=cut.name,
                keeps=cut.describe(setting),
                removed=int(first.sum()),
                failing=int(failing.sum()),
                left=int(left.sum()),
                skipped=skipped.get(cut.name, ""),
            )
        )
    return Selection(left, reasons, tuple(counts), quantities)


def _steps(criteria: Criteria) -> list[tuple[Cut, Any]]:
    """Order the cuts as in the table, with the one that scores make before the last."""
    steps: list[tuple[Cut, Any]] = [
        (cut, criteria.cuts[name]) for name, cut in CUTS.items() if name in criteria.cuts
    ]
    terms = tuple(grade.term for grade in criteria.grades)
    if terms:
        position = len(steps) - (steps[-1][0].name == "unique") if steps else 0
        steps.insert(position, (_measured(terms), terms))
    return steps


def _measured(terms: tuple[str, ...]) -> Cut:
    def test(galaxies: Galaxies, _setting: object) -> Removed:
        missing = {term: np.isnan(galaxies.quantities[term].values) for term in terms}
        flags = np.logical_or.reduce(list(missing.values()))
        return Removed(
            flags, lambda i: f"no value of {', '.join(t for t in terms if missing[t][i])}"
        )

    return Cut(name=_MEASURED, kind="switch", keeps="a value of {}", quantities=terms, test=test)


def _absent(
    catalog: xr.Dataset, quantities: Iterable[str], columns: Iterable[str] = ()
) -> list[str]:
    """Name the columns that a catalog lacks."""
    needs = dict.fromkeys((*columns, *columns_needed(quantities)))
    return [column for column in needs if column not in catalog]


def _impossible(
    catalog: xr.Dataset, criteria: Criteria, on_missing: Literal["raise", "skip"]
) -> dict[str, str]:
    """Say of each cut that the catalog does not allow why not."""
    absent = {cut.name: _absent(catalog, cut.quantities, cut.needs) for cut, _ in _steps(criteria)}
    skipped = {name: f"the catalog lacks {', '.join(a)}" for name, a in absent.items() if a}
    if skipped and on_missing == "raise":
        cut, reason = next(iter(skipped.items()))
        msg = (
            f"criteria {criteria.name}: {reason}, which the cut {cut} needs: open the catalog "
            f"with all of {', '.join(criteria.columns)}, or pass on_missing='skip'"
        )
        raise CriteriaError(msg)
    return skipped
