"""Rows of an unfinished table on disk, a line of JSON each, so that a run can go on.

The first line says what the rows were made with; rows of anything else are forgotten. A
row counts as long as its file is the one that it was made from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mangaxr.build.items import Source
from mangaxr.build.journal import fingerprint
from mangaxr.build.rows import Row
from mangaxr.errors import BuildError
from mangaxr.locking import open_locked

__all__ = ["RowLog"]


class RowLog:
    """The rows that are done; also the lock that keeps a second run out.

    Parameters
    ----------
    path
        The file; none keeps nothing.
    settings
        All that decides the rows besides the files, as plain JSON values.

    Raises
    ------
    BuildError
        If another run is writing to it, or it cannot be written.
    """

    def __init__(self, path: Path | None, settings: Mapping[str, Any]) -> None:
        self._path = path
        self._rows: dict[str, tuple[list[Any], Row]] = {}
        self._handle = -1
        if path is None:
            return
        try:
            handle = open_locked(path)
        except OSError as error:
            msg = f"{path}: cannot be written ({error.strerror})"
            raise BuildError(msg) from error
        if handle is None:
            msg = f"{path}: another run is writing here: wait for it"
            raise BuildError(msg)
        self._handle = handle
        self._load(json.loads(json.dumps(settings)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def find(self, source: Source) -> Row | None:
        """Return the row of a galaxy, if it is known and its file has not changed."""
        if source.galaxy not in self._rows:
            return None  # without a look at the file, which may be far away
        mark, row = self._rows[source.galaxy]
        return row if mark == fingerprint(source.path) else None

    def add(self, source: Source, row: Row) -> None:
        """Keep a row."""
        if self._handle >= 0:
            self._append({"galaxy": source.galaxy, "file": fingerprint(source.path), "row": row})

    def finish(self) -> None:
        """Remove the file: the table is where it belongs."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _load(self, settings: Any) -> None:
        """Read what is there, up to a line that was torn; begin anew if it is of other settings."""
        with open(self._handle, "rb", closefd=False) as file:
            lines = file.read().split(b"\n")
        kept = 0
        for number, line in enumerate(lines[:-1]):
            try:
                content = json.loads(line)
                if number == 0 and content != settings:
                    break
                if number:
                    self._rows[content["galaxy"]] = (content["file"], content["row"])
            except (ValueError, KeyError, TypeError):
                break
            kept += len(line) + 1
        os.ftruncate(self._handle, kept)
        os.lseek(self._handle, kept, os.SEEK_SET)
        if not kept:
            self._append(settings)

    def _append(self, content: Any) -> None:
        os.write(self._handle, json.dumps(content).encode() + b"\n")
