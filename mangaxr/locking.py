"""Files held by one process at a time; the system takes a lock back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

__all__ = ["is_still_at", "open_locked"]


def open_locked(path: Path) -> int | None:
    """Open a file, which is made if it is not there, and lock it.

    Parameters
    ----------
    path
        The file; its folder must exist.

    Returns
    -------
    int or None
        Handle of the open file; closing it lets go. None if another process holds it.

    Raises
    ------
    OSError
        If the file cannot be written, or the file system knows no locks.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_still_at(path, handle):
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its holder removed it when done: another one may hold a new file


def is_still_at(path: Path, handle: int) -> bool:
    """Say whether an open file is the one of that name: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
