"""Opening a store."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mangaxr.errors import MissingFileError, StoreError, one_line
from mangaxr.store.contract import ARRAYS, CONTRACT, CONTRACT_VERSION, all_variables

__all__ = ["open_store"]

_LARGE = frozenset(variable.name for variable in ARRAYS)


def open_store(path: str | os.PathLike[str], *, chunks: Any = "auto") -> xr.Dataset:
    """Open a tensor store: the arrays lazily, what is known of each galaxy at once.

    Parameters
    ----------
    path
        The ``.zarr`` directory.
    chunks
        ``"auto"`` (the store's own chunks as dask arrays), None for lazy numpy, or as in
        `xarray.open_zarr`.

    Returns
    -------
    xarray.Dataset
        ``tensor``, ``ivar``, ``coverage`` over (galaxy, channel, y, x), the scalings, and
        everything known of each galaxy as coordinates.

    Raises
    ------
    MissingFileError
        If there is nothing at the path.
    StoreError
        If it is not a mangaxr store, or of a contract this version cannot read.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> st.tensor.dims
    ('galaxy', 'channel', 'y', 'x')
    """
    root = Path(path)
    if not root.exists():
        msg = f"{root}: no such store: build one with `mangaxr build {root} ITEM...`"
        raise MissingFileError(msg)
    try:
        with warnings.catch_warnings():
            # A store whose root has lost its copy of all metadata opens as well, but slower.
            warnings.filterwarnings("ignore", "Failed to open Zarr store with consolidated")
            # Without dask: what is known of each galaxy is read here, and no scheduler is asked.
            dataset: xr.Dataset = xr.open_zarr(root, chunks=None, zarr_format=3)
    except (FileNotFoundError, ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
        # RuntimeError: a chunk that is not Zstandard; xarray before 2026.9 reads text here.
        msg = f"{root}: not a sound Zarr store ({one_line(error, 120)})"
        raise StoreError(msg) from error
    if dataset.attrs.get("contract") != CONTRACT:
        msg = (
            f"{root}: a Zarr group, but not a mangaxr store: its attribute 'contract' is "
            f"{dataset.attrs.get('contract')!r}, expected {CONTRACT!r}"
        )
        raise StoreError(msg)
    major = str(dataset.attrs.get("contract_version")).split(".")[0]
    if major != CONTRACT_VERSION.split(".")[0]:
        msg = (
            f"{root}: contract version {dataset.attrs.get('contract_version')!r}, this mangaxr "
            f"reads {CONTRACT_VERSION}: use the version of mangaxr that wrote it"
        )
        raise StoreError(msg)
    arranged = _arranged(dataset, root)
    return arranged if chunks is None else _chunked(arranged, chunks)


def _chunked(dataset: xr.Dataset, chunks: Any) -> xr.Dataset:
    """Make dask arrays of the large arrays, of the store's chunks where nothing is said."""
    large = dataset[[name for name in dataset.data_vars if name in _LARGE]]
    own: dict[Any, Any] = {}
    for variable in large.variables.values():
        own |= variable.encoding.get("preferred_chunks", {})
    if isinstance(chunks, Mapping):
        chunks = {**own, **chunks}
    return dataset.assign(large.chunk(own if chunks == "auto" else chunks).data_vars)


def _arranged(dataset: xr.Dataset, root: Path) -> xr.Dataset:
    """Put the variables in the contract's order, and read all but the large arrays."""
    names = [spec.name for spec in all_variables() if spec.name in dataset.variables]
    names += [str(name) for name in dataset.variables if name not in names]
    variables = {
        name: variable if name in _LARGE else _in_memory(variable, f"{root}: variable {name}")
        for name in names
        for variable in (dataset.variables[name],)
    }
    coords = {name: variables.pop(name) for name in names if name in dataset.coords}
    return xr.Dataset(variables, coords=coords, attrs=dataset.attrs)


def _in_memory(variable: xr.Variable, where: str) -> xr.Variable:
    """Read a small variable; text becomes numpy's fixed-width type, which all tools know.

    Raises
    ------
    StoreError
        If its chunk cannot be decoded.
    """
    try:
        values = variable.values
    except (RuntimeError, ValueError, OSError) as error:
        msg = (
            f"{where} cannot be read ({one_line(error, 120)}): copy the store again, or rebuild it"
        )
        raise StoreError(msg) from error
    if values.dtype.kind in "OT":  # objects until xarray 2026.9
        values = np.array(values.tolist(), dtype=np.str_)
    return xr.Variable(variable.dims, values, variable.attrs)
