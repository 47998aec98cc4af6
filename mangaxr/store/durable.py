"""Files that survive a power cut: on the disk, not just on their way to it."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["exchange", "put_json", "remove_torn", "sync_folder", "sync_tree"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_TORN = "*.partial"
"""What Zarr calls a file that it has not yet given its name."""

_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def put_json(path: Path, content: Any) -> None:
    """Write a JSON file so that it is there whole, or as it was before."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content))  # ten times as quickly as json.dump
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(root: Path) -> None:
    """Wait until all files below a folder are on the disk, and their names."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # One call for the file system takes a tenth of the time of one for each small file.
        if _libc("syncfs", handle) is not None:
            return
    finally:
        os.close(handle)
    for folder, _, files in os.walk(root):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(folder))


def remove_torn(root: Path) -> None:
    """Remove what a process that died had not yet written whole, from the arrays below a folder."""
    for file in list(root.rglob(_TORN)):
        file.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two directories change places, at once; return whether the system can.

    Raises
    ------
    OSError
        If it can and does not.
    """
    names = os.fsencode(one), os.fsencode(other)
    arguments = (_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    return _libc("renameat2", *arguments) is not None


def _libc(name: str, *arguments: Any) -> int | None:
    """Call what Linux has and Python does not offer; None where there is no such thing.

    Raises
    ------
    OSError
        If the call fails.
    """
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        return None
    result = int(function(*arguments))
    if result != 0:
        number = ctypes.get_errno()
        if number in _UNSUPPORTED:
            return None
        raise OSError(number, os.strerror(number))
    return result
