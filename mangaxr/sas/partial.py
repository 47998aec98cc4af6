"""The unfinished file beside its place: ``NAME.part``, and what is known of the whole.

``NAME.part.json`` is written before the first byte of a body and says which version of the
file the bytes are of, so that only that version is ever continued.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mangaxr.errors import DownloadError
from mangaxr.locking import is_still_at

__all__ = ["Partial", "Version", "open_partial"]

_LOCK_EVERY = 0.2
"""Seconds between looks at a lock that somebody else holds."""
_SENDABLE = re.compile(r"[!-~][ -~]*")
"""What may be sent as a header."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a file the server has.

    Parameters
    ----------
    validator
        Strong ETag or, failing that, Last-Modified: what If-Range takes; empty if neither.
    size
        Bytes of the whole file; -1 if the server does not say.
    last_modified
        As the server says it.
    """

    validator: str = ""
    size: int = -1
    last_modified: str = ""

    @property
    def can_be_continued(self) -> bool:
        """Whether the rest of this version can be asked for."""
        return _SENDABLE.fullmatch(self.validator) is not None and self.size >= 0


class Partial:
    """An open ``.part`` file that nobody else writes to."""

    def __init__(self, final: Path, descriptor: int) -> None:
        self.final = final
        self.path = _part_of(final)
        self._descriptor = descriptor
        self._note = self.path.with_name(f"{self.path.name}.json")
        self.version = self._read_note()
        self.size = os.fstat(descriptor).st_size
        self.times_discarded = 0

    def _read_note(self) -> Version:
        try:
            content: Any = json.loads(self._note.read_text(encoding="utf-8"))
            return Version(
                str(content["validator"]), int(content["size"]), str(content["last_modified"])
            )
        except (OSError, ValueError, TypeError, KeyError):
            return Version()

    @property
    def complete(self) -> bool:
        """Whether every byte of the version is there."""
        return self.size == self.version.size

    def begin(self, version: Version) -> None:
        """Start from nothing with a version of the file."""
        self.discard()
        self.version = version
        beside = self._note.with_name(f"{self._note.name}.new")
        beside.write_text(json.dumps(asdict(version)), encoding="utf-8")
        beside.replace(self._note)

    def append(self, data: bytes) -> None:
        """Write more bytes; they are in the file when this returns.

        Raises
        ------
        DownloadError
            If the system refuses: a full disk, say.
        """
        view = memoryview(data)
        while view:
            try:
                written = os.pwrite(self._descriptor, view, self.size)
            except OSError as error:
                msg = f"{self.path}: cannot be written ({error.strerror})"
                raise DownloadError(msg) from error
            self.size += written
            view = view[written:]

    def discard(self) -> None:
        """Forget what is there.

        Raises
        ------
        DownloadError
            If it has got its final name meanwhile, which only happens without locks.
        """
        if not is_still_at(self.path, self._descriptor):
            msg = (
                f"{self.path}: another download took it over: on a file system without locks "
                f"run one at a time"
            )
            raise DownloadError(msg)
        self.times_discarded += self.size > 0
        os.ftruncate(self._descriptor, 0)
        self.size = 0
        self.version = Version()
        self._note.unlink(missing_ok=True)

    def remove(self) -> None:
        """Leave nothing behind, as the file is not needed."""
        if is_still_at(self.path, self._descriptor):
            self.discard()
            self.path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Put the file in its place, safe from a power cut."""
        os.fsync(self._descriptor)
        self.path.replace(self.final)
        self._note.unlink(missing_ok=True)
        folder = os.open(self.final.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def open_partial(final: Path, stop: threading.Event) -> Iterator[Partial]:
    """Open the ``.part`` of a file, alone: waits for whoever else is downloading it.

    Raises
    ------
    DownloadError
        If the wait is ended by `stop`.
    OSError
        If the folder cannot be made or written to.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    path = _part_of(final)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _lock(descriptor, path, stop)
            if is_still_at(path, descriptor):
                yield Partial(final, descriptor)
                return
        finally:
            os.close(descriptor)  # which gives up the lock


def _part_of(final: Path) -> Path:
    return final.with_name(f"{final.name}.part")


def _lock(descriptor: int, path: Path, stop: threading.Event) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if stop.wait(_LOCK_EVERY):
                msg = f"{path}: interrupted while another download of the file was going on"
                raise DownloadError(msg) from None
        except OSError:
            return  # a file system without locks: go on without
        else:
            return
