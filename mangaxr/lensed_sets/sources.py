"""The galaxies of a store that samples are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.errors import LensError
from mangaxr.lensing.fitted_disk import fitted_disk
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.lensing.template import from_store
from mangaxr.store.contract import STATUS
from mangaxr.store.reader import open_store

__all__ = ["Galaxies", "open_galaxies", "source_of"]

_NAMES = ("galaxy", "mangaid", "split")
_OPEN = 4
_AT_HAND = 128
"""Sources that a process keeps: 17 MB."""


class Galaxies(NamedTuple):
    """A store, what its galaxies are called, and which of them samples may be made of.

    Parameters
    ----------
    store
        The open store.
    names
        Of each of its galaxies: ``galaxy``, ``mangaid`` and ``split``.
    places
        Of those that samples may be made of.
    """

    store: xr.Dataset
    names: Sequence[Mapping[str, str]]
    places: npt.NDArray[np.intp]

    def at(self, share: float) -> int:
        """Return the place of the galaxy that a share of them come before."""
        number = len(self.places)
        return int(self.places[min(int(share * number), number - 1)])


@lru_cache(maxsize=_OPEN)
def open_galaxies(path: Path, *, usable: bool) -> Galaxies:
    """Open a store, and choose its galaxies.

    Parameters
    ----------
    path
        Of the store.
    usable
        Only those that are.

    Raises
    ------
    LensError
        If there is none.
    """
    store = open_store(path, chunks=None)
    good = (store.status.values == STATUS["done"]) & (store.z.values > 0)
    if usable:
        good &= store.usable.values
    places = np.flatnonzero(good)
    if not places.size:
        what = "usable and has a redshift" if usable else "has maps and a redshift"
        hint = ": set [source] usable = false to take all" if usable else ""
        msg = f"{path}: none of its {store.sizes['galaxy']} galaxies is {what}{hint}"
        raise LensError(msg)
    columns = [store[name].values.tolist() for name in _NAMES]
    names = [dict(zip(_NAMES, row, strict=True)) for row in zip(*columns, strict=True)]
    return Galaxies(store, names, places)


@lru_cache(maxsize=_AT_HAND)
def source_of(path: Path, place: int, *, kind: str, usable: bool, z: float) -> SourceMaps:
    """Return the maps of a galaxy at another redshift, or those of the disk that is most like it.

    Parameters
    ----------
    path, usable
        See `open_galaxies`.
    place
        Of the galaxy in the store.
    kind
        ``store`` or ``disk``.
    z
        Redshift that it is put at.
    """
    galaxies = open_galaxies(path, usable=usable)
    source = from_store(galaxies.store, galaxies.names[place]["galaxy"], z_source=z)
    return fitted_disk(source) if kind == "disk" else source
