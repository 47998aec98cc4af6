"""A file's SHA-256, taken of its bytes as they pass: it is not read twice for it."""

from __future__ import annotations

import hashlib
from io import FileIO, RawIOBase
from typing import Any

from mangaxr.fits.remote import RemoteFile

__all__ = ["HashedFile"]

_PIECE = 1 << 18  # stays in the cache


class HashedFile(RawIOBase):
    """A file that is read from its start, and hashed.

    Parameters
    ----------
    handle
        The file, at its start.
    """

    def __init__(self, handle: FileIO | RemoteFile) -> None:
        self._handle = handle
        self._digest = hashlib.sha256()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or the beginning of it, with the next bytes; 0 at the end only."""
        view = memoryview(buffer)
        number = self._handle.readinto(view)
        self._digest.update(view[:number])
        return number

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._handle.tell()

    def hexdigest(self) -> str:
        """Read what is left of the file; return the SHA-256 of all of it, in hexadecimal."""
        rest = bytearray(_PIECE)
        while self.readinto(rest):
            pass
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._handle.close()
        super().close()
