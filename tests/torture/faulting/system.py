"""A system that refuses to write: every write-like call below a folder can be made to fail."""

from __future__ import annotations

import builtins
import errno
import io
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from mangaxr.store import durable

__all__ = ["FAULTS", "Fault", "Refusing"]

EVERY = frozenset({"open", "write", "sync", "mkdir", "rename", "remove"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: the error, the kinds of calls that get it, and whether it lasts."""

    number: int
    kinds: frozenset[str]
    lasts: bool = True


FAULTS = {
    "disk full": Fault(errno.ENOSPC, EVERY - {"remove"}),
    "read-only": Fault(errno.EROFS, EVERY),
    "permission lost": Fault(errno.EACCES, EVERY - {"write", "sync"}),
    "one error": Fault(errno.EIO, EVERY, lasts=False),
}

_CALLS = {
    "write": "write",
    "pwrite": "write",
    "ftruncate": "write",
    "fsync": "sync",
    "mkdir": "mkdir",
    "rename": "rename",
    "replace": "rename",
    "link": "rename",
    "unlink": "remove",
    "remove": "remove",
    "rmdir": "remove",
}
"""Function of `os` -> kind; opening is looked at more closely."""

_LIBC = {"syncfs": "sync", "renameat2": "rename"}

_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Refusing:
    """While it is entered, the n-th call of a fault's kinds fails, and all later ones if it lasts.

    Parameters
    ----------
    fault
        What goes wrong.
    at
        The number of the first call that fails, from 1; 0 for none.
    folder
        Where; calls elsewhere are neither counted nor refused.
    """

    def __init__(self, fault: Fault, at: int, folder: str) -> None:
        self.fault, self.at, self.folder = fault, at, os.path.realpath(folder)
        self.calls: list[str] = []
        self.refused = ""
        self._lock = threading.Lock()
        self._before: list[tuple[Any, str, Any]] = []

    @classmethod
    def of(cls, request: tuple[str, int, str] | None) -> Self:
        """Make one from the name of the fault; without a request it refuses nothing."""
        name, at, folder = request or ("disk full", 0, os.devnull)
        return cls(FAULTS[name], at, folder)

    def __enter__(self) -> Self:
        for name, kind in _CALLS.items():
            self._exchange(os, name, self._checked(getattr(os, name), kind))
        self._exchange(os, "open", self._opening_handle(os.open))
        opening = self._opening_file(io.open)
        self._exchange(io, "open", opening)
        self._exchange(builtins, "open", opening)
        self._exchange(durable, "_libc", self._libc(durable._libc))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for where, name, function in reversed(self._before):
            setattr(where, name, function)

    def check(self, kind: str, *paths: Any, dir_fd: int | None = None) -> None:
        """Count a call, and refuse it if its time has come."""
        if kind not in self.fault.kinds:
            return
        if not any(self._is_inside(path, dir_fd) for path in paths):
            return
        with self._lock:
            name = os.path.relpath(self._full(paths[0], dir_fd), self.folder)
            self.calls.append(f"{kind} {name}")
            behind = len(self.calls) - self.at
            if not self.at or behind < 0 or (behind and not self.fault.lasts):
                return
            self.refused = self.refused or self.calls[-1]
        shown = None if isinstance(paths[0], int) else os.fspath(paths[0])
        raise OSError(self.fault.number, os.strerror(self.fault.number), shown)

    def _exchange(self, where: Any, name: str, function: Any) -> None:
        self._before.append((where, name, getattr(where, name)))
        setattr(where, name, function)

    def _is_inside(self, path: Any, dir_fd: int | None) -> bool:
        full = self._full(path, dir_fd)
        return full == self.folder or full.startswith(self.folder + os.sep)

    @staticmethod
    def _full(path: Any, dir_fd: int | None) -> str:
        if isinstance(path, int):
            return os.readlink(f"/proc/self/fd/{path}")
        start = os.readlink(f"/proc/self/fd/{dir_fd}") if dir_fd is not None else os.getcwd()
        return os.path.normpath(os.path.join(start, os.fsdecode(path)))

    def _checked(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def call(*args: Any, dir_fd: int | None = None, **others: Any) -> Any:
            self.check(kind, *(args if kind == "rename" else args[:1]), dir_fd=dir_fd)
            others |= {} if dir_fd is None else {"dir_fd": dir_fd}
            return function(*args, **others)

        return call

    def _opening_handle(self, function: Callable[..., int]) -> Callable[..., int]:
        def call(
            path: Any, flags: int, *args: Any, dir_fd: int | None = None, **others: Any
        ) -> int:
            if flags & _TO_WRITE:
                self.check("open", path, dir_fd=dir_fd)
            return function(path, flags, *args, dir_fd=dir_fd, **others)

        return call

    def _opening_file(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, mode: str = "r", *args: Any, **others: Any) -> Any:
            if not set(mode) & set("wax+"):
                return function(path, mode, *args, **others)
            self.check("open", path)
            return _File(function(path, mode, *args, **others), path, self)

        return call

    def _libc(self, function: Callable[..., int | None]) -> Callable[..., int | None]:
        def call(name: str, *args: Any) -> int | None:
            self.check(_LIBC[name], *(arg for arg in args if arg not in _CONSTANTS))
            return function(name, *args)

        return call


_CONSTANTS = (durable._AT_FDCWD, durable._RENAME_EXCHANGE)


class _File:
    """A file that is open for writing: its first write may be refused, and what is left at its end.

    What is refused is written by half, as a full disk does.
    """

    def __init__(self, file: Any, path: Any, system: Refusing) -> None:
        self._file, self._path, self._system = file, path, system
        self._began = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, content: Any) -> int:
        if not self._began:
            self._began = True
            try:
                self._system.check("write", self._path)
            except OSError:
                self._file.write(content[: len(content) // 2])
                raise
        return int(self._file.write(content))

    def close(self) -> None:
        """Close it, which writes what is in the buffer: that may be refused as well."""
        opened = not self._file.closed
        self._file.close()
        if opened:
            self._system.check("write", self._path)
