"""The galaxies of a statistic, cut into the slabs that tasks work on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.ensemble.galaxies import chosen_galaxies, galaxy_numbers
from mangaxr.ensemble.groups import Groups
from mangaxr.errors import EnsembleError

__all__ = ["Sample", "Scaling", "draw_counts", "make_sample", "slabs_of"]

_MOST_RESAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class Scaling:
    """How scaled values become physical ones: g(value) * scale + offset.

    Parameters
    ----------
    scale, offset
        Of each galaxy.
    function
        Name of g, as the store has it.
    """

    scale: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]
    function: str

    def at(self, rows: Any) -> Scaling:
        """Return that of some galaxies."""
        return Scaling(self.scale[rows], self.offset[rows], self.function)


@dataclass(frozen=True, slots=True)
class Sample:
    """Galaxies, and what is to be known of each.

    Parameters
    ----------
    positions
        Where they are along the galaxies of the arrays; rising.
    codes
        Group of each.
    weights
        Weight of each, positive; None if all weigh the same.
    draws
        Shape (resample, galaxy): how often each is in each resample; None without.
    scaling
        How the values of each become physical; None if they are what is wanted.
    """

    positions: npt.NDArray[np.intp]
    codes: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64] | None = None
    draws: npt.NDArray[np.int32] | None = None
    scaling: Scaling | None = None

    def scaled(self, scaling: Scaling) -> Sample:
        """Return the sample with the scaling of its galaxies, out of that of all."""
        return replace(self, scaling=scaling.at(self.positions))

    def part(self, start: int, stop: int) -> Sample:
        """Return some of the galaxies, by their number within the sample."""
        return Sample(
            self.positions[start:stop],
            self.codes[start:stop],
            None if self.weights is None else self.weights[start:stop],
            None if self.draws is None else self.draws[:, start:stop],
            None if self.scaling is None else self.scaling.at(slice(start, stop)),
        )

    def compact(self) -> Sample:
        """Return the sample for arrays that hold these galaxies and no others."""
        return replace(self, positions=np.arange(self.positions.size))


def make_sample(
    store: xr.Dataset, groups: Groups, *, where: Any, weights: Any, bootstrap: int, seed: int
) -> Sample:
    """Choose the galaxies, and draw the resamples.

    Parameters
    ----------
    store
        An open store.
    groups
        Group of each galaxy.
    where
        Galaxies to count; None for all.
    weights
        A weight of each galaxy; None, or a text (which weights pixels), for equal ones.
        Galaxies whose weight is not positive do not count.
    bootstrap
        Number of resamples.
    seed
        Where the random numbers begin.

    Raises
    ------
    EnsembleError
        If an argument does not fit the store.
    """
    if bootstrap != 0 and bootstrap not in range(2, _MOST_RESAMPLES + 1):
        msg = f"bootstrap is {bootstrap!r}: expected 0, or 2 to {_MOST_RESAMPLES} resamples"
        raise EnsembleError(msg)
    positions = chosen_galaxies(store, where)
    positions = positions[groups.codes[positions] >= 0]
    numbers = None
    if weights is not None and not isinstance(weights, str):
        numbers = galaxy_numbers(store, weights, argument="weights")[positions]
        counts = np.isfinite(numbers) & (numbers > 0)
        positions, numbers = positions[counts], numbers[counts]
    codes = groups.codes[positions]
    draws = draw_counts(codes, int(bootstrap), seed) if bootstrap else None
    return Sample(positions, codes, numbers, draws)


def draw_counts(codes: npt.NDArray[np.intp], number: int, seed: int) -> npt.NDArray[np.int32]:
    """Resample galaxies with replacement, each group within itself.

    Parameters
    ----------
    codes
        Group of each galaxy.
    number
        How many resamples.
    seed
        Seed of the generator: the same seed and groups give the same draws.

    Returns
    -------
    ndarray
        Shape (number, galaxy): how often each galaxy is drawn; each group keeps its size.

    Examples
    --------
    >>> draw_counts(np.array([0, 0, 1]), 3, 0).sum(axis=1).tolist()
    [3, 3, 3]
    """
    random = np.random.default_rng(seed)
    counts = np.zeros((number, codes.size), dtype=np.int32)
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        share = np.full(members.size, 1 / members.size)
        counts[:, members] = random.multinomial(members.size, share, size=number)
    return counts


def slabs_of(sample: Sample, chunks: Sequence[int]) -> Iterator[tuple[int, Sample]]:
    """Cut a sample along the chunks of the arrays it is in; chunks without galaxies are left out.

    Yields
    ------
    chunk, Sample
        Number of the chunk; its galaxies, with positions within the chunk.

    Examples
    --------
    >>> sample = Sample(np.array([0, 5]), np.array([0, 0]))
    >>> [(chunk, slab.positions.tolist()) for chunk, slab in slabs_of(sample, (2, 2, 2))]
    [(0, [0]), (2, [1])]
    """
    stops = np.cumsum(chunks)
    bounds = np.searchsorted(sample.positions, [0, *stops])
    for chunk, (start, stop) in enumerate(itertools.pairwise(bounds)):
        if stop > start:
            slab = sample.part(int(start), int(stop))
            first = stops[chunk] - chunks[chunk]
            yield chunk, replace(slab, positions=slab.positions - first)
