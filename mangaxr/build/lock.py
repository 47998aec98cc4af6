"""One build at a time, which says who it is to those that come too late."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from mangaxr.errors import BuildError
from mangaxr.locking import open_locked

__all__ = ["take_lock"]


def take_lock(path: Path, what: Path) -> int:
    """Take a lock, and write into its file who holds it.

    Parameters
    ----------
    path
        The lock's file; its folder must exist.
    what
        What the lock is for, to be named in the message.

    Returns
    -------
    int
        Handle of the open file; closing it lets go.

    Raises
    ------
    BuildError
        If another process holds it.
    """
    handle = open_locked(path)
    if handle is None:
        msg = f"{what}: {_who(path)} is writing here: wait for it, or choose another name"
        raise BuildError(msg)
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(_me()).encode(), 0)
    return handle


def _me() -> dict[str, str | int]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = str(os.getuid())
    return {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "user": user,
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }


def _who(path: Path) -> str:
    """Describe the holder by what it wrote."""
    try:
        me = json.loads(path.read_bytes())
        return (
            f"another build (process {me['process']} of {me['user']} on {me['host']} since "
            f"{me['since']}: {me['command']})"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "another build"
