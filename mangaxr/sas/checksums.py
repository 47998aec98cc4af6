"""The archive's own checksum files: ``*.sha1sum`` beside or above a file.

They are used where there are any, and never needed. A server is asked for the listing of
each folder once, from the release's folder down to the plate's; a server that shows no
listing of the first is not asked again.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from mangaxr.errors import CorruptFileError

__all__ = ["Checksums"]

_SUFFIX = ".sha1sum"
_LINK = re.compile(r'href="([A-Za-z0-9_][A-Za-z0-9_.-]*\.sha1sum)"')
_LINE = re.compile(r"([0-9a-f]{40})[ *]+(\S.*)")
_VERSION_DEPTH = 5
"""Parts of a path down to a release's folder: ``dr17/manga/spectro/redux/v3_1_1``."""
_LISTING, _SUMS = 1 << 20, 1 << 26
"""Bytes that a listing, or a checksum file, may have."""

Fetch = Callable[[str, int], str | None]


class Checksums:
    """SHA-1 sums by path below the SAS root, looked up when they are wanted.

    Parameters
    ----------
    root
        Local SAS root, whose checksum files are used as well.
    fetch
        From a path below the SAS root and a number of bytes to a text on the server;
        None if it has none.
    """

    def __init__(self, root: Path, fetch: Fetch) -> None:
        self._root = root
        self._fetch = fetch
        self._sums: dict[PurePosixPath, str] = {}
        self._seen: set[PurePosixPath] = set()
        self._listed = True
        self._lock = threading.Lock()

    def check(self, path: PurePosixPath, file: Path) -> None:
        """Compare a file with the archive's checksum, if there is one.

        Raises
        ------
        CorruptFileError
            If they differ.
        """
        with self._lock:
            for folder in _folders(path):
                if folder not in self._seen:
                    self._seen.add(folder)
                    self._read(folder)
            expected = self._sums.get(path)
        if expected is None:
            return
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha1").hexdigest()
        if found != expected:
            msg = f"{path}: SHA-1 {found}: the archive's checksum file says {expected}"
            raise CorruptFileError(msg)

    def _read(self, folder: PurePosixPath) -> None:
        """Read what a folder has, here and on the server."""
        local = sorted((self._root / folder).glob(f"*{_SUFFIX}"))
        for file in local:
            self._take(folder, file.read_text(encoding="utf-8", errors="replace"))
        if local or not self._listed:
            return
        listing = self._fetch(f"{folder}/", _LISTING)
        if listing is None:
            self._listed = False
            return
        for name in dict.fromkeys(_LINK.findall(listing)):
            text = self._fetch(f"{folder}/{name}", _SUMS)
            self._take(folder, text or "")

    def _take(self, folder: PurePosixPath, text: str) -> None:
        for line in text.splitlines():
            match = _LINE.fullmatch(line.strip())
            if match:
                self._sums.setdefault(folder / match[2].removeprefix("./"), match[1])


def _folders(path: PurePosixPath) -> Iterable[PurePosixPath]:
    """Return the folders to look at: a galaxy's own is not, to spare as many requests."""
    parents = [folder for folder in path.parents if len(folder.parts) >= _VERSION_DEPTH]
    deep = len(parents) > 1
    return reversed(parents[1:] if deep else parents)
