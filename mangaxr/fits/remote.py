"""A file behind a URL, read forwards as one on this machine is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["RemoteFile"]

_PIECE = 1 << 16


class RemoteFile:
    """An open file of an fsspec file system.

    Parameters
    ----------
    path
        Of `mangaxr.location.locate`, for a URL.

    Raises
    ------
    OSError
        Here and in each method, whatever the file system raises: every one has errors of
        its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None
        self._place = 0
        self._file = self._do(path.open, "rb")
        self.size: int = self._do(path.stat).st_size

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; fewer than asked for at the end only."""
        data: bytes = self._do(self._file.read, size)
        self._place += len(data)
        return data

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer, or the beginning of it, with the next bytes; 0 at the end only."""
        # No more than is soon wanted: whoever stops early leaves the rest on the server.
        data = self.read(min(len(buffer), _PIECE))
        buffer[: len(data)] = data
        return len(data)

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place."""
        self._place = int(self._do(self._file.seek, offset, whence))
        return self._place

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._do(self._file.close)

    def _do(self, call: Any, *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except OSError:
            raise
        except Exception as error:  # aiohttp's, botocore's and their like
            msg = f"{type(error).__name__}: {error}"
            raise OSError(None, msg, str(self._path)) from error
