"""Arrays of a Zarr group by the rows of a contract: made empty, written in slabs, finished."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zarr
from zarr.core.buffer import Buffer
from zarr.storage import MemoryStore

from mangaxr.errors import StoreError, one_line
from mangaxr.store.contract import Variable
from mangaxr.store.durable import remove_torn
from mangaxr.store.layout import codecs_of_arrays, codecs_of_rows

__all__ = [
    "EVERY_CHUNK",
    "EmptyArray",
    "SmallArray",
    "column_of",
    "create_arrays",
    "finish_group",
    "read_arrays",
    "with_every_chunk",
    "write_arrays",
    "write_small",
]

EVERY_CHUNK: Any = {"write_empty_chunks": True}
"""A chunk that is absent is then a chunk that was lost."""

_METADATA = "zarr.json"


class EmptyArray(NamedTuple):
    """A large array that is yet to be filled.

    Parameters
    ----------
    spec
        Its row of the contract.
    shape, chunks
        Its size, and that of its chunks.
    fill_value
        What a chunk that was never written is read as.
    attributes
        Its attributes.
    """

    spec: Variable
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    fill_value: float
    attributes: Mapping[str, Any]


class SmallArray(NamedTuple):
    """An array of one chunk: its row of the contract, its values and its attributes."""

    spec: Variable
    values: npt.NDArray[Any]
    attributes: Mapping[str, Any]


def create_arrays(path: Path, arrays: Iterable[EmptyArray]) -> None:
    """Make a group of empty arrays; what is there already is replaced."""
    group = zarr.create_group(path, zarr_format=3, overwrite=True)
    for array in arrays:
        group.create_array(
            array.spec.name,
            shape=array.shape,
            dtype=array.spec.dtype,
            chunks=array.chunks,
            compressors=codecs_of_arrays(),
            fill_value=array.fill_value,
            dimension_names=array.spec.dims,
            attributes=dict(array.attributes),
            config=EVERY_CHUNK,
        )


def write_arrays(path: Path, start: int, values: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write consecutive rows of arrays by name; ``start`` must begin a chunk."""
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, rows in values.items():
        array = with_every_chunk(_array(group, name))
        array[start : start + len(rows)] = rows


def read_arrays(
    path: Path, rows: Sequence[int], names: Iterable[str]
) -> list[npt.NDArray[np.float32]]:
    """Read rows of arrays, each chunk once.

    Parameters
    ----------
    path
        The group.
    rows
        Their places, increasing.
    names
        Of the arrays.

    Raises
    ------
    StoreError
        If a chunk cannot be read.
    """
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        chosen = np.asarray(rows)
        parts = (_array(group, name).oindex[chosen] for name in names)
        return [np.asarray(part, dtype=np.float32) for part in parts]
    except (ValueError, RuntimeError, OSError) as error:
        msg = f"{path}: a chunk cannot be read ({one_line(error)})"
        raise StoreError(msg) from error


def column_of(spec: Variable, values: Sequence[Any]) -> npt.NDArray[Any]:
    """Return values, None for a missing one, as an array of a variable's type."""
    dtype: Any = np.dtypes.StringDType() if spec.dtype == "str" else spec.dtype
    return np.asarray(spec.filled(values), dtype=dtype)


def write_small(path: Path, arrays: Iterable[SmallArray]) -> None:
    """Write small arrays beside the large ones.

    Zarr writes a small array to memory five times as quickly as to a disk, and there are many.
    """
    remove_torn(path)
    small: dict[str, Buffer] = {}
    group = zarr.create_group(MemoryStore(small), zarr_format=3)
    for spec, values, attributes in arrays:
        group.create_array(
            spec.name,
            data=values,
            chunks=tuple(max(n, 1) for n in values.shape),
            compressors=codecs_of_rows(),
            dimension_names=spec.dims,
            attributes=dict(attributes),
            config=EVERY_CHUNK,
        )
    for key, content in small.items():
        if key != _METADATA:  # the group's own stay as they are
            _put(path / key, content)


def _put(file: Path, content: Buffer) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.to_bytes())


def finish_group(path: Path, attributes: Mapping[str, Any]) -> None:
    """Write the group's attributes, and put a copy of all metadata into its root."""
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    group.attrs.update(dict(attributes))
    with warnings.catch_warnings():
        # Zarr 3 has no word on it yet; readers that do not know it lose nothing.
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=UserWarning)
        zarr.consolidate_metadata(path, zarr_format=3)


def with_every_chunk(array: zarr.Array[Any]) -> zarr.Array[Any]:
    """Return the array as one that leaves no chunk out; `with_config` came with zarr 3.1.6."""
    metadata: Any = array.metadata
    return zarr.Array(zarr.AsyncArray(metadata, array.store_path, config=EVERY_CHUNK))


def _array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    array = group[name]
    if not isinstance(array, zarr.Array):
        msg = f"{group.store_path}: {name} is not an array"
        raise StoreError(msg)
    return array
