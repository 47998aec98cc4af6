"""One writer at a time: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from mangaxr.errors import BuildError

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
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 4096, 0)
            os.close(handle)
            msg = f"{what}: {_who(holder)} is writing here: wait for it, or choose another name"
            raise BuildError(msg) from None
        if _is_still_there(handle, path):
            break
        os.close(handle)  # its holder removed it when done: another one may hold a new file
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(_me()).encode(), 0)
    return handle


def _is_still_there(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


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


def _who(content: bytes) -> str:
    """Describe the holder by what it wrote."""
    try:
        me = json.loads(content)
        return (
            f"another build (process {me['process']} of {me['user']} on {me['host']} since "
            f"{me['since']}: {me['command']})"
        )
    except (ValueError, KeyError, TypeError):
        return "another build"
