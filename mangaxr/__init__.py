"""MaNGA galaxy maps as labelled xarray Datasets, and thousands of them as one tensor store.

The public names are imported when first used, so that ``import mangaxr`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mangaxr._version import __version__

if TYPE_CHECKING:
    from mangaxr import errors as errors
    from mangaxr import lensed_sets as lensed_sets
    from mangaxr import lensing as lensing
    from mangaxr import synthetic as synthetic
    from mangaxr.build.quality import compute_quality as compute_quality
    from mangaxr.build.report import BuildReport as BuildReport
    from mangaxr.build.run import build_store as build_store
    from mangaxr.build.validate import validate_store as validate_store
    from mangaxr.card.write import write_card as write_card
    from mangaxr.catalog.ranking.criteria import Criteria as Criteria
    from mangaxr.catalog.ranking.criteria import load_criteria as load_criteria
    from mangaxr.catalog.ranking.rank import rank as rank
    from mangaxr.catalog.ranking.select import Selection as Selection
    from mangaxr.catalog.ranking.select import select as select
    from mangaxr.catalog.reading.drpcomplete import open_drpcomplete as open_drpcomplete
    from mangaxr.catalog.reading.open import open_catalog as open_catalog
    from mangaxr.catalog.tables.export import read_table as read_table
    from mangaxr.catalog.tables.export import write_table as write_table
    from mangaxr.ensemble.align import align as align
    from mangaxr.ensemble.profile import radial_profile as radial_profile
    from mangaxr.ensemble.stack import stack as stack
    from mangaxr.errors import MangaxrError as MangaxrError
    from mangaxr.export.netcdf import export_netcdf as export_netcdf
    from mangaxr.export.npy import export_npy as export_npy
    from mangaxr.export.report import ExportReport as ExportReport
    from mangaxr.maps.open import load_maps_file as load_maps_file
    from mangaxr.maps.open import open_maps as open_maps
    from mangaxr.maps.open import open_maps_file as open_maps_file
    from mangaxr.plateifu import PlateIFU as PlateIFU
    from mangaxr.quality.thresholds import Thresholds as Thresholds
    from mangaxr.quality.thresholds import load_thresholds as load_thresholds
    from mangaxr.quality.verdict import judge_quality as judge_quality
    from mangaxr.samples.named import load_sample as load_sample
    from mangaxr.sas.download import download as download
    from mangaxr.sas.records import DownloadRecord as DownloadRecord
    from mangaxr.store.contract_document import load_contract as load_contract
    from mangaxr.store.physical import to_physical as to_physical
    from mangaxr.store.reader import open_store as open_store
    from mangaxr.tensors.recipe import Recipe as Recipe

_HOMES = {
    "BuildReport": "mangaxr.build.report",
    "Criteria": "mangaxr.catalog.ranking.criteria",
    "DownloadRecord": "mangaxr.sas.records",
    "ExportReport": "mangaxr.export.report",
    "MangaxrError": "mangaxr.errors",
    "PlateIFU": "mangaxr.plateifu",
    "Recipe": "mangaxr.tensors.recipe",
    "Selection": "mangaxr.catalog.ranking.select",
    "Thresholds": "mangaxr.quality.thresholds",
    "align": "mangaxr.ensemble.align",
    "build_store": "mangaxr.build.run",
    "compute_quality": "mangaxr.build.quality",
    "download": "mangaxr.sas.download",
    "export_netcdf": "mangaxr.export.netcdf",
    "export_npy": "mangaxr.export.npy",
    "judge_quality": "mangaxr.quality.verdict",
    "load_contract": "mangaxr.store.contract_document",
    "load_criteria": "mangaxr.catalog.ranking.criteria",
    "load_maps_file": "mangaxr.maps.open",
    "load_sample": "mangaxr.samples.named",
    "load_thresholds": "mangaxr.quality.thresholds",
    "open_catalog": "mangaxr.catalog.reading.open",
    "open_drpcomplete": "mangaxr.catalog.reading.drpcomplete",
    "open_maps": "mangaxr.maps.open",
    "open_maps_file": "mangaxr.maps.open",
    "open_store": "mangaxr.store.reader",
    "radial_profile": "mangaxr.ensemble.profile",
    "rank": "mangaxr.catalog.ranking.rank",
    "read_table": "mangaxr.catalog.tables.export",
    "select": "mangaxr.catalog.ranking.select",
    "stack": "mangaxr.ensemble.stack",
    "to_physical": "mangaxr.store.physical",
    "validate_store": "mangaxr.build.validate",
    "write_card": "mangaxr.card.write",
    "write_table": "mangaxr.catalog.tables.export",
}
"""Public name -> module that defines it."""

_MODULES = ("errors", "lensed_sets", "lensing", "synthetic")

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
