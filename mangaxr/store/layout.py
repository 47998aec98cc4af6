"""Chunks and compression of a store, chosen by measurement.

A chunk is 64 galaxies of one channel: a mean over one channel reads only that channel, and
one task, which owns whole chunks, holds a few megabytes. Blosc with zstd at level 1 and a
byte shuffle halves the size at the least cost. A CRC behind each chunk makes a reader, any
reader, refuse one that was damaged.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from zarr.abc.codec import BytesBytesCodec
from zarr.codecs import BloscCodec, Crc32cCodec, ZstdCodec

__all__ = [
    "COMPRESSION",
    "SLAB",
    "array_chunks",
    "by_chunk",
    "chunk_names",
    "codecs_of_arrays",
    "codecs_of_rows",
    "slabs",
]

SLAB = 64
"""Galaxies per chunk, and per unit of work."""

COMPRESSION: Mapping[str, tuple[Mapping[str, Any], ...]] = MappingProxyType(
    {
        "arrays": (
            {
                "name": "blosc",
                "configuration": {"cname": "zstd", "clevel": 1, "shuffle": "shuffle"},
            },
            {"name": "crc32c"},
        ),
        "rows": ({"name": "zstd", "configuration": {"level": 0}}, {"name": "crc32c"}),
    }
)
"""Codecs behind the bytes of tensor, ivar and coverage, and of everything else, by Zarr's names."""

_CODECS: dict[str, type[BytesBytesCodec]] = {
    "blosc": BloscCodec,
    "crc32c": Crc32cCodec,
    "zstd": ZstdCodec,
}


def array_chunks(galaxies: int, npix: int) -> tuple[int, int, int, int]:
    """Chunk shape of tensor, ivar and coverage."""
    return (min(SLAB, max(galaxies, 1)), 1, npix, npix)


def codecs_of_arrays() -> tuple[BytesBytesCodec, ...]:
    """Codecs of tensor, ivar and coverage."""
    return _codecs("arrays")


def codecs_of_rows() -> tuple[BytesBytesCodec, ...]:
    """Codecs of everything else."""
    return _codecs("rows")


def _codecs(kind: str) -> tuple[BytesBytesCodec, ...]:
    return tuple(_CODECS[row["name"]](**row.get("configuration", {})) for row in COMPRESSION[kind])


def slabs(galaxies: int) -> list[range]:
    """Split galaxies into the ranges that fill whole chunks.

    Examples
    --------
    >>> slabs(100)
    [range(0, 64), range(64, 100)]
    """
    return [range(i, min(i + SLAB, galaxies)) for i in range(0, galaxies, SLAB)]


def by_chunk(places: Iterable[int]) -> Iterator[list[int]]:
    """Group galaxies by the chunk that they are in.

    Examples
    --------
    >>> list(by_chunk([3, 5, 64]))
    [[3, 5], [64]]
    """
    for _, some in itertools.groupby(sorted(places), key=lambda place: place // SLAB):
        yield list(some)


def chunk_names(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Name the files of all chunks of an array, below its folder.

    Examples
    --------
    >>> grid = {"configuration": {"chunk_shape": [2, 4]}}
    >>> list(chunk_names({"shape": [3, 4], "chunk_grid": grid}))
    ['c/0/0', 'c/1/0']
    """
    chunks = metadata["chunk_grid"]["configuration"]["chunk_shape"]
    grid = [range(-(-n // c)) for n, c in zip(metadata["shape"], chunks, strict=True)]
    for place in itertools.product(*grid):
        yield "/".join(("c", *map(str, place)))
