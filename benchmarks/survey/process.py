"""A program as a whole: its time, and the memory of all its processes together."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

__all__ = ["Cost", "run"]

_EVERY = 0.01
"""Seconds between two looks at the memory."""
_MIB = 1024**2
# The programs are not installed, and other libraries leave benchmarks of their own behind.
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


class Cost(NamedTuple):
    """Seconds from start to end, and the peak of memory, MiB."""

    seconds: float
    memory: float


def run(command: Sequence[str], folder: Path, *, watch: bool = True) -> Cost:
    """Run a program in a folder.

    Parameters
    ----------
    command, folder
        What to run, and where.
    watch
        Look at its memory, which takes a little time itself.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    began, peak = time.perf_counter(), 0.0
    with subprocess.Popen(
        command,
        cwd=folder,
        env=_ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while watch:
            peak = max(peak, _memory_of(process.pid))
            try:
                process.wait(_EVERY)
            except subprocess.TimeoutExpired:
                continue
            break
        words = process.communicate()[1]
        seconds = time.perf_counter() - began
    if process.returncode:
        msg = f"{' '.join(command[:4])} ended with status {process.returncode}: {words[-500:]}"
        raise RuntimeError(msg)
    return Cost(seconds, peak)


def _memory_of(pid: int) -> float:
    """Add up what the processes of a tree hold; of what they share, each its part."""
    total = 0
    try:
        tree = [psutil.Process(pid)]
        tree += tree[0].children(recursive=True)
    except psutil.NoSuchProcess:
        return 0.0
    for process in tree:
        try:
            found = process.memory_full_info()
        except psutil.Error:  # it has ended meanwhile
            continue
        total += getattr(found, "pss", found.uss)
    return total / _MIB
