"""A store as rules see it: its metadata as they stand in the files, and its small variables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import LocalStore, StorePath

from mangaxr.errors import MangaxrError, MissingFileError, StoreError, one_line
from mangaxr.quality.thresholds import Thresholds, parse_thresholds
from mangaxr.store.at_once import at_once
from mangaxr.store.contract import ARRAYS, ATTRIBUTES, CONTRACT, Variable, all_variables
from mangaxr.store.layout import chunk_names
from mangaxr.tensors.recipe import Recipe

__all__ = ["LARGE", "UNDECODABLE", "Evidence", "read_evidence", "wrong_dtype"]

LARGE = frozenset(spec.name for spec in ARRAYS)

UNDECODABLE = (RuntimeError, ValueError, OSError, TypeError, KeyError, IndexError)
"""What Zarr and its codecs raise about a chunk, or metadata, that were damaged."""

_STORED_TYPES = {"str": "string"}
"""Type of the contract -> Zarr's name of it, where that differs."""


@dataclass(slots=True)
class Evidence:
    """What could be read of a store, and what could not.

    Parameters
    ----------
    path
        The directory.
    root
        Metadata of the root.
    metadata
        Array -> its own metadata.
    unreadable
        Array -> why its metadata, or its one chunk, cannot be read.
    sizes
        Dimension -> its size.
    columns
        Small variable -> its values; only those of the contract's type, dimensions and size.
    sound
        What rules can rely on: these, large arrays of the right type and size, and the
        attributes that hold a document which makes sense.
    documents
        Attribute -> the JSON document that it holds.
    faults
        Attribute -> why its document makes no sense.
    """

    path: Path
    root: Mapping[str, Any]
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)
    documents: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    _recipe: Recipe | None = None
    _thresholds: Thresholds | None = None

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of the root."""
        found = self.root.get("attributes")
        return found if isinstance(found, dict) else {}

    @property
    def galaxies(self) -> int:
        """Number of galaxies."""
        return self.sizes.get("galaxy", 0)

    @property
    def recipe(self) -> Recipe:
        """The recipe; only for rules that need ``recipe``."""
        if self._recipe is None:
            msg = f"{self.path}: the recipe cannot be read"
            raise StoreError(msg)
        return self._recipe

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds; only for rules that need ``thresholds``."""
        if self._thresholds is None:
            msg = f"{self.path}: the thresholds cannot be read"
            raise StoreError(msg)
        return self._thresholds

    def name(self, galaxy: int) -> str:
        """Return a galaxy's name, or its place if names cannot be read."""
        names = self.columns.get("galaxy")
        return f"galaxy {galaxy}" if names is None else str(names[galaxy])

    def expected_shape(self, spec: Variable) -> tuple[int, ...]:
        """Return the shape that a variable must have."""
        return tuple(self.sizes.get(dim, -1) for dim in spec.dims)

    def array(self, name: str) -> zarr.Array[Any]:
        """Return an array by its own metadata, whatever the copy in the root says."""
        return zarr.Array.from_dict(self.place(name), self.metadata[name])

    def place(self, name: str) -> StorePath:
        """Return where an array is."""
        return StorePath(LocalStore(self.path, read_only=True), name)


def read_evidence(path: Path) -> Evidence:
    """Read everything but the large arrays.

    Raises
    ------
    MissingFileError
        If there is nothing at the path.
    StoreError
        If it is no store at all.
    """
    evidence = Evidence(path, _read_root(path))
    for folder in sorted(child for child in path.iterdir() if child.is_dir()):
        try:
            evidence.metadata[folder.name] = _read_array(folder / "zarr.json")
        except (OSError, ValueError) as error:
            evidence.unreadable[folder.name] = one_line(error, 160)
    _read_documents(evidence)
    evidence.sizes = _sizes(evidence)
    _read_columns(evidence)
    return evidence


def wrong_dtype(spec: Variable, metadata: Mapping[str, Any]) -> bool:
    """Whether an array is not of the type that the contract gives it."""
    return bool(metadata["data_type"] != _STORED_TYPES.get(spec.dtype, spec.dtype))


def _read_root(path: Path) -> dict[str, Any]:
    if not path.exists():
        msg = f"{path}: there is nothing here"
        raise MissingFileError(msg)
    try:
        root = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or one_line(error, 160)
        msg = f"{path}: no Zarr store: its zarr.json cannot be read ({reason})"
        raise StoreError(msg) from error
    if not isinstance(root, dict) or (root.get("zarr_format"), root.get("node_type")) != (
        3,
        "group",
    ):
        msg = f"{path}: no Zarr group of format 3"
        raise StoreError(msg)
    attributes = root.get("attributes")
    contract = attributes.get("contract") if isinstance(attributes, dict) else None
    if contract != CONTRACT:
        msg = f"{path}: no mangaxr store: its contract is {contract!r}, not {CONTRACT!r}"
        raise StoreError(msg)
    return root


def _read_array(file: Path) -> dict[str, Any]:
    """Read the metadata of an array.

    Raises
    ------
    ValueError
        If they are not those of an array.
    """
    found = json.loads(file.read_text(encoding="utf-8"))
    try:
        shape, chunks = found["shape"], found["chunk_grid"]["configuration"]["chunk_shape"]
        sizes = [*shape, *chunks]
        sound = found["node_type"] == "array" and all(type(n) is int and n >= 0 for n in sizes)
        sound = sound and len(shape) == len(chunks) and min(chunks, default=1) > 0
        sound = sound and isinstance(found.get("attributes", {}), dict) and "data_type" in found
    except (KeyError, TypeError) as error:
        msg = f"its zarr.json is no array's: it lacks {error}"
        raise ValueError(msg) from error
    if not sound:
        msg = "its zarr.json is no array's"
        raise ValueError(msg)
    return dict(found)


def _read_documents(evidence: Evidence) -> None:
    for row in ATTRIBUTES:
        text = evidence.attributes.get(row.name)
        if not row.json or not isinstance(text, str):
            continue
        try:
            evidence.documents[row.name] = json.loads(text)
        except ValueError as error:
            evidence.faults[row.name] = f"is no JSON ({one_line(error, 160)})"
    for name, make in (("recipe", Recipe.from_dict), ("thresholds", _thresholds_of)):
        if name not in evidence.documents:
            continue
        try:
            setattr(evidence, f"_{name}", make(evidence.documents[name]))
        except (MangaxrError, TypeError, ValueError, AttributeError) as error:
            evidence.faults[name] = f"makes no sense ({one_line(error, 160)})"
    evidence.sound |= evidence.documents.keys() - evidence.faults.keys()


def _thresholds_of(document: Mapping[str, Any]) -> Thresholds:
    return parse_thresholds(document, name="stored", where="the attribute thresholds")


def _sizes(evidence: Evidence) -> dict[str, int]:
    """Return the size of each dimension: by the recipe, else what most variables have."""
    counts: dict[str, Counter[int]] = {}
    for spec in all_variables():
        shape = evidence.metadata.get(spec.name, {}).get("shape", ())
        if len(shape) == len(spec.dims):
            for dim, size in zip(spec.dims, shape, strict=True):
                counts.setdefault(dim, Counter())[size] += 1
    sizes = {dim: found.most_common(1)[0][0] for dim, found in counts.items()}
    if "recipe" in evidence.sound:
        recipe = evidence.recipe
        sizes |= {"channel": len(recipe.channels), "y": recipe.npix, "x": recipe.npix}
    return sizes


def _as_promised(evidence: Evidence, spec: Variable) -> bool:
    """Whether an array is of the contract's type, dimensions and size, and has lost nothing."""
    metadata, folder = evidence.metadata[spec.name], evidence.path / spec.name
    return (
        not wrong_dtype(spec, metadata)
        and tuple(metadata.get("dimension_names") or ()) == spec.dims
        and tuple(metadata["shape"]) == evidence.expected_shape(spec)
        # What is lost is read as fill values, which say nothing.
        and (spec.name in LARGE or all((folder / n).is_file() for n in chunk_names(metadata)))
    )


def _read_columns(evidence: Evidence) -> None:
    """Decode the small variables."""
    present = [spec for spec in all_variables() if spec.name in evidence.metadata]
    good = {spec.name for spec in present if _as_promised(evidence, spec)}
    small = [spec.name for spec in present if spec.name not in LARGE]
    read = at_once((_decode(evidence, name) for name in small), UNDECODABLE)
    for name, values in zip(small, read, strict=True):
        if isinstance(values, Exception):
            evidence.unreadable[name] = one_line(values, 160)
        elif name in good:
            evidence.columns[name] = values
    evidence.sound |= evidence.columns.keys() | (good & LARGE)


async def _decode(evidence: Evidence, name: str) -> npt.NDArray[Any]:
    array = zarr.AsyncArray.from_dict(evidence.place(name), evidence.metadata[name])
    return np.asarray(await array.getitem(...))
