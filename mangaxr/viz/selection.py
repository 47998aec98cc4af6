"""Finding a galaxy and channels in a store, by name."""

from __future__ import annotations

import contextlib
import difflib
import itertools
from collections.abc import Collection, Iterable
from urllib.parse import quote

import numpy as np
import xarray as xr

from mangaxr.errors import BadPlateIFUError, StoreError, UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.store.contract import STATUS

__all__ = ["find_galaxies", "map_variables", "picture_name", "skipped_galaxies"]

_DRAWN = ("tensor", "coverage", "scaling_offset", "scaling_scale")


def picture_name(galaxy: str) -> str:
    """Name the picture of a galaxy.

    Examples
    --------
    >>> picture_name("7815-3702")
    '7815-3702.png'
    """
    # A store's names need not be plateifus: none may lead out of the directory.
    return f"{quote(galaxy, safe='')}.png"


def find_galaxies(store: xr.Dataset, galaxies: Iterable[str | PlateIFU]) -> list[int]:
    """Return the positions of galaxies that have maps, in the order they are named.

    Raises
    ------
    UnknownNameError
        If the store lacks one, or has no maps of it; the message says why.
    """
    positions = {str(name): i for i, name in enumerate(store.galaxy.values)}
    skipped = skipped_galaxies(store)
    found = []
    for galaxy in galaxies:
        name = _known_name(str(galaxy), positions)
        if name in skipped:
            msg = f"galaxy {name} has no maps to draw: {skipped[name]}"
            raise UnknownNameError(msg)
        found.append(positions[name])
    return found


def _known_name(text: str, names: Collection[str]) -> str:
    """Return the store's own name of a galaxy, however it was written."""
    if text in names:
        return text
    with contextlib.suppress(BadPlateIFUError):
        text = str(PlateIFU.parse(text))
    if text in names:
        return text
    near = difflib.get_close_matches(text, names, n=3)
    few = ", ".join([*itertools.islice(names, 3), *(["..."] if len(names) > 3 else [])])
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has {few}"
    msg = f"the store has no galaxy {text!r} among its {len(names)}: {hint}"
    raise UnknownNameError(msg)


def skipped_galaxies(store: xr.Dataset) -> dict[str, str]:
    """Return the galaxies that have no maps, and why.

    Parameters
    ----------
    store
        An open store.

    Returns
    -------
    dict
        Galaxy -> reason, in the store's order: those that failed, and in an unfinished
        store those still to be built.
    """
    status = store.status.values
    skipped = {}
    for i in np.flatnonzero(status != STATUS["done"]):
        failed = status[i] == STATUS["failed"]
        reason = str(store.failure.values[i]) or "no reason was recorded"
        skipped[str(store.galaxy.values[i])] = (
            f"its build failed: {reason}" if failed else "it is not built yet"
        )
    return skipped


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
