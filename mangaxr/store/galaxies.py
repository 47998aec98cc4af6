"""Galaxies of an open store by their names, and those that have no maps."""

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

__all__ = ["file_stem", "galaxy_positions", "skipped_galaxies"]


def file_stem(galaxy: str) -> str:
    """Name the files of a galaxy.

    Examples
    --------
    >>> file_stem("7815-3702"), file_stem("../x")
    ('7815-3702', '..%2Fx')
    """
    # A store's names need not be plateifus: none may lead out of the directory.
    return quote(galaxy, safe="")


def galaxy_positions(store: xr.Dataset, galaxies: Iterable[str | PlateIFU]) -> dict[str, int]:
    """Return the store's own names of galaxies, and their positions, in the order given.

    Raises
    ------
    UnknownNameError
        If the store lacks one.
    StoreError
        If it was reduced to one galaxy, and has no galaxies to choose from.
    """
    if store.galaxy.ndim == 0:
        name = store.galaxy.item()
        msg = f"the store was reduced to galaxy {name}: keep it a store, sel(galaxy=[{name!r}])"
        raise StoreError(msg)
    positions = {name: i for i, name in enumerate(store.galaxy.values.tolist())}
    names = [_known_name(str(galaxy), positions) for galaxy in galaxies]
    return {name: positions[name] for name in names}


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
