"""FITS checksums: ones' complement sums of an HDU's 32-bit words.

Source: FITS Standard 4.0, appendix J.
"""

from __future__ import annotations

import numpy as np

from mangaxr.fits.walk import HDUStart

__all__ = ["failed_sums", "ones_complement_sum"]

_ALL_ONES = 0xFFFFFFFF


def ones_complement_sum(data: bytes | memoryview) -> int:
    """Sum big-endian 32-bit words with end-around carry.

    Examples
    --------
    >>> ones_complement_sum(bytes.fromhex("ffffffff00000002"))
    2
    """
    total = int(np.frombuffer(data, dtype=">u4").sum(dtype=np.uint64))
    while total > _ALL_ONES:
        total = (total & _ALL_ONES) + (total >> 32)
    return total


def failed_sums(hdu: HDUStart, data: bytes | memoryview) -> str:
    """Name the checksum cards that do not agree with the bytes of an HDU.

    Parameters
    ----------
    hdu
        The HDU's header.
    data
        Its data unit with padding.

    Returns
    -------
    str
        ``""`` if all that are present agree, else ``"DATASUM"`` or ``"CHECKSUM"``.
    """
    data_sum = ones_complement_sum(data)
    stated = hdu.cards.text("DATASUM")
    if stated and stated != str(data_sum):
        return "DATASUM"
    if hdu.cards.text("CHECKSUM"):
        total = data_sum + ones_complement_sum(hdu.padded_header)
        if (total & _ALL_ONES) + (total >> 32) not in (0, _ALL_ONES):
            return "CHECKSUM"
    return ""
