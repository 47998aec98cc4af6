"""Adding up the galaxies of a slab, a few at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.moments import Moments, as_slice
from mangaxr.ensemble.sample import Sample, Scaling
from mangaxr.store.physical import unscaled

__all__ = ["as_physical", "moments_of"]

_AT_ONCE = 16
"""Galaxies that are added up at once: their maps, in double precision, stay in the cache."""


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
            rows = as_slice(slab.positions[some])
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
