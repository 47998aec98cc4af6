"""Tasks that are slow or kill the process that works on them; worker processes import them."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from mangaxr.build.galaxy import BuiltGalaxy, build_galaxy
from mangaxr.build.items import Source
from mangaxr.build.quality import measure_galaxy
from mangaxr.build.rows import Row

__all__ = [
    "Awkward",
    "awkward",
    "deadly_galaxy",
    "die_at",
    "die_once",
    "fragile_galaxy",
    "process_of",
    "slow_galaxy",
    "slow_row",
    "threads_of_blas",
]


class Awkward(Exception):  # noqa: N818
    """An exception that does not survive pickling."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} is not {other}")


def awkward(task: int) -> int:
    """Raise one of those at the third task."""
    if task == 3:
        raise Awkward(task, 3)
    return task


def process_of(task: float) -> tuple[int, int, bool]:
    """Take some time; return process, its group, and whether this is its main thread."""
    time.sleep(task)
    return os.getpid(), os.getpgrp(), threading.current_thread() is threading.main_thread()


def threads_of_blas(task: str) -> str | None:
    """Return a variable of the environment."""
    return os.environ.get(task)


def die_at(task: int, *, deadly: int) -> int:
    """Kill this process at one task; return ten times the others."""
    if task == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * task


def die_once(task: int, *, folder: Path) -> int:
    """Kill this process the first time that anybody meets an even task."""
    mark = folder / str(task)
    if task % 2 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * task


def slow_galaxy(source: Source, **options: Any) -> BuiltGalaxy:
    """Build a galaxy and take a moment longer."""
    time.sleep(0.4)
    return build_galaxy(source, **options)


def slow_row(source: Source, **options: Any) -> Row:
    """Measure a galaxy and take a moment longer."""
    time.sleep(0.4)
    return measure_galaxy(source, **options)


def deadly_galaxy(source: Source, **options: Any) -> BuiltGalaxy:
    """Kill this process at the first galaxy of the small survey."""
    if source.galaxy == "8001-1901":
        os.kill(os.getpid(), signal.SIGKILL)
    return build_galaxy(source, **options)


def fragile_galaxy(source: Source, *, folder: Path, **options: Any) -> BuiltGalaxy:
    """Kill this process the first time that it meets a galaxy of the folder."""
    mark = folder / source.galaxy
    if mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return build_galaxy(source, **options)
