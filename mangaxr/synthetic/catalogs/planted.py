"""Who in a large catalogue is good, and who is bad in one way each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["CatalogTruth", "Planted", "plant", "truth_of"]

Rows = NDArray[np.intp]

Planted = Mapping[str, Rows]
"""Class -> rows. Those of the duplicates are (pair, 2), the better observation first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogTruth:
    """Names of the galaxies of each class; nobody is in two.

    Parameters
    ----------
    best_rotators
        Bright, fast, deep, well inclined, widely covered, in the largest bundle.
    not_tried
        Only drpall has them: no targets of a galaxy programme, or without a redshift.
    dap_failed
        The DAP tried and did not complete.
    critical
        Flagged CRITICAL by the DRP, and therefore by the DAP, or by the DAP alone.
    not_galaxy
        No target of any galaxy programme, but analysed, which the survey would not do.
    face_on, edge_on
        Below 20 and above 80 degrees of inclination. Nobody else is below 26 or above 74.
    too_small
        Half-light radius below 4 spaxels, 2 arcsec. Nobody else's is below 2.8 arcsec.
    no_photometry
        Not in the NASA-Sloan Atlas.
    smallest_bundle
        19 fibres, and otherwise without fault. No other class has such bundles.
    duplicates
        Pairs of observations of one galaxy, the one of the higher S/N in the g band first.
    """

    best_rotators: tuple[str, ...]
    not_tried: tuple[str, ...]
    dap_failed: tuple[str, ...]
    critical: tuple[str, ...]
    not_galaxy: tuple[str, ...]
    face_on: tuple[str, ...]
    edge_on: tuple[str, ...]
    too_small: tuple[str, ...]
    no_photometry: tuple[str, ...]
    smallest_bundle: tuple[str, ...]
    duplicates: tuple[tuple[str, str], ...]

    @property
    def better(self) -> dict[str, str]:
        """The worse observation of each pair of `duplicates` -> the better one."""
        return {worse: best for best, worse in self.duplicates}

    @property
    def repeats(self) -> tuple[str, ...]:
        """The worse observation of each pair of `duplicates`."""
        return tuple(self.better)

    def to_dict(self) -> dict[str, Any]:
        """Return the truth as plain JSON values."""
        return asdict(self) | {"repeats": self.repeats, "better": self.better}


class _Class(NamedTuple):
    """Share of all rows, and the bundles that the rows are taken from."""

    name: str
    share: float
    fibres: tuple[int, ...] = (37, 61, 91, 127)


# Of DR17's 11,273 cubes 10,782 were tried and 10,735 completed. A bundle is chosen by a
# galaxy's size: in a large one, R_e below 2 arcsec does not happen.
_CLASSES = (
    _Class("not_tried", 491 / 11273),
    _Class("dap_failed", 47 / 11273),
    _Class("critical", 0.01),
    _Class("not_galaxy", 0.03),
    _Class("face_on", 0.05),
    _Class("edge_on", 0.10),
    _Class("too_small", 0.05, (37, 61)),
    _Class("no_photometry", 0.01),
    _Class("duplicates", 0.01),
)
_BEST = 50
_LEAST = 4


def plant(fibres: NDArray[np.int64], rng: Generator) -> Planted:
    """Choose the rows of each class.

    Parameters
    ----------
    fibres
        Bundle size of each row. The smallest bundles are a class of their own; the best
        rotators are in the largest.
    rng
        Decides.
    """
    number = len(fibres)
    best = rng.permutation(np.flatnonzero(fibres == fibres.max()))
    rows: dict[str, Rows] = {
        "best_rotators": np.sort(best[: min(_BEST, number // 16)]),
        "smallest_bundle": np.flatnonzero(fibres == fibres.min()),
    }
    free = np.ones(number, dtype=bool)
    free[rows["best_rotators"]] = False
    for kind in _CLASSES:
        eligible = np.flatnonzero(free & np.isin(fibres, kind.fibres))
        count = max(_LEAST, round(number * kind.share))
        chosen = rng.permutation(eligible)[:count]
        rows[kind.name] = _pairs(chosen, fibres) if kind.name == "duplicates" else np.sort(chosen)
        free[rows[kind.name]] = False
    return rows


def _pairs(rows: Rows, fibres: NDArray[np.int64]) -> Rows:
    """Pair rows of the same bundle size; whoever is left over is in no pair."""
    alike = [rows[fibres[rows] == size] for size in np.unique(fibres[rows])]
    return np.concatenate([group[: len(group) // 2 * 2].reshape(-1, 2) for group in alike])


def truth_of(planted: Planted, names: NDArray[np.str_]) -> CatalogTruth:
    """Name the galaxies of each class."""
    return CatalogTruth(**{kind: _frozen(names[rows].tolist()) for kind, rows in planted.items()})


def _frozen(names: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(name) if isinstance(name, list) else name for name in names)
