"""Opening a lensed set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr.errors import StoreError
from mangaxr.lensed_sets.config import parse_config
from mangaxr.lensed_sets.contract import CONTRACT, CONTRACT_VERSION, IMAGE, all_variables
from mangaxr.lensed_sets.plan import SetPlan
from mangaxr.store.opening import Kind, open_group

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["open_set", "plan_of"]

_SETS = Kind(
    CONTRACT,
    CONTRACT_VERSION,
    large=frozenset({IMAGE.name}),
    order=[spec.name for spec in all_variables()],
    what="a lensed set",
    command="mangaxr lens-set STORE {out} --n N",
)


def open_set(path: str | os.PathLike[str], *, chunks: Any = "auto") -> xr.Dataset:
    """Open a lensed set: the images lazily, labels and truth at once.

    Parameters
    ----------
    path
        The ``.zarr`` directory.
    chunks
        ``"auto"`` (the set's own chunks as dask arrays), None for lazy numpy, or as in
        `xarray.open_zarr`.

    Returns
    -------
    xarray.Dataset
        ``image`` over (sample, channel, y, x), and everything known of each sample as coordinates.

    Raises
    ------
    MissingFileError
        If there is nothing at the path.
    StoreError
        If it is not a lensed set, or of a contract this version cannot read.

    Examples
    --------
    >>> import mangaxr, tempfile
    >>> from mangaxr.lensed_sets import make_set, open_set
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = make_set(f"{folder}/s.zarr", mangaxr.synthetic.example_store(), samples=4).path
    ...     velocity = open_set(path).image.sel(channel="velocity").load()
    >>> velocity.dims, velocity.subhalo.values.tolist()
    (('sample', 'y', 'x'), [False, True, False, True])
    """
    return open_group(Path(path), _SETS, chunks=chunks)


def plan_of(dataset: xr.Dataset) -> SetPlan:
    """Return what a set was made by.

    Raises
    ------
    StoreError
        If its attributes do not say it.
    """
    try:
        config = parse_config(json.loads(dataset.attrs["config"]), where="the attribute config")
        store = str(dataset.attrs["store_content_sha256"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"the set's attributes do not say what it was drawn from ({error!r}): make it anew"
        raise StoreError(msg) from error
    return SetPlan(config, dataset.sizes["sample"], store)
