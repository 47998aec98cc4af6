"""Spaxels gathered into cells that are nearly independent, and the noise that they share.

The noise of MaNGA's spaxels is correlated as ``rho = exp(-d^2 / (2 * 1.92^2))``, d in spaxels
(Westfall et al. 2019, AJ 158, 231, fig. 8), and their PSF is 5 spaxels wide: a mean over 2 x 2
spaxels loses nothing, and a fit to it takes a quarter of the time. Where one measurement is
repeated over the spaxels of a bin, the bin is the cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.noise import NOISE_CORRELATION

__all__ = ["MOST_BINS", "Blocks", "Cells", "gather", "renumber"]

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

_SHARED = 2.0 * np.pi * NOISE_CORRELATION**2
"""Spaxels that share one independent bit of noise, 23."""
_SIDE = 2
"""Spaxels along the side of a block."""
MOST_BINS = 1 << 16
"""Bins of a galaxy, generously: they are numbered from 0."""
_FLOOR = 5.0
"""km/s that a velocity may be off for other reasons than noise, such as streaming: added to
the errors in quadrature for the weights, so that the brightest spaxels do not decide alone."""


class Blocks:
    """Blocks of 2 x 2 spaxels over a map, and the correlation between them.

    Parameters
    ----------
    where
        Boolean map (y, x) of the spaxels that count.
    """

    def __init__(self, where: npt.NDArray[np.bool_]) -> None:
        self._shape = (-(-where.shape[0] // _SIDE), -(-where.shape[1] // _SIDE))
        self.number = _numbers(*where.shape).take(np.flatnonzero(where))
        self._size = self._shape[0] * self._shape[1]

    def owners(self) -> Numbers:
        """Return each spaxel's place among the blocks that hold any."""
        return renumber(self.number)

    def variance(self, shares: Array) -> float:
        """Return the variance of a sum over spaxels.

        Parameters
        ----------
        shares
            Array (spaxel,): by how much a spaxel's unit noise changes the sum.
        """
        share = np.bincount(self.number, shares, self._size).reshape(self._shape)
        smooth = _correlation(self._shape[0]) @ share @ _correlation(self._shape[1])
        return float(np.vdot(share, smooth))


@lru_cache(maxsize=64)
def _numbers(rows: int, columns: int) -> Numbers:
    """Return each spaxel's block."""
    row, column = (np.arange(size) // _SIDE for size in (rows, columns))
    return row[:, np.newaxis] * -(-columns // _SIDE) + column


@lru_cache(maxsize=64)
def _correlation(size: int) -> Array:
    """Return the mean correlation of the spaxels of two blocks along one axis."""
    place = np.arange(size * _SIDE, dtype=np.float64)
    rho = np.exp(-((place[:, np.newaxis] - place) ** 2) / (2.0 * NOISE_CORRELATION**2))
    mean: Array = rho.reshape(size, _SIDE, size, _SIDE).mean(axis=(1, 3))
    return mean


@dataclass(frozen=True, slots=True)
class Cells:
    """Velocities of cells.

    Parameters
    ----------
    places
        Arcsec to the East and North, array (2, cell).
    value, sigma
        Velocity and its error if the cell's spaxels shared their noise, km/s.
    weight
        Of the cell in a fit, (km/s)^-2.
    owner, part
        Of each spaxel: its cell, and its share of the cell's mean.
    blocks
        Of the spaxels.
    binned
        Whether cells are bins, whose spaxels repeat one measurement.
    """

    places: Array
    value: Array
    sigma: Array
    weight: Array
    owner: Numbers
    part: Array
    blocks: Blocks
    binned: bool

    def variance(self, shares: Array) -> float:
        """Return the variance of a sum over cells, given each cell's share, array (cell,)."""
        variance = self.blocks.variance(shares[self.owner] * self.part)
        if not self.binned:
            return variance
        # Within a bin the noise is one and the same: what the correlation of a compact group
        # of n spaxels, 1 / (1 + n / 23), leaves out.
        many = _sums(self.owner, np.ones_like(self.part)) / _SHARED
        return variance + float(np.sum(shares**2 * (many / (1.0 + many))))


def gather(x: Array, y: Array, value: Array, sigma: Array, bins: Numbers, blocks: Blocks) -> Cells:
    """Gather spaxels into cells: bins if any holds more than one spaxel, else blocks.

    Parameters
    ----------
    x, y, value, sigma
        Places in arcsec, velocities and errors in km/s, array (spaxel,).
    bins
        Number of each spaxel's bin.
    blocks
        Of the spaxels.
    """
    owner = renumber(bins)
    binned = int(owner.max(initial=-1)) + 1 < len(owner)
    if not binned:
        owner = blocks.owners()
    part = np.ones_like(value) if binned else 1.0 / (sigma**2 + _FLOOR**2)
    part = part / _sums(owner, part)[owner]
    mean_sigma = _sums(owner, part * sigma)
    number = np.ones_like(mean_sigma) if binned else _sums(owner, np.ones_like(value))
    return Cells(
        places=np.stack([_sums(owner, part * x), _sums(owner, part * y)]),
        value=_sums(owner, part * value),
        sigma=mean_sigma,
        weight=number / (mean_sigma**2 + _FLOOR**2),
        owner=owner,
        part=part,
        blocks=blocks,
        binned=binned,
    )


def renumber(labels: Numbers) -> Numbers:
    """Give labels, which are not negative, new numbers from 0 without gaps.

    Examples
    --------
    >>> renumber(np.array([7, 3, 7]))
    array([1, 0, 1])
    """
    if labels.max(initial=0) >= MOST_BINS:  # of a file that was edited
        return np.unique(labels, return_inverse=True)[1]
    place: Numbers = np.cumsum(np.bincount(labels) > 0) - 1
    return place[labels]


def _sums(owner: Numbers, values: Array) -> Array:
    """Add up the spaxels of each cell."""
    return np.bincount(owner, values).astype(np.float64, copy=False)
