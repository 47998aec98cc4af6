"""How a build is ended: which of its processes get which signal, and what may come of it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil
from torture.commands import Ended, Running
from torture.judge import FindingError

__all__ = ["ENDS", "End", "left_running", "workers_of"]

INTERRUPTED = 130

_SECONDS_TO_END = 60.0
"""A worker that has just been started looks up only when it has imported what it needs."""


def workers_of(running: Running) -> list[psutil.Process]:
    """Return the worker processes of a build."""
    try:
        return psutil.Process(running.number).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def left_running(workers: list[psutil.Process]) -> list[psutil.Process]:
    """Return those workers that are still there some seconds after their build has ended."""
    until = time.monotonic() + _SECONDS_TO_END
    while (
        left := [worker for worker in workers if _is_alive(worker)]
    ) and time.monotonic() < until:
        time.sleep(0.01)
    return left


def _is_alive(worker: psutil.Process) -> bool:
    try:
        return bool(worker.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _everything(running: Running, workers: list[psutil.Process], chance: random.Random) -> None:
    os.killpg(running.number, signal.SIGKILL)
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def _main(running: Running, workers: list[psutil.Process], chance: random.Random) -> None:
    os.kill(running.number, signal.SIGKILL)


def _worker(running: Running, workers: list[psutil.Process], chance: random.Random) -> None:
    if workers:
        with suppress(psutil.NoSuchProcess):
            chance.choice(workers).kill()


def _interrupt(running: Running, workers: list[psutil.Process], chance: random.Random) -> None:
    os.killpg(running.number, signal.SIGINT)


def _terminate(running: Running, workers: list[psutil.Process], chance: random.Random) -> None:
    os.killpg(running.number, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class End:
    """A way to end a build.

    Parameters
    ----------
    do
        Do it.
    status
        Exit status of a build that it ends.
    says
        What such a build prints.
    survives
        Whether a build that goes on is as good as one that ends.
    """

    do: Callable[[Running, list[psutil.Process], random.Random], None]
    status: int
    says: str = ""
    survives: bool = False

    def judge(self, ended: Ended) -> bool:
        """Return whether the build was ended by it.

        Raises
        ------
        FindingError
            If it ended in another way.
        """
        if ended.status == 0:
            return self.survives
        lines = ended.words()
        said = len(lines) == 1 and self.says in lines[0] if self.says else not lines
        if ended.status != self.status or not said:
            msg = f"exit status {ended.status}, expected {self.status}: {ended.printed}"
            raise FindingError(msg)
        return True


ENDS = {
    "SIGKILL to all": End(_everything, -signal.SIGKILL),
    "SIGKILL to the main process": End(_main, -signal.SIGKILL),
    "SIGKILL to a worker": End(_worker, 1, "a worker process ended before it began", survives=True),
    "SIGINT": End(_interrupt, INTERRUPTED, "interrupted; the same command goes on from here"),
    "SIGTERM": End(_terminate, -signal.SIGTERM),
}
