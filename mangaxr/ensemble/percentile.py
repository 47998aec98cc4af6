"""Percentiles over galaxies, as a kernel: all galaxies of a pixel are needed at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.mean import spread_of_resamples
from mangaxr.ensemble.moments import standard_error
from mangaxr.ensemble.sample import Sample
from mangaxr.ensemble.sums import as_physical, moments_of

__all__ = ["PercentileKernel", "normal_factor", "percentiles", "weighted_percentiles"]


@dataclass(frozen=True, slots=True)
class PercentileKernel:
    """Percentiles, their standard errors and the number of galaxies, by group.

    It cannot merge: the arrays must hold all galaxies in one chunk.

    Parameters
    ----------
    groups
        Number of groups.
    q
        The percentiles, 0 to 100.
    resamples
        Number of bootstrap resamples, 0 for none.
    """

    groups: int
    q: tuple[float, ...]
    resamples: int = 0

    @property
    def outputs(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Sizes before the pixels' and type of each result."""
        names = ["value", "standard_error", *(["bootstrap_error"] if self.resamples else [])]
        sizes = (len(self.q), self.groups)
        return {**dict.fromkeys(names, (sizes, "f8")), "count": ((self.groups,), "i8")}

    def reduce(
        self, values: npt.NDArray[Any], weights: npt.NDArray[Any] | None, slab: Sample
    ) -> dict[str, npt.NDArray[Any]]:
        """Return the results of all galaxies."""
        found = self.finish(None, values.shape[1:])
        moments = moments_of(values, weights, slab)
        error = standard_error(moments)
        for i, code in enumerate(moments.codes):
            found["count"][code] = moments.count[i]
            for j, q in enumerate(self.q):
                found["standard_error"][j, code] = error[i] * normal_factor(q)
            members = np.flatnonzero(slab.codes == code)
            chosen, weight = _valued(values, weights, slab, members)
            found["value"][:, code] = self._percentiles(chosen, weight)
            if slab.draws is not None:
                drawn = np.stack(list(self._resampled(chosen, weight, slab.draws[:, members])))
                spread = spread_of_resamples(
                    drawn, np.broadcast_to(moments.count[i], drawn[0].shape)
                )
                found["bootstrap_error"][:, code] = spread
        return found

    def merge(self, parts: Sequence[dict[str, npt.NDArray[Any]]]) -> dict[str, npt.NDArray[Any]]:
        """Return the only part."""
        (part,) = parts
        return part

    def finish(
        self, part: dict[str, npt.NDArray[Any]] | None, shape: tuple[int, ...]
    ) -> dict[str, npt.NDArray[Any]]:
        """Return the results, those of nothing if there was no galaxy."""
        if part is not None:
            return part
        return {
            name: np.full((*sizes, *shape), np.nan if dtype == "f8" else 0, dtype=dtype)
            for name, (sizes, dtype) in self.outputs.items()
        }

    def _percentiles(self, values: Floats, weights: Floats | None) -> Floats:
        if weights is None:
            return percentiles(values, self.q)
        return weighted_percentiles(values, weights, self.q)

    def _resampled(
        self, values: Floats, weights: Floats | None, draws: npt.NDArray[np.int32]
    ) -> Iterator[Floats]:
        for times in draws:
            rows = np.repeat(np.arange(len(values)), times)
            yield self._percentiles(values[rows], None if weights is None else weights[rows])


def _valued(
    values: npt.NDArray[Any],
    weights: npt.NDArray[Any] | None,
    slab: Sample,
    members: npt.NDArray[np.intp],
) -> tuple[Floats, Floats | None]:
    """Return the values of a group, NaN where they do not count, and their weights."""
    rows = slab.positions[members]
    chosen = as_physical(values[rows], slab.scaling, members)
    if weights is None and slab.weights is None:
        return chosen, None
    weight = np.ones_like(chosen) if weights is None else weights[rows].astype(np.float64)
    if slab.weights is not None:
        weight *= slab.weights[members].reshape(-1, *[1] * (chosen.ndim - 1))
    counts = (weight > 0) & (weight < np.inf) & ~np.isnan(chosen)
    return np.where(counts, chosen, np.nan), np.where(counts, weight, 0.0)


def percentiles(values: Floats, q: Sequence[float]) -> Floats:
    """Return percentiles along the first axis, missing values left out.

    Interpolated linearly between the two nearest values, as `numpy.nanpercentile` does.

    Parameters
    ----------
    values
        Shape (galaxy, ...), NaN where there is none.
    q
        Percentiles, 0 to 100.

    Returns
    -------
    ndarray
        Shape (q, ...); NaN where there is no value at all.

    Examples
    --------
    >>> percentiles(np.array([3.0, np.nan, 1.0]), [50, 100]).tolist()
    [2.0, 3.0]
    """
    ordered = np.sort(values, axis=0)  # NaN come last
    count = (~np.isnan(ordered)).sum(axis=0)
    found = np.empty((len(q), *values.shape[1:]))
    for i, percentile in enumerate(q):
        place = np.maximum(count - 1, 0) * (percentile / 100)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low, high = (np.take_along_axis(ordered, at[np.newaxis], 0)[0] for at in (below, above))
        found[i] = low + (high - low) * (place - below)
    return found


def weighted_percentiles(values: Floats, weights: Floats, q: Sequence[float]) -> Floats:
    """Return the smallest values at which a share of the weight is reached.

    As `numpy.nanpercentile` with ``method="inverted_cdf"``.

    Parameters
    ----------
    values
        Shape (galaxy, ...), NaN where there is none.
    weights
        The same shape; 0 where there is no value.
    q
        Percentiles, 0 to 100.

    Returns
    -------
    ndarray
        Shape (q, ...); NaN where there is no value at all.

    Examples
    --------
    >>> weighted_percentiles(np.array([3.0, 1.0]), np.array([1.0, 5.0]), [50, 100]).tolist()
    [1.0, 3.0]
    """
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, 0)
    reached = np.cumsum(np.take_along_axis(weights, order, 0), axis=0)
    last = np.maximum((~np.isnan(ordered)).sum(axis=0) - 1, 0)
    found = np.empty((len(q), *values.shape[1:]))
    for i, percentile in enumerate(q):
        at = np.argmax(reached >= reached[-1] * (percentile / 100), axis=0)
        at = np.minimum(at, last)
        found[i] = np.take_along_axis(ordered, at[np.newaxis], 0)[0]
    return found


def normal_factor(q: float) -> float:
    """Return the standard error of a percentile over that of the mean, of normal values.

    ``sqrt(p (1 - p)) / phi(z_p)`` (Stuart & Ord, Kendall's Advanced Theory of Statistics 1,
    10.10): 1.2533 for the median.

    Examples
    --------
    >>> round(normal_factor(50), 4)
    1.2533
    """
    p = q / 100
    if not 0 < p < 1:
        return float("nan")
    return float(np.sqrt(p * (1 - p)) / norm.pdf(norm.ppf(p)))
