"""Structure, of the files: every chunk is there and whole, and nothing else is."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mangaxr.store.contract import ARRAYS, all_variables
from mangaxr.store.layout import chunk_names
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.variables import sound_codecs

__all__ = ["RULES"]

_METADATA = "zarr.json"

_HEADER = struct.Struct("<4xIII")
"""Of a Blosc chunk: bytes before compression, of a block, and after compression with the header."""

_CRC = 4


def _lost(store: Evidence) -> Iterator[Found]:
    for spec in all_variables():
        if spec.name not in store.metadata:
            continue
        folder = store.path / spec.name
        lost = [n for n in chunk_names(store.metadata[spec.name]) if not (folder / n).is_file()]
        if lost:
            yield Found(spec.name, f"has lost {len(lost)} of its chunks ({lost[0]})")


def _whole(store: Evidence) -> Iterator[Found]:
    """Compare each large chunk's size with what its first bytes say; nothing is decoded."""
    for spec in ARRAYS:
        metadata = store.metadata.get(spec.name)
        if metadata is None or not sound_codecs(spec, metadata):
            continue
        for name in chunk_names(metadata):
            fault = _fault(store.path / spec.name / name, _bytes(metadata))
            if fault:
                yield Found(spec.name, f"{name} {fault}")


def _bytes(metadata: Mapping[str, Any]) -> int:
    """Return how many bytes of float32 a chunk holds."""
    shape: list[int] = metadata["chunk_grid"]["configuration"]["chunk_shape"]
    return 4 * math.prod(shape)


def _fault(file: Path, expected: int) -> str:
    try:
        with file.open("rb") as opened:
            head, size = opened.read(16), os.fstat(opened.fileno()).st_size
    except FileNotFoundError:
        return ""  # lost: another rule's
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    if len(head) < 16:
        return f"has {size} bytes, too few for any chunk"
    whole, _, compressed = _HEADER.unpack(head)
    if whole != expected:
        return f"says it holds {whole} bytes of values, not {expected}"
    if size != compressed + _CRC:
        return f"has {size} bytes, not {compressed + _CRC}"
    return ""


def _stray(store: Evidence) -> Iterator[Found]:
    for entry in sorted(os.scandir(store.path), key=lambda e: e.name):
        if not entry.is_dir(follow_symlinks=False):
            if entry.name != _METADATA:
                yield Found("store", f"holds the stray file {entry.name}")
            continue
        known: set[str] = set()
        if entry.name in store.metadata:
            known = {_METADATA, *chunk_names(store.metadata[entry.name])}
        elif (store.path / entry.name / _METADATA).is_file():
            continue  # an array whose metadata are damaged, or a group: not ours to list
        for name in _files(entry.path):
            if name not in known:
                yield Found("store", f"holds the stray file {entry.name}/{name}")


def _files(folder: str, below: str = "") -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, f"{below}{entry.name}/")
        else:
            yield below + entry.name


RULES = (
    StoreRule(
        id="MX118",
        level="structure",
        title="Every chunk has its file; an absent one would be read as missing values.",
        why="A copy broke off, or a disk lost files.",
        remedy="Copy the store again, or build it anew.",
        check=_lost,
    ),
    StoreRule(
        id="MX119",
        level="structure",
        title="Every chunk's file is as long as its first bytes say, for as many values as a "
        "chunk has.",
        why="A copy broke off within a file, or a file is another array's.",
        remedy="Copy the store again, or build it anew.",
        check=_whole,
    ),
    StoreRule(
        id="MX120",
        level="structure",
        title="There is no file that belongs to no array.",
        why="Something else wrote into the store, or a chunk was moved.",
        remedy="Remove the file, unless it is a chunk under a wrong name: then move it back.",
        check=_stray,
    ),
)
