"""Finding a galaxy and channels in a store, by name."""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from mangaxr.errors import StoreError, UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.store.galaxies import file_stem, galaxy_positions, skipped_galaxies

__all__ = ["find_galaxies", "map_variables", "picture_name"]

_DRAWN = ("tensor", "coverage", "scaling_offset", "scaling_scale")


def picture_name(galaxy: str) -> str:
    """Name the picture of a galaxy.

    Examples
    --------
    >>> picture_name("7815-3702")
    '7815-3702.png'
    """
    return f"{file_stem(galaxy)}.png"


def find_galaxies(store: xr.Dataset, galaxies: Iterable[str | PlateIFU]) -> list[int]:
    """Return the positions of galaxies that have maps, in the order they are named.

    Raises
    ------
    UnknownNameError
        If the store lacks one, or has no maps of it; the message says why.
    """
    found = galaxy_positions(store, galaxies)
    skipped = skipped_galaxies(store)
    for name in found:
        if name in skipped:
            msg = f"galaxy {name} has no maps to draw: {skipped[name]}"
            raise UnknownNameError(msg)
    return list(found.values())


def map_variables(store: xr.Dataset, channels: Iterable[str] | None) -> xr.Dataset:
    """Keep what a preview shows: some channels of the variables it draws, still lazy.

    Raises
    ------
    StoreError
        If the Dataset is not a store.
    UnknownNameError
        If a channel is not in the store, or none is asked for.
    """
    missing = [name for name in (*_DRAWN, "status", "failure") if name not in store.variables]
    if missing:
        msg = f"not a tensor store: the Dataset has no {missing[0]!r}; use mangaxr.open_store"
        raise StoreError(msg)
    kept = store[list(_DRAWN)]
    names = [str(name) for name in store.channel.values]
    wanted = names if channels is None else list(channels)
    unknown = [name for name in wanted if name not in names]
    if unknown or not wanted:
        what = f"no channel {unknown[0]!r} in the store" if unknown else "no channel is asked for"
        msg = f"{what}: it has {', '.join(names)}"
        raise UnknownNameError(msg)
    return kept.isel(channel=[names.index(name) for name in wanted])
