"""What a store says of itself in its root's attributes; to know it takes no xarray."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr.errors import StoreError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["CONTRACT_OF_SETS", "content_of", "contract_of", "signature_of", "store_recipe"]


CONTRACT_OF_SETS = "mangaxr-lensed"
"""Of `mangaxr.lensed_sets`; here, so that commands tell stores apart without importing that."""


def content_of(path: Path) -> str:
    """Return a store's ``content_sha256``; empty if it has none."""
    return _attribute_of(path, "content_sha256")


def contract_of(path: Path) -> str:
    """Return the name of a store's contract; empty if it has none."""
    return _attribute_of(path, "contract")


def signature_of(path: Path) -> str:
    """Return a store's ``attributes_sha256``, other for every build; empty if it has none."""
    return _attribute_of(path, "attributes_sha256")


def _attribute_of(path: Path, name: str) -> str:
    try:
        metadata = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        return str(metadata["attributes"].get(name, ""))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return ""


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
