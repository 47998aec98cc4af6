"""A file's SHA-256, taken of its bytes as they pass: it is not read twice for it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import FileIO, RawIOBase
from typing import Any

from mangaxr.fits.remote import RemoteFile

__all__ = ["HashedFile"]


class HashedFile(RawIOBase):
    """A file that is read from its start to its end, and hashed.

    Parameters
    ----------
    handle
        The file, at its start.
    beside
        Hash in a thread of its own.
    """

    def __init__(self, handle: FileIO | RemoteFile, *, beside: bool) -> None:
        self._handle = handle
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(1) if beside else None

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or the beginning of it, with the next bytes; 0 at the end only."""
        view = memoryview(buffer)
        number = self._handle.readinto(view)
        if self._thread is None:
            self._digest.update(view[:number])
        else:
            self._thread.submit(self._digest.update, bytes(view[:number]))
        return number

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._handle.tell()

    def hexdigest(self) -> str:
        """Return the SHA-256 of what was read, in hexadecimal."""
        if self._thread is not None:
            self._thread.shutdown()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
        self._handle.close()
        super().close()
