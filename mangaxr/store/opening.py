"""Opening a group of arrays by its contract: large ones lazily, what is small at once."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from mangaxr.errors import MissingFileError, StoreError, one_line
from mangaxr.store.at_once import at_once

__all__ = ["Kind", "open_group"]

_UNREADABLE = (RuntimeError, ValueError, OSError)
"""What is raised of a chunk that cannot be decoded."""


class Kind(NamedTuple):
    """A kind of store.

    Parameters
    ----------
    contract, version
        What its root's attributes must say; of the version, the first number.
    large
        Variables that are not read at once.
    order
        All variables, in the order in which they are shown.
    what
        What it is, in words.
    command
        What makes one at ``{out}``.
    """

    contract: str
    version: str
    large: Collection[str]
    order: Sequence[str]
    what: str
    command: str


def open_group(root: Path, kind: Kind, *, chunks: Any) -> xr.Dataset:
    """Open a store of a kind.

    Parameters
    ----------
    root
        The ``.zarr`` directory.
    kind
        What it must be.
    chunks
        ``"auto"`` (the store's own chunks as dask arrays), None for lazy numpy, or as in
        `xarray.open_zarr`.

    Raises
    ------
    MissingFileError
        If there is nothing at the path.
    StoreError
        If it is something else, or of a contract this version cannot read.
    """
    if not root.exists():
        msg = f"{root}: no such store: build one with `{kind.command.format(out=root)}`"
        raise MissingFileError(msg)
    try:
        with warnings.catch_warnings():
            # A store whose root has lost its copy of all metadata opens as well, but slower.
            warnings.filterwarnings("ignore", "Failed to open Zarr store with consolidated")
            # Without dask: what is small is read here, and no scheduler is asked. Without
            # indexes, too: they would be made of coordinates that are read one by one.
            dataset = xr.open_dataset(
                root, engine="zarr", zarr_format=3, chunks=None, create_default_indexes=False
            )
    except (FileNotFoundError, ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
        # RuntimeError: a chunk that is not Zstandard; xarray before 2026.9 reads text here.
        msg = f"{root}: not a sound Zarr store ({one_line(error, 120)})"
        raise StoreError(msg) from error
    if dataset.attrs.get("contract") != kind.contract:
        msg = (
            f"{root}: a Zarr group, but not {kind.what}: its attribute 'contract' is "
            f"{dataset.attrs.get('contract')!r}, expected {kind.contract!r}"
        )
        raise StoreError(msg)
    major = str(dataset.attrs.get("contract_version")).split(".")[0]
    if major != kind.version.split(".")[0]:
        msg = (
            f"{root}: contract version {dataset.attrs.get('contract_version')!r}, this mangaxr "
            f"reads {kind.version}: use the version of mangaxr that wrote it"
        )
        raise StoreError(msg)
    arranged = _arranged(dataset, root, kind)
    return arranged if chunks is None else _chunked(arranged, chunks, kind.large)


def _chunked(dataset: xr.Dataset, chunks: Any, large: Collection[str]) -> xr.Dataset:
    """Make dask arrays of the large arrays, of the store's chunks where nothing is said."""
    arrays = dataset[[name for name in dataset.data_vars if name in large]]
    own: dict[Any, Any] = {}
    for variable in arrays.variables.values():
        own |= variable.encoding.get("preferred_chunks", {})
    if isinstance(chunks, Mapping):
        chunks = {**own, **chunks}
    return dataset.assign(arrays.chunk(own if chunks == "auto" else chunks).data_vars)


def _arranged(dataset: xr.Dataset, root: Path, kind: Kind) -> xr.Dataset:
    """Put the variables in the contract's order, and read all but the large arrays."""
    names = [name for name in kind.order if name in dataset.variables]
    names += [str(name) for name in dataset.variables if name not in names]
    variables = {name: dataset.variables[name] for name in names}
    small = [name for name in names if name not in kind.large]
    read = at_once((variables[name].load_async() for name in small), _UNREADABLE)
    for name, found in zip(small, read, strict=True):
        variables[name] = _in_memory(found, f"{root}: variable {name}")
    coords = {name: variables.pop(name) for name in names if name in dataset.coords}
    return xr.Dataset(variables, coords=coords, attrs=dataset.attrs)


def _in_memory(found: xr.Variable | Exception, where: str) -> xr.Variable:
    """Take a variable that was read; text becomes numpy's fixed-width type, which all tools know.

    Raises
    ------
    StoreError
        If its chunk could not be decoded.
    """
    if isinstance(found, Exception):
        msg = (
            f"{where} cannot be read ({one_line(found, 120)}): copy the store again, or rebuild it"
        )
        raise StoreError(msg) from found
    values = found.values
    if values.dtype.kind in "OT":  # objects until xarray 2026.9
        values = np.array(values.tolist(), dtype=np.str_)
    return xr.Variable(found.dims, values, found.attrs)
