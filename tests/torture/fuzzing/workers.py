"""Child processes that make and read files, watched: they may crash, hang or swell."""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path

from torture.fuzzing.kinds import make_case, sound_case
from torture.fuzzing.reading import Finding, Report, read_case
from torture.fuzzing.ways import WAYS, Way

__all__ = ["HANG_SECONDS", "read_cases"]

HANG_SECONDS = 5.0
"""Processor time that one read may take."""

_OWN_WORK = ("starting", "making the file", "judging")
_PATIENCE = 120.0
_ADDRESS_SPACE = 6 << 30


class _Formatting(logging.Handler):
    """Makes the text of every message, which must not fail, and drops it."""

    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()


def _work(pipe: Connection, seed: int, ways: Mapping[str, Way], warm: bool) -> None:
    """Read the files whose numbers come through the pipe, until None comes."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.getLogger("mangaxr").addHandler(_Formatting())
    logging.getLogger("mangaxr").propagate = False
    if warm:  # no read is to pay for what the first one imports
        with tempfile.TemporaryDirectory() as folder:
            read_case(sound_case(), Path(folder), ways)
    # Whoever stops the run closes the pipe.
    with tempfile.TemporaryDirectory() as folder, suppress(BrokenPipeError, EOFError):
        while (number := pipe.recv()) is not None:
            case = make_case(seed, number)
            pipe.send(read_case(case, Path(folder), ways, partial(pipe.send)))


class _Child:
    """One child process, and what it is at."""

    def __init__(self, seed: int, ways: Mapping[str, Way], *, warm: bool) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, other = spawn.Pipe()
        self.process = spawn.Process(target=_work, args=(other, seed, ways, warm), daemon=True)
        self.process.start()
        other.close()
        self.number: int | None = None
        self.at("starting")

    def begin(self, number: int) -> None:
        """Hand it a file to make and read."""
        self.number = number
        self.pipe.send(number)
        self.at("making the file")

    def at(self, what: str) -> None:
        """Note what it has come to."""
        self.what, self.since = what, time.monotonic()
        self.used = self._processor_time()

    @property
    def hangs(self) -> bool:
        """Whether it has been at one thing for too long."""
        waited = time.monotonic() - self.since
        if self.what in _OWN_WORK or waited <= HANG_SECONDS:
            return waited > _PATIENCE
        # On a busy machine much time may pass in which it had no turn.
        return waited > _PATIENCE or self._processor_time() - self.used > HANG_SECONDS

    def _processor_time(self) -> float:
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        except OSError:  # it died, which is found out elsewhere
            return 0.0
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it, whatever it is at."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def read_cases(
    seed: int,
    numbers: Iterable[int],
    *,
    jobs: int,
    ways: Mapping[str, Way] = WAYS,
    warm: bool = True,
) -> Iterator[Report | Finding]:
    """Make and read files in child processes; a child that dies or hangs is replaced.

    Parameters
    ----------
    seed, numbers
        Of the files.
    jobs
        Processes.
    ways
        How to read.
    warm
        Let each process read a sound file before the first damaged one.

    Yields
    ------
    Report or Finding
        The report of each file, in no order; for one whose child died or hung a finding.
    """
    left = iter(numbers)
    children = [_Child(seed, ways, warm=warm) for _ in range(jobs)]
    try:
        for child in children:
            _begin_next(child, left)
        while any(child.number is not None for child in children):
            ready = wait(
                [child.pipe for child in children if child.number is not None], timeout=0.2
            )
            for place, child in enumerate(children):
                found = _hear(child, ready=child.pipe in ready)
                if found is None:
                    continue
                yield found
                if isinstance(found, Finding):
                    child.stop()
                    child = children[place] = _Child(seed, ways, warm=warm)
                _begin_next(child, left)
    finally:
        for child in children:
            child.stop()


def _begin_next(child: _Child, left: Iterator[int]) -> None:
    number = next(left, None)
    if number is None:
        child.number = None
    else:
        child.begin(number)


def _hear(child: _Child, *, ready: bool) -> Report | Finding | None:
    """Take a message of a child; None if it is to go on."""
    if child.number is None:
        return None
    fate = ""
    if ready:
        try:
            message = child.pipe.recv()
        except (EOFError, OSError):
            child.process.join()
            fate = f"the process died (exit status {child.process.exitcode})"
        else:
            if isinstance(message, Report):
                return message
            child.at(message)
    elif child.hangs:
        fate = f"hung: over {time.monotonic() - child.since:.0f} s"
    return Finding(child.number, "", "", child.what, fate) if fate else None
