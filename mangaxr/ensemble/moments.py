"""Weighted means and their scatter, of groups of galaxies, that can be merged.

All in double precision. Means are merged as differences from one another, so that nothing is
lost where the scatter is small next to the mean (Chan, Golub & LeVeque 1983, Am. Stat. 37, 242).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.kernel import Floats

__all__ = ["Moments", "as_slice", "standard_error"]


@dataclass(slots=True)
class Moments:
    """Sums over the galaxies of some groups; arrays (group, ...).

    Parameters
    ----------
    codes
        The groups, rising.
    count
        Galaxies with a value.
    weight, mean
        Sum of the weights w; mean weighted with w.
    weight2, mean2, scatter2
        Sum of w^2; mean weighted with w^2; sum of w^2 times the squared distance from it.
    drawn
        Sums of w times value, and of w, of each resample: (2, resample, group, ...); None
        without.
    """

    codes: npt.NDArray[np.intp]
    count: Floats
    weight: Floats
    mean: Floats
    weight2: Floats
    mean2: Floats
    scatter2: Floats
    drawn: Floats | None = None

    @classmethod
    def empty(cls, codes: npt.NDArray[np.intp], shape: tuple[int, ...], resamples: int) -> Moments:
        """Return the moments of nothing, `shape` that of the pixels."""
        count, weight, mean, weight2, mean2, scatter2 = np.zeros((6, codes.size, *shape))
        drawn = np.zeros((2, resamples, codes.size, *shape)) if resamples else None
        return cls(codes, count, weight, mean, weight2, mean2, scatter2, drawn)

    def add(self, other: Moments) -> None:
        """Add the moments of other galaxies, whose groups are among these."""
        at = as_slice(np.searchsorted(self.codes, other.codes))
        self.count[at] += other.count
        total, mean, _ = _joined(self.weight[at], self.mean[at], other.weight, other.mean)
        self.weight[at], self.mean[at] = total, mean
        total, mean, apart = _joined(self.weight2[at], self.mean2[at], other.weight2, other.mean2)
        self.weight2[at], self.mean2[at] = total, mean
        self.scatter2[at] += other.scatter2 + apart
        if self.drawn is not None and other.drawn is not None:
            self.drawn[:, :, at] += other.drawn

    @classmethod
    def beside(cls, parts: Sequence[Moments]) -> Moments:
        """Put those of different groups, in rising order, beside one another."""
        drawn = [part.drawn for part in parts if part.drawn is not None]
        return cls(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.count for part in parts]),
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.weight2 for part in parts]),
            np.concatenate([part.mean2 for part in parts]),
            np.concatenate([part.scatter2 for part in parts]),
            np.concatenate(drawn, axis=2) if drawn else None,
        )

    @classmethod
    def merged(cls, parts: Sequence[Moments]) -> Moments:
        """Add up several, one after the other."""
        codes = np.unique(np.concatenate([part.codes for part in parts]))
        first = parts[0]
        resamples = 0 if first.drawn is None else first.drawn.shape[1]
        result = cls.empty(codes, first.count.shape[1:], resamples)
        for part in parts:
            result.add(part)
        return result


def _joined(
    weight: Floats, mean: Floats, other_weight: Floats, other_mean: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the weight and mean of two parts, and the scatter that their distance makes."""
    total = weight + other_weight
    share = np.divide(other_weight, total, out=np.zeros_like(total), where=total > 0)
    distance = other_mean - mean
    return total, mean + distance * share, distance**2 * weight * share


def as_slice(rows: npt.NDArray[np.intp]) -> Any:
    """Return neighbouring rows as a slice, which needs no copy."""
    if rows[-1] - rows[0] == rows.size - 1:
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def standard_error(moments: Moments) -> Floats:
    """Return the standard error of a weighted mean, from the scatter of the galaxies.

    ``SE^2 = n / (n - 1) * sum w^2 (v - mean)^2 / (sum w)^2`` (Cochran 1977, Sampling
    Techniques; Gatz & Smith 1995, Atmos. Environ. 29, 1185), which for equal weights is the
    sample variance over n.

    Returns
    -------
    ndarray
        Shape (group, ...), unit of the values; NaN for fewer than two galaxies.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        square = moments.scatter2 + moments.weight2 * (moments.mean2 - moments.mean) ** 2
        square = square / moments.weight**2 * moments.count / (moments.count - 1)
        return np.where(moments.count > 1, np.sqrt(square), np.nan)
