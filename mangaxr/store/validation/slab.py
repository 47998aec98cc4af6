"""The large arrays of some galaxies, read chunk by chunk so that a bad one spoils no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.errors import one_line
from mangaxr.store.contract import ARRAYS, STATUS
from mangaxr.store.layout import slabs
from mangaxr.store.validation.evidence import UNDECODABLE, Evidence
from mangaxr.store.validation.issue import Found

__all__ = ["Slab", "evenly", "read_slabs"]


@dataclass(frozen=True, slots=True)
class Slab:
    """Galaxies that share chunks.

    Parameters
    ----------
    store
        What they are of.
    galaxies
        Their places in the store.
    arrays
        Large array -> values (galaxy, channel, y, x); NaN where a chunk cannot be read.
    readable
        Large array -> whether each channel could be read.
    damage
        What could not.
    """

    store: Evidence
    galaxies: npt.NDArray[np.intp]
    arrays: dict[str, npt.NDArray[np.float32]]
    readable: dict[str, npt.NDArray[np.bool_]]
    damage: tuple[Found, ...]

    @property
    def names(self) -> list[str]:
        """Names of the galaxies."""
        return [self.store.name(int(i)) for i in self.galaxies]

    @property
    def done(self) -> npt.NDArray[np.bool_]:
        """Which of the galaxies have a tensor, as ``status`` says."""
        found: npt.NDArray[np.bool_] = self.column("status") == STATUS["done"]
        return found

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a small variable for these galaxies."""
        values: npt.NDArray[Any] = self.store.columns[name][self.galaxies]
        return values

    def channels(self, *arrays: str) -> npt.NDArray[np.bool_]:
        """Whether each channel could be read in all of some arrays."""
        return np.asarray(np.logical_and.reduce([self.readable[name] for name in arrays]))


def evenly(total: int, wanted: int | None) -> npt.NDArray[np.intp]:
    """Choose places evenly spread over a number of them; all for None.

    Examples
    --------
    >>> evenly(10, 3).tolist()
    [0, 4, 9]
    """
    if wanted is None or wanted >= total:
        return np.arange(total, dtype=np.intp)
    return np.unique(np.linspace(0, total - 1, wanted).astype(np.intp))


def read_slabs(store: Evidence, chosen: npt.NDArray[np.intp]) -> Iterator[Slab]:
    """Read the chunks that some galaxies are in, each once; memory holds one slab."""
    for members in slabs(store.galaxies):
        inside = chosen[(chosen >= members.start) & (chosen < members.stop)]
        if len(inside):
            yield _read(store, members, inside)


def _read(store: Evidence, members: range, chosen: npt.NDArray[np.intp]) -> Slab:
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    readable: dict[str, npt.NDArray[np.bool_]] = {}
    damage: list[Found] = []
    for spec in ARRAYS:
        if spec.name not in store.sound:
            continue
        shape = store.expected_shape(spec)
        values = np.full((len(members), *shape[1:]), np.nan, dtype=np.float32)
        whole = np.ones(shape[1], dtype=bool)
        array = store.array(spec.name)
        for channel in range(shape[1]):
            file = _chunk(store, spec.name, members.start, channel)
            if file and not (store.path / file).is_file():
                whole[channel] = False  # told by the rule about lost chunks
                continue
            try:
                values[:, channel] = array[members.start : members.stop, channel]
            except UNDECODABLE as error:
                whole[channel] = False
                damage.append(Found(spec.name, _cannot(store, members, channel, error)))
        arrays[spec.name] = values[chosen - members.start]
        readable[spec.name] = whole
    return Slab(store, chosen, arrays, readable, tuple(damage))


def _chunk(store: Evidence, name: str, start: int, channel: int) -> str:
    """Return the file of a chunk; empty if chunks are not those of the contract."""
    size, channels = store.metadata[name]["chunk_grid"]["configuration"]["chunk_shape"][:2]
    return "" if channels != 1 else f"{name}/c/{start // size}/{channel}/0/0"


def _cannot(store: Evidence, members: range, channel: int, error: BaseException) -> str:
    names = store.columns.get("channel")
    label = f"number {channel}" if names is None else str(names[channel])
    first, last = store.name(members.start), store.name(members.stop - 1)
    return f"channel {label} of {first} to {last} cannot be decoded ({one_line(error, 160)})"
