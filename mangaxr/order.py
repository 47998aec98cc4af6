"""Medians, percentiles and variances of small arrays.

They equal numpy's; its general functions take several times as long over a few thousand
values, of which a galaxy has dozens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["MAD_TO_SIGMA", "median", "percentiles", "variance"]

Array = npt.NDArray[np.float64]

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median distance from the middle."""


def median(values: Array) -> float:
    """Return the median; NaN of nothing.

    Examples
    --------
    >>> median(np.array([3.0, 1.0, 2.0, 10.0]))
    2.5
    """
    number = len(values)
    if not number:
        return math.nan
    low, high = (number - 1) // 2, number // 2
    ordered = np.partition(values, (low, high))
    return 0.5 * float(ordered[low] + ordered[high])


def percentiles(values: Array, shares: Sequence[float]) -> tuple[float, ...]:
    """Return percentiles, given as shares, to the last bit as numpy interpolates them.

    Examples
    --------
    >>> percentiles(np.array([3.0, 1.0, 2.0]), (0.25, 1.0))
    (1.5, 3.0)
    """
    last = len(values) - 1
    places = [last * share for share in shares]
    ends = [(int(place), min(int(place) + 1, last)) for place in places]
    ordered = np.partition(values, [i for pair in ends for i in pair])
    return tuple(
        _between(float(ordered[below]), float(ordered[above]), place - below)
        for place, (below, above) in zip(places, ends, strict=True)
    )


def _between(low: float, high: float, share: float) -> float:
    """Interpolate from the nearer end, so that the ends themselves are met."""
    way = high - low
    return low + way * share if share < 0.5 else high - way * (1.0 - share)


def variance(values: Array) -> float:
    """Return the mean square of the distance from the mean.

    Examples
    --------
    >>> variance(np.array([1.0, 3.0]))
    1.0
    """
    away = values - np.add.reduce(values) / len(values)
    return float(away @ away) / len(values)
