"""The large arrays of a store: made empty, written slab by slab, and read back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zarr

from mangaxr.errors import StoreError, one_line
from mangaxr.store.contract import ARRAYS, SCALING_FUNCTIONS, Variable
from mangaxr.store.layout import array_chunks, codecs_of_arrays
from mangaxr.tensors.recipe import Recipe

__all__ = [
    "EVERY_CHUNK",
    "SlabArrays",
    "create_store",
    "empty_slab",
    "fill_value",
    "read_slab",
    "variable_attributes",
    "with_every_chunk",
    "write_slab",
]

EVERY_CHUNK: Any = {"write_empty_chunks": True}
"""A chunk that is absent is then a chunk that was lost."""


class SlabArrays(NamedTuple):
    """The large arrays of some galaxies, each (galaxy, channel, y, x) float32."""

    tensor: npt.NDArray[np.float32]
    ivar: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]


def empty_slab(galaxies: int, recipe: Recipe) -> SlabArrays:
    """Return arrays of galaxies that have no value anywhere."""
    shape = (galaxies, len(recipe.channels), recipe.npix, recipe.npix)
    nothing = np.full(shape, np.nan, dtype=np.float32)
    return SlabArrays(nothing, nothing.copy(), np.zeros(shape, dtype=np.float32))


def create_store(path: Path, recipe: Recipe, galaxies: int) -> None:
    """Make an empty store of the right shape; what is there already is replaced."""
    group = zarr.create_group(path, zarr_format=3, overwrite=True)
    shape = (galaxies, len(recipe.channels), recipe.npix, recipe.npix)
    for spec in ARRAYS:
        group.create_array(
            spec.name,
            shape=shape,
            dtype=spec.dtype,
            chunks=array_chunks(galaxies, recipe.npix),
            compressors=codecs_of_arrays(),
            fill_value=fill_value(spec),
            dimension_names=spec.dims,
            attributes=variable_attributes(spec, recipe),
            config=EVERY_CHUNK,
        )


def write_slab(path: Path, start: int, slab: SlabArrays) -> None:
    """Write the arrays of consecutive galaxies; ``start`` must begin a chunk."""
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, values in slab._asdict().items():
        array = with_every_chunk(_array(group, name))
        array[start : start + len(values)] = values


def read_slab(path: Path, galaxies: Sequence[int]) -> SlabArrays:
    """Read the arrays of galaxies, each chunk once.

    Parameters
    ----------
    path
        The store.
    galaxies
        Their places in it, increasing.

    Raises
    ------
    StoreError
        If a chunk cannot be read.
    """
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        chosen = np.asarray(galaxies)
        parts = (_array(group, name).oindex[chosen] for name in SlabArrays._fields)
        return SlabArrays(*(np.asarray(part, dtype=np.float32) for part in parts))
    except (ValueError, RuntimeError, OSError) as error:
        msg = f"{path}: a chunk cannot be read ({one_line(error)})"
        raise StoreError(msg) from error


def _array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    array = group[name]
    if not isinstance(array, zarr.Array):
        msg = f"{group.store_path}: {name} is not an array"
        raise StoreError(msg)
    return array


def fill_value(spec: Variable) -> float:
    """Return what a chunk of a large array that was never written is read as."""
    return 0.0 if spec.name == "coverage" else math.nan


def with_every_chunk(array: zarr.Array[Any]) -> zarr.Array[Any]:
    """Return the array as one that leaves no chunk out; `with_config` came with zarr 3.1.6."""
    metadata: Any = array.metadata
    return zarr.Array(zarr.AsyncArray(metadata, array.store_path, config=EVERY_CHUNK))


def variable_attributes(spec: Variable, recipe: Recipe) -> dict[str, Any]:
    """Return the attributes that a variable has in a store of a recipe."""
    attrs: dict[str, Any] = {"long_name": spec.long_name}
    if spec.units:
        attrs["units"] = spec.units
    if spec.name == "tensor":
        attrs["scaling_function"] = SCALING_FUNCTIONS[recipe.scaling]
    return attrs
