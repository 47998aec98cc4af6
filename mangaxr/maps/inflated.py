"""Files held inflated in memory, so that a lazily opened file is inflated once.

Gzip has no random access, and the headers of the last extensions lie at the end of the
stream: whoever wants to know all variables has inflated the whole file. What was inflated
is therefore kept, in a cache bounded in bytes, until the planes are asked for. Opening and
touching every plane of a file costs one inflation; so does each worker process that meets
the file, since tasks carry paths and not data.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from mangaxr.errors import CorruptFileError
from mangaxr.fits.source import unreadable
from mangaxr.location import locate
from mangaxr.maps.stream import RawMaps, read_maps

__all__ = ["CACHE_BYTES", "FileKey", "inflated"]

CACHE_BYTES = 1 << 27
"""Inflated bytes kept at most (128 MiB: three of the largest files)."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """A file as it was when it was opened, and which of its extensions are wanted."""

    path: Path
    size: int
    modified: int
    wanted: tuple[str, ...] | None
    optional: tuple[str, ...] = ()
    verify: bool = False

    @classmethod
    def of(
        cls,
        path: str | os.PathLike[str],
        wanted: tuple[str, ...] | None = None,
        *,
        optional: tuple[str, ...] = (),
        verify: bool = False,
    ) -> FileKey:
        """Describe the file as it is now.

        Raises
        ------
        MissingFileError
            If there is no such file.
        CorruptFileError
            If the system cannot say.
        """
        file = locate(path).absolute()
        try:
            status = file.stat()
        except (OSError, ValueError) as error:
            raise unreadable(file, error) from error
        return cls(file, status.st_size, status.st_mtime_ns, wanted, optional, verify)

    def check_unchanged(self) -> None:
        """Refuse to go on with a file that is not the one that was opened.

        Raises
        ------
        CorruptFileError
            If its size or time of change differ.
        MissingFileError
            If it is gone.
        """
        now = FileKey.of(self.path)
        if (now.size, now.modified) != (self.size, self.modified):
            msg = f"{self.path}: changed since it was opened: open it again"
            raise CorruptFileError(msg)


_lock = Lock()
_cache: OrderedDict[FileKey, Future[RawMaps]] = OrderedDict()


def inflated(key: FileKey) -> RawMaps:
    """Return a file's content, inflating it if no thread of this process has done so.

    Raises
    ------
    CorruptFileError
        If the file changed since it was opened, or is damaged.
    MissingFileError
        If it is gone.
    """
    key.check_unchanged()
    with _lock:
        future = _cache.get(key)
        mine = future is None
        if future is None:
            future = _cache[key] = Future()
        _cache.move_to_end(key)
    if mine:
        try:
            future.set_result(_load(key))
        except BaseException as error:
            with _lock:
                _cache.pop(key, None)
            future.set_exception(error)
            raise
        _evict()
    return future.result()


def _load(key: FileKey) -> RawMaps:
    wanted = None if key.wanted is None else dict.fromkeys(key.wanted)
    return read_maps(key.path, wanted, optional=key.optional, verify=key.verify)


def _evict() -> None:
    """Drop what was used longest ago until the rest fits; the newest always stays."""
    with _lock:
        done = [(key, future.result()) for key, future in _cache.items() if future.done()]
        total = sum(_size(raw) for _, raw in done)
        for key, raw in done[:-1]:
            if total <= CACHE_BYTES:
                break
            total -= _size(raw)
            del _cache[key]


def _size(raw: RawMaps) -> int:
    return sum(extension.data.nbytes for extension in raw.extensions.values())
