"""The terms of a score: what is rewarded, on which scale, from worst to best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangaxr.errors import CriteriaError

__all__ = ["TERMS", "Grade", "Term"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term that a score may have: the quantity of the same name, graded.

    Parameters
    ----------
    name
        The quantity.
    rewards
        What a high grade means.
    log
        Whether `worst` and `best` are joined linearly in its logarithm.
    """

    name: str
    rewards: str
    log: bool = False


_ROWS = (
    Term(name="ha_flux", rewards="a bright velocity map with small errors", log=True),
    Term(name="rotation_support", rewards="ordered rotation over random motion, V / sigma"),
    Term(name="gas_dispersion", rewards="a thin gas disk whose dispersion is still measurable"),
    Term(name="stellar_dispersion", rewards="a disk and not a spheroid"),
    Term(
        name="inclination", rewards="an inclination at which rotation is seen and the disk is too"
    ),
    Term(name="snr", rewards="deep spectra"),
    Term(name="radial_coverage", rewards="spectra out to where the rotation curve is flat"),
)

TERMS: Mapping[str, Term] = MappingProxyType({row.name: row for row in _ROWS})
"""Term by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How a term counts: its weight, and the values that earn 0 and 1.

    Parameters
    ----------
    term
        Name of the term.
    weight
        Relative to the other terms, above 0.
    worst, best
        A number each: the grade goes from 0 to 1 between them, whichever is larger, and
        stays there beyond. Or a pair each, ``worst`` around ``best``: the grade is 1
        inside ``best`` and falls to 0 at ``worst`` on either side.

    Raises
    ------
    CriteriaError
        If there is no such term, or the numbers cannot make a grade.

    Examples
    --------
    >>> Grade(term="inclination", weight=1, worst=(25, 75), best=(40, 65))([30, 50, 70])
    array([0.33333333, 1.        , 0.5       ])
    >>> Grade(term="ha_flux", weight=1, worst=100, best=10000)([1000])
    array([0.5])
    """

    term: str
    weight: float
    worst: float | tuple[float, float]
    best: float | tuple[float, float]

    def __post_init__(self) -> None:
        if self.term not in TERMS:
            msg = f"no term of a score is called {self.term!r}: there are {', '.join(TERMS)}"
            raise CriteriaError(msg)
        points = self._points()
        steps = np.diff([value for value, _ in points])
        rising = bool((steps > 0).all())
        if not np.isfinite(steps).all() or not rising or not 0 < self.weight < np.inf:
            log = "positive " if TERMS[self.term].log else ""
            msg = (
                f"term {self.term}: weight = {self.weight:g}, worst = {self.worst}, best = "
                f"{self.best} make no grade: expected a weight above 0 and two different "
                f"{log}numbers, or pairs such as worst = [25, 75] around best = [40, 65]"
            )
            raise CriteriaError(msg)

    def __call__(self, values: ArrayLike) -> NDArray[np.float64]:
        """Grade values, 0 to 1; NaN stays NaN."""
        points = self._points()
        return np.interp(self._scaled(values), [p for p, _ in points], [g for _, g in points])

    def _points(self) -> list[tuple[float, float]]:
        """Return where the grade bends, by rising value."""
        worst, best = self._scaled(self.worst), self._scaled(self.best)
        if worst.shape != best.shape:
            return [(0.0, 0.0), (0.0, 0.0)]  # which no grade has
        if worst.ndim:
            return [(worst[0], 0.0), (best[0], 1.0), (best[1], 1.0), (worst[1], 0.0)]
        return sorted([(float(worst), 0.0), (float(best), 1.0)])

    def _scaled(self, values: ArrayLike) -> NDArray[np.float64]:
        numbers = np.asarray(values, dtype=np.float64)
        if not TERMS[self.term].log:
            return numbers
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log10(np.maximum(numbers, 0.0))  # maximum() keeps NaN
        return np.asarray(logs, dtype=np.float64)
