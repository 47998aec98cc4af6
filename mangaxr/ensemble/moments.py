"""Weighted means and their scatter, of groups of galaxies, that can be merged.

All in double precision. Means are merged as differences from one another, so that nothing is
lost where the scatter is small next to the mean (Chan, Golub & LeVeque 1983, Am. Stat. 37, 242).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.sample import Sample, Scaling
from mangaxr.store.reader import unscaled

__all__ = ["Moments", "as_physical", "moments_of", "standard_error"]

_AT_ONCE = 16
"""Galaxies that are added up at once: their maps, in double precision, stay in the cache."""


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
        at = _as_slice(np.searchsorted(self.codes, other.codes))
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


def moments_of(
    values: npt.NDArray[np.floating], weights: npt.NDArray[np.floating] | None, slab: Sample
) -> Moments:
    """Return the moments of the galaxies of a slab, by group.

    Parameters
    ----------
    values
        A chunk, (galaxy, ...), NaN where there is no value.
    weights
        Of each value; one that is not positive and finite leaves its value out.
    slab
        Which of the chunk's galaxies count, and how their values become physical.
    """
    parts = []
    for code in np.unique(slab.codes):
        members = np.flatnonzero(slab.codes == code)
        sums = _Sums(values.shape[1:], 0 if slab.draws is None else len(slab.draws))
        for i in range(0, members.size, _AT_ONCE):
            some = members[i : i + _AT_ONCE]
            rows = _as_slice(slab.positions[some])
            physical = as_physical(values[rows], slab.scaling, some)
            weight = _weight(None if weights is None else weights[rows], slab, some, physical)
            sums.add(physical, weight, None if slab.draws is None else slab.draws[:, some])
        parts.append(sums.moments(code))
    return parts[0] if len(parts) == 1 else Moments.beside(parts)


def as_physical(
    values: npt.NDArray[np.floating], scaling: Scaling | None, members: npt.NDArray[np.intp]
) -> Floats:
    """Return values of some galaxies of a slab as physical ones, in double precision."""
    if scaling is None:
        return values.astype(np.float64)
    of = scaling.at(members)
    scale, offset = (_upright(numbers, values.ndim) for numbers in (of.scale, of.offset))
    physical: Floats = unscaled(values, scale, offset, of.function)
    return physical


def _upright(numbers: npt.NDArray[Any], ndim: int) -> npt.NDArray[Any]:
    """Return a number for each galaxy in a shape that goes with the galaxies' pixels."""
    return numbers.reshape(-1, *[1] * (ndim - 1))


def _as_slice(rows: npt.NDArray[np.intp]) -> Any:
    """Return neighbouring rows as a slice, which needs no copy."""
    if rows[-1] - rows[0] == rows.size - 1:
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _weight(
    weights: npt.NDArray[np.floating] | None,
    slab: Sample,
    members: npt.NDArray[np.intp],
    values: Floats,
) -> Floats | None:
    """Return weights, 0 where they or the values are none; None if all weigh the same."""
    if weights is None and slab.weights is None:
        return None
    weight = np.ones_like(values) if weights is None else weights.astype(np.float64)
    counts = (weight > 0) & (weight < np.inf) & ~np.isnan(values)
    if slab.weights is not None:
        weight = weight * _upright(slab.weights[members], values.ndim)
    return np.where(counts, weight, 0.0)


class _Sums:
    """Sums over galaxies of one group, about the first value of each pixel.

    The distance of a value from the mean of n is at most sqrt(n) standard deviations, so
    that no more than log10(n) digits of the scatter are lost.
    """

    def __init__(self, shape: tuple[int, ...], resamples: int) -> None:
        self.about = np.zeros(shape)
        self.count = np.zeros(shape)
        self.weight, self.total, self.weight2, self.total2, self.square2 = np.zeros((5, *shape))
        self.drawn = np.zeros((2, resamples, *shape)) if resamples else None
        # Memory that is used again and again: making it anew would cost more than the sums.
        self.product = np.empty((resamples, math.prod(shape)))

    def add(
        self, values: Floats, weight: Floats | None, draws: npt.NDArray[np.int32] | None
    ) -> None:
        """Add some galaxies, few enough for their count to fit a byte; overwrites `values`."""
        missing = np.isnan(values) if weight is None else weight == 0
        number = len(values) - missing.view(np.uint8).sum(axis=0, dtype=np.uint8)
        self._begin(values, missing, number)
        self.count += number
        if draws is not None and self.drawn is not None:
            np.copyto(values, 0.0, where=missing)
            each = (~missing).astype(np.float64) if weight is None else weight
            times = draws.astype(np.float64)
            for sums, part in zip(self.drawn, (values * each, each), strict=True):
                np.dot(times, part.reshape(len(part), -1), out=self.product)
                sums += self.product.reshape(sums.shape)
        apart = np.subtract(values, self.about, out=values)
        np.copyto(apart, 0.0, where=missing)
        if weight is None:
            self.total += np.add.reduce(apart, axis=0)
            self.square2 += np.einsum("g...,g...->...", apart, apart)
        else:
            weighted = weight * apart
            self.weight += weight.sum(axis=0)
            self.weight2 += np.einsum("g...,g...->...", weight, weight)
            self.total += weighted.sum(axis=0)
            self.total2 += np.einsum("g...,g...->...", weight, weighted)
            self.square2 += np.einsum("g...,g...->...", weighted, weighted)

    def _begin(
        self, values: Floats, missing: npt.NDArray[np.bool_], number: npt.NDArray[np.integer]
    ) -> None:
        """Take the first value of pixels that had none."""
        new = (self.count == 0) & (number > 0)
        for galaxy, gone in zip(values, missing, strict=True):
            if not new.any():
                break
            np.copyto(self.about, galaxy, where=new & ~gone)
            new &= gone

    def moments(self, code: int) -> Moments:
        """Return the moments."""
        if not self.weight.any():
            self.weight = self.weight2 = self.count
            self.total2 = self.total
        apart, apart2 = _over(self.total, self.weight), _over(self.total2, self.weight2)
        scatter2 = np.maximum(self.square2 - self.total2 * apart2, 0.0)
        return Moments(
            np.array([code]),
            self.count[np.newaxis],
            self.weight[np.newaxis],
            (self.about + apart)[np.newaxis],
            self.weight2[np.newaxis],
            (self.about + apart2)[np.newaxis],
            scatter2[np.newaxis],
            None if self.drawn is None else self.drawn[:, :, np.newaxis],
        )


def _over(total: Floats, weight: Floats) -> Floats:
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


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
