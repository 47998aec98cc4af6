"""What all documents of a store speak of, gathered once."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mangaxr.card.statistics import ChannelStatistics, channel_statistics
from mangaxr.errors import StoreError
from mangaxr.store.contract import ATTRIBUTES, all_variables
from mangaxr.store.contract_document import store_contract
from mangaxr.store.reader import open_store
from mangaxr.store.recipe_document import recipe_document
from mangaxr.store.summary import store_size

__all__ = ["Facts", "Publisher", "gather_facts"]

# Xarray keeps `coordinates` to itself.
_ATTRIBUTES = tuple(row.name for row in ATTRIBUTES if row.name != "coordinates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What a store does not know and whoever publishes it does; empty where it is not known.

    Parameters
    ----------
    name
        Name of the data set; that of the store's directory if empty.
    url
        Where it will be found.
    creator
        Who made it.
    version
        Its version, such as 1.0.0.
    """

    name: str = ""
    url: str = ""
    creator: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A store as its documents describe it.

    Parameters
    ----------
    store
        The open store.
    directory
        Name of its directory.
    publisher
        With a name in any case.
    size
        Bytes of all its files.
    contract, recipe
        Its contract and its recipe as documents.
    statistics
        Of each channel.
    """

    store: xr.Dataset
    directory: str
    publisher: Publisher
    size: int
    contract: dict[str, Any]
    recipe: dict[str, Any]
    statistics: list[ChannelStatistics]

    @property
    def own(self) -> dict[str, Any]:
        """What the contract document has of this store."""
        own: dict[str, Any] = self.contract["store"]
        return own

    def known(self, name: str) -> list[str]:
        """Return the values that a text of each galaxy has, in order, each once."""
        return sorted({str(text) for text in np.unique(self.store[name].values)} - {""})


def gather_facts(path: str | os.PathLike[str], publisher: Publisher) -> Facts:
    """Open a store, and read what its documents speak of.

    Raises
    ------
    MissingFileError, StoreError
        As `mangaxr.open_store`; also if the store lacks a variable or an attribute.
    """
    root = Path(path)
    store = open_store(root, chunks=None)
    absent = [
        *(f"variable {row.name}" for row in all_variables() if row.name not in store.variables),
        *(f"attribute {name}" for name in _ATTRIBUTES if name not in store.attrs),
    ]
    if absent:
        msg = f"{root}: the store lacks the {absent[0]}: see `mangaxr validate {root}`"
        raise StoreError(msg)
    directory = root.resolve().name
    name = " ".join(publisher.name.split()) or directory.removesuffix(".zarr")
    return Facts(
        store,
        directory,
        replace(publisher, name=name),
        store_size(root),
        store_contract(store),
        recipe_document(store),
        channel_statistics(store),
    )
