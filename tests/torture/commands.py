"""Command lines of mangaxr, run in child processes that can be killed."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["SLAB", "Command", "Ended", "Running", "Starter"]

SLAB = 3
"""Galaxies per slab: a small survey then has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line, and how it is run.

    Parameters
    ----------
    words
        What follows ``mangaxr``.
    processes
        Whether several workers are processes; else they are threads.
    swap
        Whether the system can let two directories change places.
    refuse
        What the system refuses: name of the fault, number of the call, folder.
    file_size
        Bytes that the system lets a file have.
    """

    words: Sequence[str]
    processes: bool = False
    swap: bool = True
    refuse: tuple[str, int, str] | None = None
    file_size: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, what it printed, its calls that write, and the first one refused."""

    status: int
    printed: str
    refused: str = ""
    calls: Sequence[str] = ()

    def words(self) -> list[str]:
        """Return the lines that it printed, without those of its progress."""
        lines = self.printed.splitlines()
        return [line for line in lines if line and not line.startswith("building: ")]


class Starter:
    """The process that starts commands; see `torture.starter`.

    Parameters
    ----------
    folder
        Where it keeps what commands print.
    prefix
        Words before its own command line: another program that runs it.
    """

    def __init__(self, folder: Path, *, prefix: Sequence[str] = ()) -> None:
        self.log = folder / "printed.txt"
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "torture.starter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def start(self, command: Command) -> Running:
        """Start a command."""
        request: dict[str, Any] = {
            "words": list(command.words),
            "processes": command.processes,
            "swap": command.swap,
            "refuse": command.refuse,
            "file_size": command.file_size,
            "slab": SLAB,
            "log": str(self.log),
        }
        self.log.with_name(self.log.name + ".calls").unlink(missing_ok=True)
        return Running(int(self._ask(json.dumps(request))), self)

    def run(self, command: Command) -> Ended:
        """Run a command to its end."""
        with self.start(command) as running:
            return running.end()

    def _ask(self, line: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


class Running:
    """A command that runs; not forgotten by the system before `end` is called."""

    def __init__(self, number: int, starter: Starter) -> None:
        self.number = number
        self._starter = starter
        self._handle = os.pidfd_open(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    def has_ended(self, *, within: float = 0.0) -> bool:
        """Wait some seconds, or until it has ended; return whether it has."""
        return bool(select.select([self._handle], [], [], within)[0])

    def end(self) -> Ended:
        """Wait until it has ended, and return how."""
        status = int(self._starter._ask("end"))
        log = self._starter.log
        calls = log.with_name(log.name + ".calls")
        told = json.loads(calls.read_text(encoding="utf-8")) if calls.exists() else {}
        return Ended(status, log.read_text(encoding="utf-8"), **told)
