"""What the values of each channel are like, in physical units and as tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.store.contract import STATUS
from mangaxr.store.layout import SLAB
from mangaxr.store.physical import scaling_function, unscaled

__all__ = ["ChannelStatistics", "Moments", "channel_statistics"]

"""Galaxies read at a time: a chunk of the store."""


class Moments:
    """Count, mean, standard deviation and extremes of numbers that come in parts.

    Sums are about the mean of each part, and merged as those of Chan, Golub & LeVeque 1983, so
    that a small scatter about a large mean is kept.

    Examples
    --------
    >>> moments = Moments()
    >>> moments.add(np.array([1.0, 2.0, np.nan]))
    >>> moments.add(np.array([6.0]))
    >>> moments.count, moments.mean, round(moments.std, 3), moments.least, moments.largest
    (3, 3.0, 2.16, 1.0, 6.0)
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.least = self.largest = math.nan
        self._square = 0.0

    @property
    def std(self) -> float:
        """Standard deviation of the population; NaN of nothing."""
        return math.sqrt(self._square / self.count) if self.count else math.nan

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Take up some numbers; NaN is passed over."""
        known = values[~np.isnan(values)]
        if not known.size:
            return
        mean = float(known.mean())
        square = float(((known - mean) ** 2).sum())
        total = self.count + known.size
        if self.count:
            gap = mean - self.mean
            square += gap**2 * self.count * known.size / total
            mean = self.mean + gap * known.size / total
        self._square += square
        self.count, self.mean = total, mean
        self.least = float(np.fmin(self.least, known.min()))
        self.largest = float(np.fmax(self.largest, known.max()))


@dataclass(frozen=True, slots=True)
class ChannelStatistics:
    """One channel, over all pixels of the galaxies that were built.

    Parameters
    ----------
    channel, units
        Which, and the unit of its physical values.
    pixels
        How many pixels there are, with a value or without.
    physical
        Of the physical values, in `units`.
    tensor
        Of the tensor values.
    """

    channel: str
    units: str
    pixels: int
    physical: Moments
    tensor: Moments

    @property
    def share(self) -> float:
        """Share of the pixels that have a value; NaN if there are none."""
        return self.tensor.count / self.pixels if self.pixels else math.nan


def channel_statistics(store: xr.Dataset) -> list[ChannelStatistics]:
    """Compute the statistics of every channel; reads the tensors, a chunk at a time.

    Parameters
    ----------
    store
        An open store.
    """
    built = store.isel(galaxy=np.flatnonzero(store["status"].values == STATUS["done"]))
    names = [str(name) for name in store["channel"].values]
    return [_statistics(built.isel(channel=i), name) for i, name in enumerate(names)]


def _statistics(store: xr.Dataset, name: str) -> ChannelStatistics:
    function = scaling_function(store["tensor"])
    physical, tensor = Moments(), Moments()
    for start in range(0, store.sizes["galaxy"], SLAB):
        part = store.isel(galaxy=slice(start, start + SLAB))
        values = part["tensor"].values
        scale, offset = (
            part[f"scaling_{which}"].values[:, np.newaxis, np.newaxis]
            for which in ("scale", "offset")
        )
        tensor.add(values.astype(np.float64))
        physical.add(unscaled(values, scale, offset, function))
    units = str(store["channel_units"].values)
    return ChannelStatistics(name, units, store["tensor"].size, physical, tensor)
