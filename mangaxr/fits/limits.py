"""How much a file may be believed: bounds on what reading it takes in memory and in time.

A header is a claim, and a few bytes of gzip can inflate to gigabytes. Memory is given for
bytes that have arrived and not for claims, and every count of what arrives has an end. The
bounds are several times what the survey's files need, and finite.
"""

from __future__ import annotations

__all__ = [
    "INFLATED_FREE",
    "INFLATED_PER_BYTE",
    "MAX_AXES",
    "MAX_DATA_BYTES",
    "MAX_HDUS",
    "MAX_HEADERS_BYTES",
    "MAX_HEADER_BYTES",
    "MAX_PADDING",
    "MEMORY_FREE",
    "MEMORY_PER_INFLATED",
    "inflated_limit",
]

INFLATED_FREE = 1 << 28
"""Bytes that any file may inflate to (256 MiB); the survey's largest have 42 MB."""

INFLATED_PER_BYTE = 128
"""Bytes beyond them for each compressed one; files of the survey have 4 to 50."""

MAX_DATA_BYTES = 1 << 28
"""Largest data unit (256 MiB); the survey's largest have 1.2 MB."""

MAX_HEADER_BYTES = 1 << 19
"""Longest header of one HDU (512 KiB, 6,500 cards); the survey's longest have 14 KB."""

MAX_HEADERS_BYTES = 1 << 23
"""All headers of a file together (8 MiB); the survey's have 0.5 MB."""

MAX_HDUS = 512
"""HDUs of a file; the survey's have 64."""

MAX_AXES = 8
"""Axes of an array; maps have two or three."""

MAX_PADDING = 1 << 24
"""Zeros behind the last HDU (16 MiB); the survey's files have none, tapes had 28 KB."""

MEMORY_FREE = 1 << 25
"""Memory that reading any file may take (32 MiB)."""

MEMORY_PER_INFLATED = 3
"""Bytes of memory beyond it for each byte that has arrived, inflated."""


def inflated_limit(size: int) -> int:
    """Return how many bytes a gzip file may inflate to.

    Parameters
    ----------
    size
        Bytes of the file as it is on disk.

    Examples
    --------
    >>> inflated_limit(1_000_000)
    396435456
    """
    return INFLATED_FREE + INFLATED_PER_BYTE * size
