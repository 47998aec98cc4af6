"""The contract as a machine reads it: one JSON document, from the rows that the writer uses."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from mangaxr.store.attributes import store_recipe
from mangaxr.store.contract import (
    ARRAYS,
    ATTRIBUTES,
    CHANNEL_COORDS,
    CONTRACT,
    CONTRACT_VERSION,
    GALAXY_COORDS,
    PIXEL_COORDS,
    QUALITY_COORDS,
    SCALING_FUNCTIONS,
    SCALINGS,
    STATUS,
    Variable,
)
from mangaxr.store.definitions import CHANGES, DIGESTS, DIMENSIONS, FUNCTIONS
from mangaxr.store.layout import COMPRESSION, SLAB
from mangaxr.store.physical import scaling_function
from mangaxr.store.provenance import split_rule
from mangaxr.store.reader import open_store

__all__ = ["contract_document", "load_contract", "store_contract"]

_SHIPPED = Path(__file__).parent / "shipped"

_ROLES: tuple[tuple[str, tuple[Variable, ...]], ...] = (
    ("array", ARRAYS),
    ("scaling", SCALINGS),
    ("galaxy", GALAXY_COORDS),
    ("quality", QUALITY_COORDS),
    ("channel", CHANNEL_COORDS),
    ("pixel", PIXEL_COORDS),
)
"""What a variable is for, and the rows of those that are."""


def load_contract(store: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """Return the data contract of tensor stores as plain JSON values.

    Parameters
    ----------
    store
        A store, whose own recipe, sizes and digests are then added under ``store``; None for
        the contract alone.

    Returns
    -------
    dict
        It follows the JSON Schema that is shipped beside it, ``contract.schema.json``.

    Raises
    ------
    MissingFileError, StoreError
        As `mangaxr.open_store`.

    Examples
    --------
    >>> contract = load_contract()
    >>> contract["contract"], contract["variables"][0]["name"]
    ('mangaxr-tensors', 'tensor')
    >>> import mangaxr
    >>> load_contract(mangaxr.synthetic.example_store())["store"]["sizes"]["galaxy"]
    3
    """
    if store is None:
        shipped = _SHIPPED / "contract.json"
        document: dict[str, Any] = json.loads(shipped.read_text(encoding="utf-8"))
        return document
    return store_contract(open_store(store, chunks=None))


def store_contract(store: xr.Dataset) -> dict[str, Any]:
    """Return the contract of an open store, with what is its own under ``store``."""
    attrs = store.attrs
    status = store["status"].values
    splits = store["split"].values
    return contract_document() | {
        "store": {
            "sizes": {name: store.sizes[name] for name in DIMENSIONS},
            "status": {name: int((status == value).sum()) for name, value in STATUS.items()},
            "split": {name: int((splits == name).sum()) for name in _values("split")},
            "channels": _channels(store),
            "scaling_function": scaling_function(store["tensor"]),
            "recipe": store_recipe(store),
            **{row.name: attrs[row.name] for row in DIGESTS if row.kind == "attribute"},
            "software": json.loads(attrs["software"]),
            "finished": attrs["finished"],
        }
    }


def contract_document() -> dict[str, Any]:
    """Return the contract as the code's rows say it now."""
    return {
        "schema": f"urn:mangaxr:store-contract:{CONTRACT_VERSION}",
        "contract": CONTRACT,
        "contract_version": CONTRACT_VERSION,
        "container": {"format": "zarr", "zarr_format": 3, "unfinished": ".partial"},
        "dimensions": [{"name": name, "long_name": text} for name, text in DIMENSIONS.items()],
        "variables": [_variable(row, role) for role, rows in _ROLES for row in rows],
        "attributes": [asdict(row) for row in ATTRIBUTES],
        "status": STATUS,
        "scaling": {
            "attribute": "scaling_function",
            "functions": [asdict(row) for row in FUNCTIONS],
            "of_recipe": SCALING_FUNCTIONS,
        },
        "split": {"salt": split_rule()["salt"], "shares": "recipe"},
        "chunks": {
            "arrays": [SLAB, 1, "npix", "npix"],
            "rows": "whole",
            "codecs": {kind: list(codecs) for kind, codecs in COMPRESSION.items()},
        },
        "digests": [asdict(row) for row in DIGESTS],
        "versions": CHANGES,
    }


def _channels(store: xr.Dataset) -> list[dict[str, str]]:
    columns = {row.name: store[row.name].values for row in CHANNEL_COORDS}
    texts = zip(*(map(str, values) for values in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in texts]


def _variable(row: Variable, role: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "role": role,
        "dims": list(row.dims),
        "dtype": row.dtype,
        "units": row.units or None,
        "units_per_channel": row.per_channel or None,
        "long_name": row.long_name,
        "range": _range(row),
        "values": list(row.values) or None,
        "missing": _missing(row),
    }


def _range(row: Variable) -> Mapping[str, float | None] | None:
    """Return the ends of a range; JSON has no infinity, so an open end is null."""
    if row.within is None:
        return None
    ends = (float(end) if math.isfinite(end) else None for end in row.within)
    return dict(zip(("least", "largest"), ends, strict=True))


def _missing(row: Variable) -> object:
    """Return what stands for a missing value; JSON has no NaN, so its name is given."""
    return "NaN" if isinstance(row.missing, float) else row.missing


def _values(name: str) -> tuple[int | str, ...]:
    return next(row.values for _, rows in _ROLES for row in rows if row.name == name)
