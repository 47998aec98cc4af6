"""Is a file whole? Sizes, gzip checksums, FITS checksums; and its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mangaxr.errors import CorruptFileError
from mangaxr.fits.checksum import failed_sums, sum_pieces
from mangaxr.fits.source import ByteSource, open_source
from mangaxr.fits.walk import walk_hdus
from mangaxr.sas.records import Level

__all__ = ["check_start", "sha256_of", "verify_file"]

_GZIP, _FITS = b"\x1f\x8b", b"SIMPLE"
_START = 512


def check_start(name: str, start: bytes) -> None:
    """Check the first bytes of a file against its name.

    Raises
    ------
    CorruptFileError
        If they are a web page's, or of another kind of file.
    """
    lowered = start[:_START].lower()
    if b"<html" in lowered or b"<!doctype" in lowered:
        msg = f"{name}: a web page came instead of the file"
        raise CorruptFileError(msg)
    expected, kind = (_GZIP, "gzip") if name.endswith(".gz") else (_FITS, "FITS")
    if not start.startswith(expected[: len(start)]) or not start:
        msg = f"{name}: starts with {start[:8]!r}: expected a {kind} file"
        raise CorruptFileError(msg)


def verify_file(path: Path, level: Level, *, size: int = -1, name: str = "") -> None:
    """Check a file.

    Parameters
    ----------
    path
        The file.
    level
        ``size``: its size and first bytes. ``gzip``: that every HDU is there, and the CRC
        and length of the compressed stream. ``fits``: also the DATASUM and CHECKSUM of
        every HDU that has them.
    size
        Bytes it should have; -1 if nobody knows.
    name
        What it is called, if that is not (yet) the name of the path.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If it is not whole.
    """
    source = open_source(path, ahead=level != "size")
    try:
        found = path.stat().st_size
        if size >= 0 and found != size:
            msg = f"{path}: {found} bytes: expected {size}"
            raise CorruptFileError(msg)
        with path.open("rb") as file:
            check_start(name or path.name, file.read(_START))
        if level != "size":
            _walk(source, sums=level == "fits")
            source.finish()
    finally:
        source.close()


def _walk(source: ByteSource, *, sums: bool) -> None:
    """Go through every HDU to the end of the file.

    Raises
    ------
    CorruptFileError
        If one is cut short, or is not what its checksums say.
    """
    for hdu in walk_hdus(source):
        pieces = source.pieces(hdu.padded_size)
        found, total = sum_pieces(pieces) if sums else (sum(map(len, pieces)), 0)
        if found < hdu.padded_size:
            msg = f"{source.path}: truncated in the data of {hdu.name}"
            raise CorruptFileError(msg)
        failed = failed_sums(hdu, total) if sums else ""
        if failed:
            msg = f"{source.path}: {hdu.name} does not agree with its {failed}"
            raise CorruptFileError(msg)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
