"""MaNGA galaxy maps as labelled xarray Datasets, and thousands of them as one tensor store.

The public names are imported when first used, so that ``import mangaxr`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mangaxr._version import __version__

if TYPE_CHECKING:
    from mangaxr import errors as errors
    from mangaxr import synthetic as synthetic
    from mangaxr.build.report import BuildReport as BuildReport
    from mangaxr.build.run import build_store as build_store
    from mangaxr.errors import MangaxrError as MangaxrError
    from mangaxr.maps.open import load_maps_file as load_maps_file
    from mangaxr.maps.open import open_maps as open_maps
    from mangaxr.maps.open import open_maps_file as open_maps_file
    from mangaxr.plateifu import PlateIFU as PlateIFU
    from mangaxr.store.reader import open_store as open_store
    from mangaxr.store.reader import to_physical as to_physical
    from mangaxr.store.validate import validate_store as validate_store
    from mangaxr.tensors.recipe import Recipe as Recipe

_HOMES = {
    "BuildReport": "mangaxr.build.report",
    "MangaxrError": "mangaxr.errors",
    "PlateIFU": "mangaxr.plateifu",
    "Recipe": "mangaxr.tensors.recipe",
    "build_store": "mangaxr.build.run",
    "load_maps_file": "mangaxr.maps.open",
    "open_maps": "mangaxr.maps.open",
    "open_maps_file": "mangaxr.maps.open",
    "open_store": "mangaxr.store.reader",
    "to_physical": "mangaxr.store.reader",
    "validate_store": "mangaxr.store.validate",
}
"""Public name -> module that defines it."""

_MODULES = ("errors", "synthetic")

__all__ = ["__version__", *sorted(_HOMES), *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"mangaxr.{name}")
    if name not in _HOMES:
        msg = f"module 'mangaxr' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
