"""The mean over galaxies, as a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.moments import Moments, standard_error
from mangaxr.ensemble.sample import Sample
from mangaxr.ensemble.sums import moments_of

__all__ = ["MeanKernel", "spread_of_resamples"]


@dataclass(frozen=True, slots=True)
class MeanKernel:
    """Mean, its standard error and the number of galaxies, by group.

    Parameters
    ----------
    groups
        Number of groups.
    resamples
        Number of bootstrap resamples, 0 for none.
    """

    groups: int
    resamples: int = 0

    @property
    def outputs(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Sizes before the pixels' and type of each result."""
        names = {"value": "f8", "standard_error": "f8", "count": "i8"}
        if self.resamples:
            names["bootstrap_error"] = "f8"
        return {name: ((self.groups,), dtype) for name, dtype in names.items()}

    def reduce(
        self, values: npt.NDArray[Any], weights: npt.NDArray[Any] | None, slab: Sample
    ) -> Moments:
        """Return the moments of a slab."""
        return moments_of(values, weights, slab)

    def merge(self, parts: Sequence[Moments]) -> Moments:
        """Return the moments of several slabs."""
        return Moments.merged(parts)

    def finish(self, part: Moments | None, shape: tuple[int, ...]) -> dict[str, npt.NDArray[Any]]:
        """Return the results by name, NaN where no galaxy has a value."""
        every = Moments.empty(np.arange(self.groups), shape, self.resamples)
        if part is not None:
            every.add(part)
        found: dict[str, npt.NDArray[Any]] = {
            "value": np.where(every.count > 0, every.mean, np.nan),
            "standard_error": standard_error(every),
            "count": every.count.astype(np.int64),
        }
        if every.drawn is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                means = every.drawn[0] / every.drawn[1]
            found["bootstrap_error"] = spread_of_resamples(means, every.count)
        return found


def spread_of_resamples(results: Floats, count: Floats) -> Floats:
    """Return the standard deviation over resamples.

    Parameters
    ----------
    results
        Shape (resample, ...), NaN where a resample has no value.
    count
        Galaxies with a value; with fewer than two there is no spread to be had.
    """
    valid = np.isfinite(results)
    number = valid.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(valid, results, 0.0).sum(axis=0) / number
        square = (np.where(valid, results - middle, 0.0) ** 2).sum(axis=0) / (number - 1)
        return np.where((count > 1) & (number > 1), np.sqrt(square), np.nan)
