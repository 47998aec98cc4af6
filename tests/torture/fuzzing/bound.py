"""What a read may allocate, as the reader's limits declare it."""

from __future__ import annotations

from mangaxr.fits.limits import MEMORY_FREE, MEMORY_PER_INFLATED

__all__ = ["allowed_bytes"]


def allowed_bytes(inflated: int) -> int:
    """Return what reading a file may allocate, by the bytes that it inflates to.

    Parameters
    ----------
    inflated
        Those bytes, up to where the reader has to stop.
    """
    return MEMORY_FREE + MEMORY_PER_INFLATED * inflated
