"""Bins of spaxels: which spaxels each analysis step used, and which share a measurement.

BINID has five steps: the binned spectra, the stars, the summed lines, the fitted lines and
the spectral indices. SPX has a bin per spaxel; VOR10 one set of Voronoi bins for all; HYB10
Voronoi bins for the first two and running numbers per spaxel for the other three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from mangaxr.errors import UnknownNameError

__all__ = ["BIN_STEPS", "Binning", "Bins", "binning_of", "spaxel_bins", "voronoi_bins"]

Array = NDArray[np.float64]
Binning = Literal["SPX", "VOR10", "HYB10"]

BIN_STEPS: Mapping[Binning, tuple[bool, ...]] = MappingProxyType(
    {
        "SPX": (False, False, False, False, False),
        "VOR10": (True, True, True, True, True),
        "HYB10": (True, True, False, False, False),
    }
)
"""For each of BINID's steps, whether its bins are Voronoi bins."""

_TARGET_SNR = 10.0
# Seeds drawn at random but no closer than d leave each an area of about 1.24 d^2.
_SPACING = 0.9


def binning_of(daptype: str) -> Binning:
    """Read the binning from the first part of a DAPTYPE.

    Raises
    ------
    UnknownNameError
        If it is none that the survey uses.

    Examples
    --------
    >>> binning_of("HYB10-MILESHC-MASTARSSP")
    'HYB10'
    """
    head = daptype.split("-")[0]
    for name in BIN_STEPS:
        if name == head:
            return name
    msg = f"DAPTYPE {daptype!r}: binning {head!r} is not one of {', '.join(BIN_STEPS)}"
    raise UnknownNameError(msg)


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one analysis step.

    Parameters
    ----------
    ids
        Bin of each spaxel (y, x) from 0; -1 where the step left the spaxel out. int32.
    inside
        ``ids >= 0``.
    index
        Place of the spaxels inside, in array order, among the bins that exist.
    spaxels
        Spaxels of each bin.
    """

    ids: NDArray[np.int32]
    inside: NDArray[np.bool_]
    index: NDArray[np.int64]
    spaxels: NDArray[np.int64]

    @classmethod
    def from_ids(cls, ids: NDArray[np.int32]) -> Bins:
        """Build from the map of bin numbers, some of which may not occur."""
        inside = ids >= 0
        _, index = np.unique(ids[inside], return_inverse=True)
        return cls(ids, inside, index, np.bincount(index))

    @property
    def count(self) -> int:
        """Number of bins."""
        return int(self.spaxels.size)

    @property
    def single(self) -> bool:
        """Whether every bin is one spaxel."""
        return self.count == self.index.size

    def mean(self, plane: Array, weights: Array | None = None) -> Array:
        """Average a map (y, x) over each bin; returns one value per bin."""
        weight = np.ones(self.index.size) if weights is None else weights[self.inside]
        total = np.bincount(self.index, plane[self.inside] * weight, minlength=self.count)
        result: Array = total / np.bincount(self.index, weight, minlength=self.count)
        return result

    def noise_of_mean(self, noise: Array) -> Array:
        """Return the noise of each bin's mean from that of its spaxels, a map (y, x).

        Neighbouring spaxels are correlated, which for n of them raises the noise by
        ``1 + 1.62 log10(n)`` (Law et al. 2016, AJ 152, 83, eq. 9).
        """
        variance = np.bincount(self.index, noise[self.inside] ** 2, minlength=self.count)
        result: Array = np.sqrt(variance) / self.spaxels * (1.0 + 1.62 * np.log10(self.spaxels))
        return result

    def expand(self, values: NDArray[Any], dtype: str = ">f4") -> NDArray[Any]:
        """Spread values per bin (..., bin) over maps (..., y, x), 0 outside."""
        maps = np.zeros((*values.shape[:-1], *self.ids.shape), dtype)
        maps[..., self.inside] = values[..., self.index]
        return maps


def spaxel_bins(good: NDArray[np.bool_]) -> Bins:
    """Give each good spaxel of a map (y, x) a bin, numbered by columns as the DAP does."""
    ids = np.full(good.shape, -1, np.int32)
    # The DAP's arrays are (x, y): in its order y runs fastest.
    ids.T[good.T] = np.arange(np.count_nonzero(good), dtype=np.int32)
    return Bins.from_ids(ids)


def voronoi_bins(good: NDArray[np.bool_], snr: Array) -> Bins:
    """Bin spaxels to a signal-to-noise ratio of about 10.

    A spaxel above the target is its own bin. Among the others, seeds are taken in order
    of falling S/N, none closer to an earlier one than the bin that one needs, and every
    spaxel joins the nearest seed: a Voronoi tessellation, which is the same every time.

    Parameters
    ----------
    good
        Spaxels to bin (y, x).
    snr
        Their signal-to-noise ratio (y, x); positive where `good`.
    """
    ids = np.full(good.shape, -1, np.int32)
    place = np.argwhere(good).astype(np.float64)
    ratio = snr[good]
    order = np.argsort(-ratio, kind="stable")
    bright = order[ratio[order] >= _TARGET_SNR]
    faint = order[bright.size :]
    number = np.empty(ratio.size, np.int32)
    number[bright] = np.arange(bright.size)
    if faint.size:
        seeds = _seeds(place[faint], _SPACING * _TARGET_SNR / ratio[faint])
        _, nearest = KDTree(place[faint][seeds]).query(place[faint])
        number[faint] = bright.size + nearest
    ids[good] = number
    return Bins.from_ids(ids)


def _seeds(place: Array, spacing: Array) -> list[int]:
    """Pick points in order, skipping those within an earlier one's spacing."""
    free = np.ones(len(place), bool)
    seeds: list[int] = []
    for candidate in range(len(place)):
        if free[candidate]:
            seeds.append(candidate)
            apart = np.square(place - place[candidate]).sum(axis=1)
            free[apart < spacing[candidate] ** 2] = False
    return seeds
