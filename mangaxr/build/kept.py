"""Galaxies of a finished store, taken over as they are into the one that replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy.typing as npt

from mangaxr.build.galaxy import BuiltGalaxy, GalaxyArrays
from mangaxr.errors import StoreError
from mangaxr.store.contract import GALAXY_COORDS, QUALITY_COORDS, SCALINGS, STATUS
from mangaxr.store.digest import arrays_digest
from mangaxr.store.writer import read_slab

__all__ = ["Base", "kept_galaxies"]

_NAMES = tuple(
    spec.name
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS, *SCALINGS)
    if spec.name != "row_sha256"  # made anew when the store is finished
)


class Base(NamedTuple):
    """The finished store that galaxies are added to, and its ``content_sha256``."""

    path: Path
    content: str


def kept_galaxies(base: Base, places: Sequence[int]) -> list[BuiltGalaxy]:
    """Read galaxies of a store, rows and arrays.

    Parameters
    ----------
    base
        The store.
    places
        Where they are in it, increasing.

    Raises
    ------
    StoreError
        If the store is no longer the same, or arrays are not those that were written.
    """
    if not places:
        return []
    columns = _columns(base)
    slab = read_slab(base.path, places)
    found = []
    for i, place in enumerate(places):
        row = {name: values[place].tolist() for name, values in columns.items()}
        if row["status"] != STATUS["done"]:
            found.append(BuiltGalaxy(row, None))
            continue
        arrays = GalaxyArrays(*(part[i] for part in slab))
        if arrays_digest(*arrays) != row["arrays_sha256"]:
            msg = (
                f"{base.path}: the arrays of {row['galaxy']} are not those that were written: "
                f"see `mangaxr validate {base.path}`, and build it anew with --fresh"
            )
            raise StoreError(msg)
        found.append(BuiltGalaxy(row, arrays))
    return found


@lru_cache(maxsize=1)
def _columns(base: Base) -> dict[str, npt.NDArray[Any]]:
    """Read what a store says of its galaxies, once for all slabs, also on a cluster's worker."""
    # With xarray, which a first build need not load.
    from mangaxr.store.reader import open_store

    store = open_store(base.path, chunks=None)
    if store.attrs.get("content_sha256") != base.content:
        msg = f"{base.path}: has changed since this build began: repeat the command"
        raise StoreError(msg)
    return {name: store[name].values for name in _NAMES}
