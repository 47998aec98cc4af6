"""Checking a store against its contract; every issue is collected, none raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from mangaxr.errors import MangaxrError
from mangaxr.plateifu import PlateIFU
from mangaxr.store.contract import SCALING_FUNCTIONS, STATUS, all_variables
from mangaxr.store.layout import lost_chunks
from mangaxr.store.provenance import split_of
from mangaxr.store.reader import open_store, store_recipe
from mangaxr.tensors.recipe import Recipe

__all__ = ["StoreIssue", "validate_store"]


@dataclass(frozen=True, slots=True)
class StoreIssue:
    """One way in which a store breaks its contract."""

    variable: str
    message: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.message}"


def validate_store(path: str | Path) -> list[StoreIssue]:
    """Check structure, identities and completeness of a store; decodes no tensor.

    Parameters
    ----------
    path
        The ``.zarr`` directory. What is no store at all is an issue too, not an error.

    Returns
    -------
    list of StoreIssue
        Empty for a sound store.

    Examples
    --------
    >>> import mangaxr
    >>> mangaxr.validate_store(mangaxr.synthetic.example_store())
    []
    """
    try:
        store = open_store(path, chunks=None)
    except MangaxrError as error:
        return [StoreIssue("store", str(error))]
    issues = [*_structure(store), *_chunks(store, Path(path)), *_recipe(store)]
    for needed, check in _CHECKS:
        if all(name in store.variables for name in needed):
            issues += check(store)
    return issues


def _structure(store: xr.Dataset) -> Iterator[StoreIssue]:
    for spec in all_variables():
        if spec.name not in store.variables:
            yield StoreIssue(spec.name, "is missing")
            continue
        variable = store.variables[spec.name]
        if variable.dims != spec.dims:
            yield StoreIssue(spec.name, f"has dims {variable.dims}, not {spec.dims}")
        text = spec.dtype == "str"
        if (variable.dtype.kind in "OTU") is not text or not (text or variable.dtype == spec.dtype):
            yield StoreIssue(spec.name, f"has dtype {variable.dtype}, not {spec.dtype}")
        if variable.attrs.get("units", "") != spec.units:
            found = variable.attrs.get("units")
            yield StoreIssue(spec.name, f"has units {found!r}, not {spec.units!r}")


def _chunks(store: xr.Dataset, path: Path) -> Iterator[StoreIssue]:
    """Look for every chunk's file; what is absent would be read as missing values."""
    for spec in all_variables():
        lost = lost_chunks(path, spec.name) if spec.name in store.variables else 0
        if lost:
            yield StoreIssue(spec.name, f"has lost {lost} of its chunks")


def _recipe(store: xr.Dataset) -> Iterator[StoreIssue]:
    """Check that the recipe can be read, and that the store is what it says."""
    try:
        recipe = Recipe.from_dict(store_recipe(store))
    except ValueError as error:
        yield StoreIssue("recipe", f"cannot be read ({error})")
        return
    if store.attrs.get("recipe_digest") != recipe.digest():
        yield StoreIssue("recipe_digest", "is not that of the recipe")
    for name, wanted in (
        ("channel", [channel.name for channel in recipe.parsed_channels()]),
        ("channel_units", [channel.units for channel in recipe.parsed_channels()]),
        ("y", _offsets(recipe)),
        ("x", _offsets(recipe)),
    ):
        if name in store.variables and store.variables[name].values.tolist() != wanted:
            yield StoreIssue(name, "is not what the recipe says")
    expected = SCALING_FUNCTIONS[recipe.scaling]
    if "tensor" in store and store["tensor"].attrs.get("scaling_function") != expected:
        yield StoreIssue("tensor", f"has not the scaling_function {expected!r} of its recipe")
    if {"mangaid", "split"} <= set(store.variables):
        yield from _splits(store, recipe.split)


def _offsets(recipe: Recipe) -> list[float]:
    return [float(i) - (recipe.npix - 1) / 2 for i in range(recipe.npix)]


def _names(store: xr.Dataset) -> Iterator[StoreIssue]:
    names = [str(name) for name in store["galaxy"].values]
    if len(set(names)) != len(names):
        yield StoreIssue("galaxy", "holds a galaxy twice")
    # Files that do not tell their galaxy come last, under plate -1.
    known = [
        PlateIFU(int(plate), int(ifu))
        for plate, ifu in zip(store["plate"].values, store["ifu"].values, strict=True)
        if plate >= 0
    ]
    if known != sorted(known) or [str(name) for name in known] != names[: len(known)]:
        yield StoreIssue("galaxy", "is not sorted, or does not agree with plate and ifu")


def _status(store: xr.Dataset) -> Iterator[StoreIssue]:
    status = store["status"].values
    if not np.isin(status, (STATUS["done"], STATUS["failed"])).all():
        yield StoreIssue("status", "has galaxies that are neither done nor failed")
    reasons = np.array([bool(str(text)) for text in store["failure"].values], dtype=bool)
    if (reasons != (status == STATUS["failed"])).any():
        yield StoreIssue("failure", "must be given for failed galaxies and no others")


def _scalings(store: xr.Dataset) -> Iterator[StoreIssue]:
    scale = store["scaling_scale"].values
    if not (np.isfinite(scale) & (scale > 0)).all():
        yield StoreIssue("scaling_scale", "must be finite and positive")
    if not np.isfinite(store["scaling_offset"].values).all():
        yield StoreIssue("scaling_offset", "must be finite")


def _splits(store: xr.Dataset, shares: Sequence[float]) -> Iterator[StoreIssue]:
    for mangaid, split in zip(store["mangaid"].values, store["split"].values, strict=True):
        expected = split_of(str(mangaid), shares) if mangaid else ""
        if split != expected:
            yield StoreIssue("split", f"of {mangaid} is {str(split)!r}, not {expected!r}")
            return


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[xr.Dataset], Iterator[StoreIssue]]], ...] = (
    (("galaxy", "plate", "ifu"), _names),
    (("status", "failure"), _status),
    (("scaling_scale", "scaling_offset"), _scalings),
)
"""Variables that a check needs, and the check."""
