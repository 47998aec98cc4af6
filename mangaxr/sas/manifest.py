"""The record of what was downloaded: a line of JSON per file, only ever added to."""

from __future__ import annotations

import json
import logging
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mangaxr.sas.records import LEVELS, Level

__all__ = ["MANIFEST", "Entry", "Manifest"]

logger = logging.getLogger(__name__)

MANIFEST = PurePosixPath(".mangaxr", "downloads.jsonl")
"""Where it is, below the SAS root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a file that was whole when it was looked at.

    Parameters
    ----------
    path
        Below the SAS root.
    size, modified
        Bytes, and the time of the last change in nanoseconds: as long as both are the
        same, so is the file.
    sha256
        Of the file.
    verified
        How thoroughly it was looked at.
    url, validator, last_modified, time
        Where it came from and when; empty for a file that was there already.
    """

    path: str
    size: int
    modified: int
    sha256: str
    verified: Level
    url: str = ""
    validator: str = ""
    last_modified: str = ""
    time: str = ""

    def describes(self, file: Path, level: Level) -> bool:
        """Whether a file is still this one, and was looked at as thoroughly as wanted."""
        try:
            found = file.stat()
        except OSError:
            return False
        same = (found.st_size, found.st_mtime_ns) == (self.size, self.modified)
        return same and LEVELS.index(self.verified) >= LEVELS.index(level)


class Manifest:
    """The manifest of a SAS root; the last line about a path is what holds.

    In a tree that may only be read nothing is written, and files are looked at each time.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / MANIFEST
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._writable = True
        try:
            lines = self._file.read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            entry = _parse(line)
            if entry is not None:
                self._entries[entry.path] = entry

    def find(self, path: PurePosixPath | str) -> Entry | None:
        """Return what is known of a file."""
        return self._entries.get(str(path))

    def add(self, entry: Entry) -> None:
        """Add a line, in one write, so that lines of several programs do not mix."""
        with self._lock:
            self._entries[entry.path] = entry
            try:
                self._write(entry)
            except OSError as error:
                if self._writable:
                    logger.warning("%s: cannot be written (%s)", self._file, error.strerror)
                self._writable = False

    def _write(self, entry: Entry) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(asdict(entry), sort_keys=True).encode() + b"\n"
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(handle, _separator(self._file) + line)
        finally:
            os.close(handle)


def _separator(file: Path) -> bytes:
    """Return a line end if the last line was torn, so that only that one is lost."""
    with file.open("rb") as handle:
        if handle.seek(0, os.SEEK_END) == 0:
            return b""
        handle.seek(-1, os.SEEK_END)
        return b"" if handle.read(1) == b"\n" else b"\n"


def _parse(line: bytes) -> Entry | None:
    """Read a line; None for one that was torn by a crash."""
    try:
        content: Any = json.loads(line)
        entry = Entry(**content)
    except (ValueError, TypeError):
        return None
    return entry if entry.verified in LEVELS else None
