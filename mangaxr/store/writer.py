"""Writing the large arrays of a store: made empty, then filled slab by slab."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zarr

from mangaxr.store.contract import ARRAYS, SCALING_FUNCTIONS, Variable
from mangaxr.store.layout import array_chunks, codecs_of_arrays
from mangaxr.tensors.recipe import Recipe

__all__ = [
    "EVERY_CHUNK",
    "SlabArrays",
    "create_store",
    "empty_slab",
    "variable_attributes",
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
            fill_value=0.0 if spec.name == "coverage" else float("nan"),
            dimension_names=spec.dims,
            attributes=variable_attributes(spec, recipe),
            config=EVERY_CHUNK,
        )


def write_slab(path: Path, start: int, slab: SlabArrays) -> None:
    """Write the arrays of consecutive galaxies; ``start`` must begin a chunk."""
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, values in slab._asdict().items():
        array = group[name]
        if not isinstance(array, zarr.Array):
            msg = f"{path}: {name} is not an array"
            raise TypeError(msg)
        # What Array.with_config does, which came with zarr 3.1.6.
        metadata: Any = array.metadata
        array = zarr.Array(zarr.AsyncArray(metadata, array.store_path, config=EVERY_CHUNK))
        array[start : start + len(values)] = values


def variable_attributes(spec: Variable, recipe: Recipe) -> dict[str, Any]:
    """Return the attributes that a variable has in a store of a recipe."""
    attrs: dict[str, Any] = {"long_name": spec.long_name}
    if spec.units:
        attrs["units"] = spec.units
    if spec.name == "tensor":
        attrs["scaling_function"] = SCALING_FUNCTIONS[recipe.scaling]
    return attrs
