"""The large arrays of a store: made empty, written slab by slab, and read back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.store.arrays import EmptyArray, create_arrays, read_arrays, write_arrays
from mangaxr.store.contract import ARRAYS, SCALING_FUNCTIONS, Variable
from mangaxr.store.layout import array_chunks
from mangaxr.tensors.recipe import Recipe

__all__ = [
    "SlabArrays",
    "create_store",
    "empty_slab",
    "fill_value",
    "read_slab",
    "variable_attributes",
    "write_slab",
]


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
    shape = (galaxies, len(recipe.channels), recipe.npix, recipe.npix)
    chunks = array_chunks(galaxies, recipe.npix)
    create_arrays(
        path,
        (
            EmptyArray(spec, shape, chunks, fill_value(spec), variable_attributes(spec, recipe))
            for spec in ARRAYS
        ),
    )


def write_slab(path: Path, start: int, slab: SlabArrays) -> None:
    """Write the arrays of consecutive galaxies; ``start`` must begin a chunk."""
    write_arrays(path, start, slab._asdict())


def read_slab(path: Path, galaxies: Sequence[int]) -> SlabArrays:
    """Read the arrays of galaxies, by their places, which increase; each chunk once.

    Raises
    ------
    StoreError
        If a chunk cannot be read.
    """
    return SlabArrays(*read_arrays(path, galaxies, SlabArrays._fields))


def fill_value(spec: Variable) -> float:
    """Return what a chunk of a large array that was never written is read as."""
    return 0.0 if spec.name == "coverage" else math.nan


def variable_attributes(spec: Variable, recipe: Recipe) -> dict[str, Any]:
    """Return the attributes that a variable has in a store of a recipe."""
    attrs: dict[str, Any] = {"long_name": spec.long_name}
    if spec.units:
        attrs["units"] = spec.units
    if spec.name == "tensor":
        attrs["scaling_function"] = SCALING_FUNCTIONS[recipe.scaling]
    return attrs
