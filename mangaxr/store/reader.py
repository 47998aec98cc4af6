"""Opening a store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr.store.contract import ARRAYS, CONTRACT, CONTRACT_VERSION, all_variables
from mangaxr.store.opening import Kind, open_group

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["open_store"]

_TENSORS = Kind(
    CONTRACT,
    CONTRACT_VERSION,
    large=frozenset(variable.name for variable in ARRAYS),
    order=[spec.name for spec in all_variables()],
    what="a mangaxr store",
    command="mangaxr build {out} ITEM...",
)


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
    return open_group(Path(path), _TENSORS, chunks=chunks)
