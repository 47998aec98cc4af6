"""The bytes of a FITS file, compressed or not, read once and forwards.

Gzip has no random access, so a reader that wants speed goes through the stream once, keeps
what it wants and stops as soon as it may.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterator
from gzip import BadGzipFile
from io import FileIO
from pathlib import Path
from typing import Protocol, cast

from isal import igzip_threaded
from isal.igzip_lib import IsalError

from mangaxr.errors import CorruptFileError, MangaxrError, MissingFileError
from mangaxr.fits.hashed import HashedFile
from mangaxr.fits.limits import inflated_limit
from mangaxr.fits.remote import RemoteFile
from mangaxr.location import is_local, locate

__all__ = ["ByteSource", "GzipSource", "PlainSource", "open_source", "unreadable"]

# isal's stubs call its error class an instance.
_DAMAGE = (cast("type[Exception]", IsalError), BadGzipFile, OverflowError, MemoryError)
# Fewer, and ISA-L copies what it keeps of each for the next; more, and they leave the cache.
_PIECE = 1 << 20
# Every data unit of the survey fits. What is claimed beyond is believed as it arrives.
_PART = 1 << 22
_GZIP_MAGIC = b"\x1f\x8b"
_KNOWN_FLAGS = b"\x1f"
_FITS_MAGIC = b"SIMPLE  ="


class ByteSource(Protocol):
    """A forward-only run of bytes.

    ``has_crc`` tells whether the container can be checked, ``is_near`` whether what is not read
    yet is on this machine.
    """

    path: Path
    position: int
    has_crc: bool
    is_near: bool

    def read(self, size: int) -> bytes | memoryview:
        """Return exactly ``size`` bytes, or fewer at the end of the file."""

    def pieces(self, size: int) -> Iterator[bytes | memoryview]:
        """Give out the next ``size`` bytes, fewer at the end of the file, as they come."""

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes; return how many there were."""

    def unread_size(self) -> int:
        """Bytes of the file on disk that were not yet read."""

    def finish(self) -> None:
        """Read to the end and check what the container lets one check (the gzip CRC)."""

    def sha256(self) -> str:
        """Return the SHA-256 of the file, which was opened to be hashed; the last that is asked."""

    def close(self) -> None:
        """Release the file."""


class GzipSource:
    """A gzip file inflated with ISA-L, which releases the GIL.

    It is inflated up to a limit that grows with its size (`mangaxr.fits.limits`). Several members
    are one stream, as RFC 1952 (2.2) has it. With ``ahead``, another thread inflates the next
    piece or two, which pays for who goes to the end.
    """

    has_crc = True

    def __init__(
        self,
        path: Path,
        handle: FileIO | RemoteFile,
        size: int,
        *,
        ahead: bool = False,
        hashed: bool = False,
    ) -> None:
        self.path = path
        self.position = 0
        self.is_near = not isinstance(handle, RemoteFile)
        self._file = HashedFile(handle) if hashed else handle
        self._size = size
        self._limit = inflated_limit(size)
        self._is_ahead = ahead and self.is_near  # one that waits for a server cannot be stopped
        # Without a thread this is an IGzipFile.
        self._inflated = igzip_threaded.open(  # type: ignore[no-untyped-call]
            self._file, threads=int(self._is_ahead), block_size=_PIECE
        )

    def read(self, size: int) -> bytes:
        """Return exactly ``size`` inflated bytes, or fewer at the end of the stream."""
        if size <= _PART:
            return self._next(size)
        return b"".join(self._pieces(size, _PART))

    def pieces(self, size: int) -> Iterator[bytes]:
        """Inflate the next ``size`` bytes, piece by piece."""
        return self._pieces(size, _PIECE)

    def skip(self, size: int) -> int:
        """Inflate and drop ``size`` bytes; return how many there were."""
        return sum(map(len, self.pieces(size)))

    def unread_size(self) -> int:
        """Compressed bytes not yet read from disk."""
        return self._size - self._file.tell()

    def finish(self) -> None:
        """Inflate to the end of the stream, where the CRC and the length are checked."""
        while self._next(_PIECE):
            pass

    def sha256(self) -> str:
        """Return the SHA-256 of the compressed file; its rest is read, and not inflated."""
        if not isinstance(self._file, HashedFile):
            msg = f"{self.path}: was not opened to be hashed"
            raise TypeError(msg)
        if self._is_ahead:
            self.finish()  # two cannot read one file
        try:
            return self._file.hexdigest()
        except MangaxrError:
            raise
        except OSError as error:
            raise unreadable(self.path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._inflated.close()
        self._file.close()

    def _pieces(self, size: int, most: int) -> Iterator[bytes]:
        left = size
        while left and (piece := self._next(min(left, most))):
            left -= len(piece)
            yield piece

    def _next(self, size: int) -> bytes:
        """Inflate the next bytes; fewer than asked for at the end of the stream alone."""
        try:
            piece: bytes = self._inflated.read(size)
        except MangaxrError:
            raise
        except EOFError as error:
            reason = "the file ends in the middle of the stream"
            raise self._damaged(reason) from error
        except _DAMAGE as error:
            raise self._damaged(str(error)) from error
        except OSError as error:
            raise unreadable(self.path, error) from error
        self.position += len(piece)
        if self.position > self._limit:
            raise self._endless()
        return piece

    def _endless(self) -> CorruptFileError:
        msg = (
            f"{self.path}: inflates to more than {self._limit} bytes from {self._size}: no MAPS "
            f"file does; it is damaged or was made to fill memory, download it again"
        )
        return CorruptFileError(msg)

    def _damaged(self, reason: str) -> CorruptFileError:
        msg = (
            f"{self.path}: gzip stream is damaged after {self.position} inflated bytes "
            f"({reason}): download the file again"
        )
        return CorruptFileError(msg)


class PlainSource:
    """An uncompressed file in memory, or mapped to it; what is read is a view, not a copy."""

    has_crc = False
    is_near = True

    def __init__(self, path: Path, content: bytes | mmap.mmap) -> None:
        self.path = path
        self.position = 0
        self._view = memoryview(content)

    def read(self, size: int) -> memoryview:
        """Return a view of the next ``size`` bytes, shorter at the end of the file."""
        view = self._view[self.position : self.position + size]
        self.position += len(view)
        return view

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Give out a view of the next ``size`` bytes, in one piece."""
        yield self.read(size)

    def skip(self, size: int) -> int:
        """Move on by ``size`` bytes; return how many there were."""
        step = min(size, len(self._view) - self.position)
        self.position += step
        return step

    def unread_size(self) -> int:
        """Bytes behind the present position."""
        return len(self._view) - self.position

    def finish(self) -> None:
        """Go to the end; a plain file has no checksum of its own."""
        self.position = len(self._view)

    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return hashlib.sha256(self._view).hexdigest()

    def close(self) -> None:
        """Do nothing: the map closes itself when the last view of it is gone."""


def open_source(
    path: str | os.PathLike[str], *, ahead: bool = False, hashed: bool = False
) -> ByteSource:
    """Open a FITS file for reading forwards, by its first bytes rather than its name.

    Parameters
    ----------
    path
        ``.fits.gz`` or ``.fits``.
    ahead
        Inflate in a thread of its own: the file will be read to its end. A process that was told
        to use one thread (OMP_NUM_THREADS, as workers of a build or of dask are) does not.
    hashed
        Hash what is read of it.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If it is empty, unreadable, or neither gzip nor FITS.
    """
    file = locate(path)
    try:
        # The handle is owned by the source that is returned, which closes it.
        handle = open(file, "rb", buffering=0) if is_local(file) else RemoteFile(file)  # noqa: SIM115
    except MangaxrError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable(file, error) from error
    try:
        start = handle.read(len(_FITS_MAGIC))
        handle.seek(0)
        if start[:2] == _GZIP_MAGIC:
            _check_flags(file, start)
            ahead = ahead and _has_threads()
            return GzipSource(file, handle, _size_of(handle), ahead=ahead, hashed=hashed)
        if start == _FITS_MAGIC:
            content = _content_of(handle)
            handle.close()
            return PlainSource(file, content)
        raise CorruptFileError(_not_fits(file, start, handle.read(512)))
    except (OSError, ValueError) as error:
        handle.close()
        if isinstance(error, MangaxrError):
            raise
        raise unreadable(file, error) from error


def _has_threads() -> bool:
    """Whether a processor may be idle: among workers that fill them all a thread costs 8 %."""
    return os.environ.get("OMP_NUM_THREADS") != "1"


def _check_flags(path: Path, member: bytes) -> None:
    """Refuse a gzip member of a kind that there is not yet, as RFC 1952 (2.3.1.2) asks for.

    One of which so few bytes are at hand that its flags are not among them goes unchecked.
    """
    if member[3:4] > _KNOWN_FLAGS:
        msg = f"{path}: gzip header is damaged (flags {member[3]:#04x}): download the file again"
        raise CorruptFileError(msg)


def _size_of(handle: FileIO | RemoteFile) -> int:
    return handle.size if isinstance(handle, RemoteFile) else os.fstat(handle.fileno()).st_size


def _content_of(handle: FileIO | RemoteFile) -> bytes | mmap.mmap:
    """Map a file to memory, or fetch it if it is not on this machine."""
    if isinstance(handle, RemoteFile):
        return handle.read()
    return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)


def unreadable(path: Path, error: OSError | ValueError) -> MissingFileError | CorruptFileError:
    """Turn what the system says of a path into an error that names it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return MissingFileError(f"{path}: no such file")
    reason = (isinstance(error, OSError) and error.strerror) or error
    return CorruptFileError(f"{path}: cannot be read ({reason})")


def _not_fits(path: Path, start: bytes, head: bytes) -> str:
    if not start:
        return f"{path}: the file is empty: download it again"
    if b"<html" in head.lower() or b"<!doctype" in head.lower():
        return f"{path}: holds an HTML page, not FITS: the download failed, repeat it"
    return f"{path}: is neither FITS nor gzip (starts with {start[:8]!r}): download it again"
