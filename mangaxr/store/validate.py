"""Checking a store against its contract; every issue is collected, none raised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from mangaxr.errors import MangaxrError
from mangaxr.store.contract import STATUS, all_variables
from mangaxr.store.reader import open_store

__all__ = ["StoreIssue", "validate_store"]


@dataclass(frozen=True, slots=True)
class StoreIssue:
    """One way in which a store breaks its contract."""

    variable: str
    message: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.message}"


def validate_store(path: str | Path) -> list[StoreIssue]:
    """Check structure and identities of a store; reads no tensor.

    Returns
    -------
    list of StoreIssue
        Empty for a sound store.
    """
    try:
        store = open_store(path, chunks=None)
    except MangaxrError as error:
        return [StoreIssue("store", str(error))]
    return [*_structure(store), *_galaxies(store)]


def _structure(store: xr.Dataset) -> list[StoreIssue]:
    issues = []
    for spec in all_variables():
        if spec.name not in store.variables:
            issues.append(StoreIssue(spec.name, "is missing"))
            continue
        variable = store.variables[spec.name]
        if variable.dims != spec.dims:
            issues.append(StoreIssue(spec.name, f"has dims {variable.dims}, not {spec.dims}"))
        text = spec.dtype == "str"
        if (variable.dtype.kind in "OTU") is not text or not (text or variable.dtype == spec.dtype):
            issues.append(StoreIssue(spec.name, f"has dtype {variable.dtype}, not {spec.dtype}"))
    return issues


def _galaxies(store: xr.Dataset) -> list[StoreIssue]:
    issues = []
    names = [str(name) for name in store["galaxy"].values]
    if len(set(names)) != len(names):
        issues.append(StoreIssue("galaxy", "holds a galaxy twice"))
    status = store["status"].values
    if not np.isin(status, (STATUS["done"], STATUS["failed"])).all():
        issues.append(StoreIssue("status", "has galaxies that are neither done nor failed"))
    reasons = np.array([bool(str(text)) for text in store["failure"].values], dtype=bool)
    if (reasons != (status == STATUS["failed"])).any():
        issues.append(StoreIssue("failure", "must be given for failed galaxies and no others"))
    scale = store["scaling_scale"].values
    if not (np.isfinite(scale) & (scale > 0)).all():
        issues.append(StoreIssue("scaling_scale", "must be finite and positive"))
    return issues
