"""A store in a few numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mangaxr.errors import StoreError
from mangaxr.store.attributes import store_recipe
from mangaxr.store.contract import STATUS, all_variables
from mangaxr.store.reader import open_store

__all__ = ["store_size", "summarise"]


def summarise(path: str | Path) -> dict[str, Any]:
    """Describe a store as plain JSON values; reads its coordinates, no tensor.

    Raises
    ------
    MissingFileError, StoreError
        As `mangaxr.open_store`.
    """
    store = open_store(path, chunks=None)
    absent = [spec.name for spec in all_variables() if spec.name not in store.variables]
    if absent:
        msg = f"{path}: the store lacks the variable {absent[0]}: it is damaged, build it anew"
        raise StoreError(msg)
    attrs = store.attrs
    names = [str(name) for name in store["galaxy"].values]
    reasons = [str(reason) for reason in store["failure"].values]
    status = store["status"].values
    return {
        "store": str(path),
        "contract": f"{attrs['contract']} {attrs['contract_version']}",
        "created": f"{attrs.get('finished', '')} by {attrs.get('command', '')}",
        "size_mb": round(store_size(Path(path)) / 1e6, 3),
        "galaxies": {
            "galaxies": len(names),
            "done": int((status == STATUS["done"]).sum()),
            "failed": int((status == STATUS["failed"]).sum()),
            "usable": int(store["usable"].values.sum()),
            "splits": _splits(store),
            "daptypes": sorted({str(name) for name in store["daptype"].values} - {""}),
        },
        "channels": _channels(store),
        "recipe": {**store_recipe(store), "digest": attrs.get("recipe_digest", "")},
        "software": json.loads(attrs.get("software", "{}")),
        "failures": {name: reason for name, reason in zip(names, reasons, strict=True) if reason},
    }


def store_size(path: Path) -> int:
    """Return the bytes of all files of a store."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _splits(store: xr.Dataset) -> list[str]:
    splits, counts = np.unique(store["split"].values, return_counts=True)
    return [f"{name} {n}" for name, n in zip(splits, counts, strict=True) if name]


def _channels(store: xr.Dataset) -> list[dict[str, str]]:
    keys = ("channel", "units", "long_name", "extension", "line", "weight")
    columns = [store[key if key == "channel" else f"channel_{key}"].values for key in keys]
    return [dict(zip(keys, map(str, row), strict=True)) for row in zip(*columns, strict=True)]
