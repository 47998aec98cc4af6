"""The galaxies of a store that samples are made of."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.build.journal import fingerprint
from mangaxr.errors import LensError
from mangaxr.lensing.fitted_disk import DiskParameters, disk_like, fit_disk_parameters
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.lensing.template import moved_away, where_it_is
from mangaxr.store.contract import STATUS
from mangaxr.store.reader import open_store

__all__ = ["Galaxies", "open_galaxies"]

_NAMES = ("galaxy", "mangaid", "split")
_OPEN = 4
_AT_HAND = 128
"""Galaxies whose maps a process keeps, 13 MB."""


class Galaxies:
    """A store, what its galaxies are called, and which of them samples may be made of.

    Parameters
    ----------
    store
        The open store.
    places
        Of those of its galaxies that samples may be made of.
    """

    def __init__(self, store: xr.Dataset, places: npt.NDArray[np.intp]) -> None:
        self._store = store
        self._places = places
        columns = [store[name].values.tolist() for name in _NAMES]
        self.names: list[dict[str, str]] = [
            dict(zip(_NAMES, row, strict=True)) for row in zip(*columns, strict=True)
        ]
        """Of each galaxy of the store: ``galaxy``, ``mangaid`` and ``split``."""
        self._here = lru_cache(maxsize=_AT_HAND)(self._read)
        self._disk = lru_cache(maxsize=None)(self._fit)

    @property
    def flux_units(self) -> str:
        """Unit of the sources' flux."""
        return str(self._store.channel_units.sel(channel="ha_flux").values)

    @property
    def recipe(self) -> str:
        """Recipe of the store, JSON."""
        return str(self._store.attrs["recipe"])

    def at(self, share: float) -> int:
        """Return the place of the galaxy that a share of them come before."""
        number = len(self._places)
        return int(self._places[min(int(share * number), number - 1)])

    def source(self, place: int, *, kind: str, z: float) -> SourceMaps:
        """Return the maps of a galaxy put at a redshift, or those of the ``disk`` most like it."""
        source, here = self._here(place)
        if kind == "disk":
            source = disk_like(source, self._disk(place))
        return moved_away(source, here, z)

    def _read(self, place: int) -> tuple[SourceMaps, float]:
        """Read the maps of a galaxy, where it is, and its redshift."""
        return where_it_is(self._store, self.names[place]["galaxy"])

    def _fit(self, place: int) -> DiskParameters:
        return fit_disk_parameters(self._here(place)[0])


def open_galaxies(path: Path, *, usable: bool) -> Galaxies:
    """Open a store, and choose its galaxies; as long as it stays the same, once.

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
    return _opened(path, tuple(fingerprint(path / "zarr.json")), usable=usable)


@lru_cache(maxsize=_OPEN)
def _opened(path: Path, _mark: tuple[object, ...], *, usable: bool) -> Galaxies:
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
    return Galaxies(store, places)
