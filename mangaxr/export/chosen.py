"""What of a store is exported, and reading it block by block."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from mangaxr.errors import ExportError, StoreError, UnknownNameError, one_line
from mangaxr.plateifu import PlateIFU
from mangaxr.store.contract import ARRAYS, SCALINGS
from mangaxr.store.galaxies import galaxy_positions, skipped_galaxies
from mangaxr.store.layout import by_chunk
from mangaxr.store.physical import scaling_function
from mangaxr.store.reader import open_store

__all__ = ["Chosen", "choose", "galaxy_columns", "read_blocks"]

_DIMS = ARRAYS[0].dims


@dataclass(frozen=True, slots=True)
class Chosen:
    """Galaxies and channels of a store.

    Parameters
    ----------
    store
        All galaxies of the store, the chosen channels; the large arrays lazy.
    positions
        Where the chosen galaxies are; rising.
    failures
        Galaxies that were asked for and have no maps -> why.
    left_out
        Number of galaxies with maps that were not asked for.
    """

    store: xr.Dataset
    positions: tuple[int, ...]
    failures: dict[str, str]
    left_out: int

    @property
    def names(self) -> list[str]:
        """The chosen galaxies."""
        return [str(name) for name in self.store["galaxy"].values[list(self.positions)]]

    @property
    def channels(self) -> list[str]:
        """The chosen channels."""
        return [str(name) for name in self.store["channel"].values]


def choose(
    store: xr.Dataset | str | os.PathLike[str],
    *,
    galaxies: Iterable[str | PlateIFU] | None = None,
    usable: bool = False,
    split: str | None = None,
    channels: Iterable[str] | None = None,
) -> Chosen:
    """Choose what is exported.

    Parameters
    ----------
    store
        A store, open or by its path.
    galaxies
        Their names; all by default.
    usable
        Only those that the store judges usable.
    split
        Only those of this split.
    channels
        Names of channels, in the order wanted; all by default.

    Raises
    ------
    StoreError
        If the Dataset is not a store.
    UnknownNameError
        If the store has no such galaxy, split or channel.
    ExportError
        If no galaxy is left.
    """
    opened = store if isinstance(store, xr.Dataset) else open_store(store, chunks=None)
    opened = _with_channels(_checked(opened), channels)
    skipped = skipped_galaxies(opened)
    if galaxies is None:
        named = {str(name): i for i, name in enumerate(opened["galaxy"].values)}
    else:
        asked = [galaxies] if isinstance(galaxies, str | PlateIFU) else galaxies
        named = galaxy_positions(opened, asked)
    kept = np.zeros(opened.sizes["galaxy"], dtype=np.bool_)
    kept[[i for name, i in named.items() if name not in skipped]] = True
    if usable:
        kept &= opened["usable"].values.astype(np.bool_)
    if split is not None:
        kept &= _of_split(opened, split)
    failures = {name: skipped[name] for name in named if name in skipped}
    if not kept.any():
        cuts = ["is usable"] * usable + [f"is in split {split!r}"] * (split is not None)
        what = " and ".join(["has maps", *cuts])
        msg = f"nothing to export: none of {len(named)} galaxies {what}: see `mangaxr info`"
        raise ExportError(msg)
    left_out = opened.sizes["galaxy"] - len(skipped) - int(kept.sum())
    positions = tuple(int(i) for i in np.flatnonzero(kept))
    return Chosen(opened, positions, failures, left_out)


def _checked(store: xr.Dataset) -> xr.Dataset:
    """Make sure that it is a store, with its dimensions in the contract's order."""
    needed = [spec.name for spec in (*ARRAYS, *SCALINGS)]
    needed += ["galaxy", "channel", "status", "failure", "split", "usable"]
    missing = [name for name in needed if name not in store.variables]
    if missing or set(store["tensor"].dims) != set(_DIMS):
        what = f"no variable {missing[0]!r}" if missing else f"a tensor over {store['tensor'].dims}"
        msg = (
            f"not a tensor store: the Dataset has {what}: use mangaxr.open_store, and keep "
            f"the dimensions {', '.join(_DIMS)} when selecting"
        )
        raise StoreError(msg)
    scaling_function(store["tensor"])
    return store.transpose(*_DIMS)


def _with_channels(store: xr.Dataset, channels: Iterable[str] | None) -> xr.Dataset:
    names = [str(name) for name in store["channel"].values]
    if channels is None:
        return store
    wanted = [channels] if isinstance(channels, str) else list(dict.fromkeys(channels))
    unknown = [name for name in wanted if name not in names]
    if unknown or not wanted:
        what = f"no channel {unknown[0]!r} in the store" if unknown else "no channel is asked for"
        msg = f"{what}: it has {', '.join(names)}"
        raise UnknownNameError(msg)
    return store.isel(channel=[names.index(name) for name in wanted])


def _of_split(store: xr.Dataset, split: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    splits = store["split"].values.astype(str)
    names, counts = np.unique(splits[splits != ""], return_counts=True)
    if split not in names:
        has = ", ".join(f"{name} ({n})" for name, n in zip(names, counts, strict=True))
        msg = f"no galaxy of the store is in a split {split!r}: it has {has or 'none'}"
        raise UnknownNameError(msg)
    return np.asarray(splits == split)


def galaxy_columns(store: xr.Dataset) -> list[str]:
    """Name what the store says of each galaxy, in its own order, ``galaxy`` first."""
    names = [str(n) for n, variable in store.variables.items() if variable.dims == ("galaxy",)]
    return ["galaxy", *(name for name in names if name != "galaxy")]


def read_blocks(chosen: Chosen, done: Sequence[int] = ()) -> Iterator[xr.Dataset]:
    """Read galaxies in the store's own chunks, one after the other.

    Parameters
    ----------
    chosen
        What to read.
    done
        Positions to leave out.

    Yields
    ------
    xarray.Dataset
        At most 64 galaxies, in memory.

    Raises
    ------
    StoreError
        If a chunk cannot be decoded.
    """
    leave = set(done)
    for inside in by_chunk(i for i in chosen.positions if i not in leave):
        whole = inside[-1] - inside[0] + 1 == len(inside)  # which is read twice as quickly
        rows = slice(inside[0], inside[-1] + 1) if whole else inside
        try:
            block = chosen.store.isel(galaxy=rows).load()
        except (RuntimeError, ValueError, OSError) as error:
            names = chosen.store["galaxy"].values
            msg = (
                f"galaxies {names[inside[0]]} to {names[inside[-1]]} of the store cannot be read "
                f"({one_line(error, 120)}): copy the store again, or rebuild it"
            )
            raise StoreError(msg) from error
        yield block
