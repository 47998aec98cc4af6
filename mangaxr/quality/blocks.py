"""Blocks of 2 x 2 spaxels, and the noise that they share.

The noise of MaNGA's spaxels is correlated as ``rho = exp(-d^2 / (2 * 1.92^2))``, d in spaxels
(Westfall et al. 2019, AJ 158, 231, fig. 8).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.noise import NOISE_CORRELATION

__all__ = ["Blocks"]

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

_SIDE = 2
"""Spaxels along the side of a block."""


class Blocks:
    """Blocks over a map, and the correlation between them.

    Parameters
    ----------
    shape
        Of the map.
    places
        Of the spaxels that count, in the flattened map, array (spaxel,).

    Attributes
    ----------
    number
        Block of each spaxel, array (spaxel,).
    size
        Number of blocks, of which some may hold no spaxel.
    """

    def __init__(self, shape: tuple[int, ...], places: Numbers) -> None:
        rows, columns = shape
        self._shape = (-(-rows // _SIDE), -(-columns // _SIDE))
        self.size = self._shape[0] * self._shape[1]
        self.number = _numbers(rows, columns).take(places)

    def variance(self, shares: Array) -> float:
        """Return the variance of a sum over spaxels.

        Parameters
        ----------
        shares
            Array (spaxel,): by how much a spaxel's unit noise changes the sum.
        """
        every: Array = np.bincount(self.number, shares, self.size).astype(np.float64, copy=False)
        return self.variance_of_blocks(every)

    def variance_of_blocks(self, shares: Array) -> float:
        """Return the same, given the sum of the shares in every block."""
        share = shares.reshape(self._shape)
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
