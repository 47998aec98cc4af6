"""FITS checksums: ones' complement sums of an HDU's 32-bit words.

Source: FITS Standard 4.0, appendix J.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mangaxr.fits.walk import HDUStart

__all__ = ["failed_sums", "ones_complement_sum", "sum_pieces"]

_ALL_ONES = 0xFFFFFFFF
_WORD = 4


def ones_complement_sum(data: bytes | memoryview) -> int:
    """Sum big-endian 32-bit words with end-around carry.

    Examples
    --------
    >>> ones_complement_sum(bytes.fromhex("ffffffff00000002"))
    2
    """
    return _with_carry(int(np.add.reduce(np.frombuffer(data, dtype=">u4"), dtype=np.uint64)))


def sum_pieces(pieces: Iterable[bytes | memoryview]) -> tuple[int, int]:
    """Sum what comes in pieces of any size; return how many bytes came, and the sum.

    A sum may be taken in parts, so that no data unit need be in memory as a whole: a cube of the
    DRP has 100 MB. Bytes at the end that make no whole word are left out.

    Examples
    --------
    >>> sum_pieces([bytes.fromhex("ffffff"), bytes.fromhex("ff00000002")])
    (8, 2)
    """
    found, total, rest = 0, 0, b""
    for piece in pieces:
        found += len(piece)
        missing = -len(rest) % _WORD  # of the word that the last piece ended in
        rest += bytes(piece[:missing])
        if len(rest) == _WORD:
            total += int.from_bytes(rest, "big")
            rest = b""
        # Copied where words would lie askew, which makes sums slow.
        words = memoryview(bytes(piece[missing:]) if missing else piece)
        end = len(words) - len(words) % _WORD
        total += ones_complement_sum(words[:end])
        rest += bytes(words[end:])
    return found, _with_carry(total)


def failed_sums(hdu: HDUStart, data_sum: int) -> str:
    """Name the checksum cards that do not agree with the bytes of an HDU.

    Parameters
    ----------
    hdu
        The HDU's header.
    data_sum
        Of its data unit with padding.

    Returns
    -------
    str
        ``""`` if all that are present agree, else ``"DATASUM"`` or ``"CHECKSUM"``.
    """
    stated = hdu.cards.text("DATASUM")
    if stated and stated != str(data_sum):
        return "DATASUM"
    if hdu.cards.text("CHECKSUM"):
        total = data_sum + ones_complement_sum(hdu.padded_header)
        if _with_carry(total) not in (0, _ALL_ONES):
            return "CHECKSUM"
    return ""


def _with_carry(total: int) -> int:
    """Add what is beyond 32 bits at the other end."""
    while total > _ALL_ONES:
        total = (total & _ALL_ONES) + (total >> 32)
    return total
