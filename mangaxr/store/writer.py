"""Writing a store: made empty, filled slab by slab, finished with its coordinates."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zarr
from zarr.core.buffer import Buffer
from zarr.storage import MemoryStore

from mangaxr.store.contract import (
    ARRAYS,
    CHANNEL_COORDS,
    CONTRACT,
    CONTRACT_VERSION,
    GALAXY_COORDS,
    MISSING,
    PIXEL_COORDS,
    QUALITY_COORDS,
    SCALING_FUNCTIONS,
    SCALINGS,
    Variable,
)
from mangaxr.store.layout import array_chunks, compressor
from mangaxr.tensors.recipe import Recipe

__all__ = ["SlabArrays", "create_store", "empty_slab", "finish_store", "write_slab"]

_METADATA = "zarr.json"

# A chunk that is absent is then a chunk that was lost.
_EVERY_CHUNK: Any = {"write_empty_chunks": True}


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
            compressors=compressor(),
            fill_value=0.0 if spec.name == "coverage" else float("nan"),
            dimension_names=spec.dims,
            attributes=_attributes(spec, recipe),
            config=_EVERY_CHUNK,
        )


def write_slab(path: Path, start: int, slab: SlabArrays) -> None:
    """Write the arrays of consecutive galaxies; ``start`` must begin a chunk."""
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, values in slab._asdict().items():
        array = group[name]
        if not isinstance(array, zarr.Array):
            msg = f"{path}: {name} is not an array"
            raise TypeError(msg)
        array = array.with_config(_EVERY_CHUNK)
        array[start : start + len(values)] = values


def finish_store(
    path: Path,
    recipe: Recipe,
    rows: Sequence[Mapping[str, Any]],
    attributes: Mapping[str, Any],
) -> None:
    """Write coordinates and attributes, after which the store is complete.

    Parameters
    ----------
    path
        A store whose slabs were all written.
    recipe
        What it was made with.
    rows
        One per galaxy, in order: values of the galaxy coordinates by name, and the lists
        ``scaling_offset`` and ``scaling_scale``. What a row lacks is stored as missing.
    attributes
        Provenance, added to the attributes that the contract fixes.
    """
    # Zarr writes a small array to memory five times as quickly as to a disk, and there are many.
    small: dict[str, Buffer] = {}
    group = zarr.create_group(MemoryStore(small), zarr_format=3)
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS):
        _write(group, spec, recipe, [_present(row.get(spec.name), spec) for row in rows])
    channels = len(recipe.channels)
    for spec, default in zip(SCALINGS, (0.0, 1.0), strict=True):
        _write(group, spec, recipe, [row.get(spec.name) or [default] * channels for row in rows])
    for spec, values in zip(CHANNEL_COORDS, _channel_columns(recipe), strict=True):
        _write(group, spec, recipe, values)
    offsets = np.arange(recipe.npix) - (recipe.npix - 1) / 2
    for spec in PIXEL_COORDS:
        _write(group, spec, recipe, offsets)
    _copy(small, path)
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    every = (*GALAXY_COORDS, *QUALITY_COORDS, *CHANNEL_COORDS)
    coordinates = [spec.name for spec in every if spec.name not in spec.dims]
    group.attrs.update(
        {
            "contract": CONTRACT,
            "contract_version": CONTRACT_VERSION,
            "recipe": json.dumps(recipe.to_dict()),
            "recipe_digest": recipe.digest(),
            # Tells xarray which variables are coordinates.
            "coordinates": " ".join(coordinates),
            **attributes,
        }
    )
    _consolidate(path)


def _copy(small: Mapping[str, Buffer], path: Path) -> None:
    """Write arrays that were made in memory; the group's own metadata stay as they are."""
    for key, content in small.items():
        if key != _METADATA:
            file = path / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.to_bytes())


def _consolidate(path: Path) -> None:
    """Put a copy of all metadata into the root, where readers look for it first."""
    with warnings.catch_warnings():
        # Zarr 3 has no word on it yet; readers that do not know it lose nothing.
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=UserWarning)
        zarr.consolidate_metadata(path, zarr_format=3)


def _present(value: Any, spec: Variable) -> Any:
    return MISSING[spec.dtype] if value is None else value


def _write(group: zarr.Group, spec: Variable, recipe: Recipe, values: Any) -> None:
    dtype: Any = np.dtypes.StringDType() if spec.dtype == "str" else spec.dtype
    data = np.asarray(values, dtype=dtype)
    group.create_array(
        spec.name,
        data=data,
        chunks=tuple(max(n, 1) for n in data.shape),
        dimension_names=spec.dims,
        attributes=_attributes(spec, recipe),
        config=_EVERY_CHUNK,
    )


def _attributes(spec: Variable, recipe: Recipe) -> dict[str, Any]:
    attrs: dict[str, Any] = {"long_name": spec.long_name}
    if spec.units:
        attrs["units"] = spec.units
    if spec.name == "tensor":
        attrs["scaling_function"] = SCALING_FUNCTIONS[recipe.scaling]
    return attrs


def _channel_columns(recipe: Recipe) -> list[list[str]]:
    """Return the values of the channel coordinates, in the order of their rows."""
    channels = recipe.parsed_channels()
    return [
        [channel.name for channel in channels],
        [channel.units for channel in channels],
        [channel.long_name for channel in channels],
        [channel.family.quantity for channel in channels],
        [channel.family.extension for channel in channels],
        [channel.line for channel in channels],
        [channel.family.weight for channel in channels],
        [recipe.mask for _ in channels],
    ]
