"""Opening a store, and taking its tensors back to physical units."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mangaxr.errors import MissingFileError, StoreError, one_line
from mangaxr.store.contract import (
    ARRAYS,
    CONTRACT,
    CONTRACT_VERSION,
    SCALING_FUNCTIONS,
    all_variables,
)

__all__ = [
    "content_of",
    "open_store",
    "scaling_function",
    "signature_of",
    "store_recipe",
    "to_physical",
    "unscaled",
]

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
        # Without dask: what is known of each galaxy is read here, and no scheduler is asked.
        dataset: xr.Dataset = xr.open_zarr(root, chunks=None, consolidated=False, zarr_format=3)
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


def content_of(path: Path) -> str:
    """Return a store's ``content_sha256`` without opening it; empty if it has none."""
    return _attribute_of(path, "content_sha256")


def signature_of(path: Path) -> str:
    """Return a store's ``attributes_sha256``, other for every build; empty if it has none."""
    return _attribute_of(path, "attributes_sha256")


def _attribute_of(path: Path, name: str) -> str:
    try:
        metadata = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        return str(metadata["attributes"].get(name, ""))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return ""


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
        for variable in (dataset[name].variable,)
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


def store_recipe(dataset: xr.Dataset) -> dict[str, Any]:
    """Return the recipe an open store was built with, as JSON values.

    Raises
    ------
    StoreError
        If the store has none that can be read.
    """
    try:
        recipe: dict[str, Any] = json.loads(dataset.attrs["recipe"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"the store's attribute 'recipe' is missing or damaged ({error!r}): build it anew"
        raise StoreError(msg) from error
    return recipe


def to_physical(store: xr.Dataset) -> xr.DataArray:
    """Take tensors back to physical units, exactly.

    Parameters
    ----------
    store
        An open store, or any selection of it that keeps the scalings.

    Returns
    -------
    xarray.DataArray
        Float64, the dimensions of ``tensor``, lazy if that is; the unit of each channel is
        the coordinate ``channel_units``. Off by at most the rounding of the float32
        tensor, ``2**-24 * |t| * g'(t) * scale``.

    Raises
    ------
    StoreError
        If the Dataset lacks the tensor, its scalings, or the attribute that names the
        function they go with.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> velocity = mangaxr.to_physical(st).sel(channel="ha_vel")
    >>> str(velocity.channel_units.values)
    'km / s'
    """
    missing = [n for n in ("tensor", "scaling_offset", "scaling_scale") if n not in store]
    if missing:
        msg = f"to_physical needs the variable {missing[0]!r} of a store; the Dataset has none"
        raise StoreError(msg)
    function = scaling_function(store.tensor)
    found = unscaled(store.tensor, store.scaling_scale, store.scaling_offset, function)
    physical: xr.DataArray = found.transpose(*store.tensor.dims).rename("physical")
    physical.attrs = {"long_name": "physical value; its unit is the coordinate channel_units"}
    return physical


def scaling_function(tensor: xr.DataArray) -> str:
    """Return the name of the function g in physical = g(tensor) * scale + offset.

    Raises
    ------
    StoreError
        If the attribute that names it is missing, or names another than the contract's.
    """
    function = tensor.attrs.get("scaling_function")
    if function not in SCALING_FUNCTIONS.values():
        msg = (
            f"to_physical needs the attribute scaling_function of the tensor (identity or sinh), "
            f"found {function!r}: compute with keep_attrs=True"
        )
        raise StoreError(msg)
    return str(function)


def unscaled(tensor: Any, scale: Any, offset: Any, function: str) -> Any:
    """Return g(tensor) * scale + offset in double precision, of arrays of any kind.

    Examples
    --------
    >>> unscaled(np.array([0.5], dtype=np.float32), 200.0, 10.0, "identity").tolist()
    [110.0]
    """
    linear = tensor.astype(np.float64)
    if function == "sinh":
        linear = np.sinh(linear)
    return linear * scale + offset
