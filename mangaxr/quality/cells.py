"""Spaxels gathered into cells that are nearly independent, and the noise of these.

The PSF of MaNGA is 5 spaxels wide and the noise of neighbours is correlated: a mean over blocks
of 2 x 2 spaxels loses nothing, and a fit to it takes a quarter of the time. Where one measurement
is repeated over the spaxels of a bin, the bin is the cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.noise import NOISE_CORRELATION
from mangaxr.quality.blocks import Blocks
from mangaxr.quality.tracer import Tracer

__all__ = ["Cells", "countable", "gather"]

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

_SHARED = 2.0 * np.pi * NOISE_CORRELATION**2
"""Spaxels that share one independent bit of noise, 23."""
_MOST_BINS = 1 << 16
"""Bins of a galaxy, generously: they are numbered from 0."""
_FLOOR = 5.0
"""km/s that a velocity may be off for other reasons than noise, such as streaming: added to
the errors in quadrature for the weights, so that the brightest spaxels do not decide alone."""


class Noise(Protocol):
    """The noise that cells share."""

    def variance(self, shares: Array) -> float:
        """Return the variance of a sum over cells.

        Parameters
        ----------
        shares
            Array (cell,): by how much a cell's unit noise changes the sum.
        """


@dataclass(frozen=True, slots=True)
class Cells:
    """Velocities of cells.

    Parameters
    ----------
    places
        Arcsec to the East and North, and 1: array (3, cell).
    value, sigma
        Velocity and its error if the cell's spaxels shared their noise, km/s.
    weight
        Of the cell in a fit, (km/s)^-2.
    noise
        What cells share.
    """

    places: Array
    value: Array
    sigma: Array
    weight: Array
    noise: Noise


def gather(tracer: Tracer) -> Cells:
    """Gather spaxels into cells: bins if any holds more than one spaxel, else blocks."""
    bins = countable(tracer.bins)
    number = np.bincount(bins)
    if number.max(initial=0) > 1:
        return _bins(tracer, bins, number)
    return _blocks(tracer)


def countable(bins: Numbers) -> Numbers:
    """Return numbers of bins, none of them negative, that numpy can count: not too large ones."""
    if bins.max(initial=0) < _MOST_BINS:
        return bins
    return np.unique(bins, return_inverse=True)[1]  # of a file that was edited


def _bins(tracer: Tracer, bins: Numbers, number: Numbers) -> Cells:
    """Take bins as cells, given how many spaxels each has."""
    held = number.nonzero()[0]
    places, value, sigma = _means(bins, held, (*tracer.places, tracer.value, tracer.sigma))
    noise = _OfBins(tracer.blocks, bins, number, held)
    return Cells(places, value, sigma, _weight(sigma), noise)


def _blocks(tracer: Tracer) -> Cells:
    """Take blocks as cells."""
    blocks = tracer.blocks
    number = np.bincount(blocks.number)
    held = number.nonzero()[0]
    weight = _weight(tracer.sigma)
    parts = (*(tracer.places * weight), tracer.value * weight, tracer.sigma * weight)
    places, value, sigma = _means(blocks.number, held, parts)
    weight = number.take(held) * _weight(sigma)
    return Cells(places, value, sigma, weight, _OfBlocks(blocks, held))


def _weight(sigma: Array) -> Array:
    weight: Array = 1.0 / (sigma * sigma + _FLOOR**2)
    return weight


def _means(cell: Numbers, held: Numbers, parts: Iterable[Array]) -> tuple[Array, Array, Array]:
    """Average places, velocities and errors of spaxels over the cells that hold any.

    Of the parts, three of them places, all times their weight, the third is the weight itself.
    """
    sums = np.array([np.bincount(cell, part) for part in parts]).take(held, axis=1)
    means = sums / sums[2]
    return means[:3], means[3], means[4]


@dataclass(frozen=True, slots=True)
class _OfBlocks:
    """Noise of blocks: those that hold any spaxel."""

    blocks: Blocks
    held: Numbers

    def variance(self, shares: Array) -> float:
        every = np.zeros(self.blocks.size)
        every[self.held] = shares
        return self.blocks.variance_of_blocks(every)


@dataclass(frozen=True, slots=True)
class _OfBins:
    """Noise of bins: of each spaxel its bin, of each bin its spaxels, and which hold any."""

    blocks: Blocks
    bins: Numbers
    number: Numbers
    held: Numbers

    def variance(self, shares: Array) -> float:
        number = self.number.take(self.held)
        every = np.zeros(len(self.number))
        every[self.held] = shares / number
        # Within a bin the noise is one and the same: what the correlation of a compact group
        # of n spaxels, 1 / (1 + n / 23), leaves out.
        many = number / _SHARED
        within = float((shares * shares) @ (many / (1.0 + many)))
        return self.blocks.variance(every.take(self.bins)) + within
