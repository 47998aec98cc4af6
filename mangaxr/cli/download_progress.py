"""Progress of a download: a bar on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mangaxr.sas.records import DownloadProgress, OnDownload

__all__ = ["megabytes", "show_download"]

_BAR_EVERY = 0.1
_LINE_EVERY = 5.0
"""Seconds between two looks at a bar, and between two plain lines."""


def megabytes(number: float) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> megabytes(12_345_678)
    '12.3 MB'
    """
    return f"{number / 1e6:.1f} MB"


@contextmanager
def show_download() -> Iterator[OnDownload]:
    """Give out the function to call with the progress of a download."""
    if sys.stderr.isatty():
        with _bar() as draw:
            yield _Every(_BAR_EVERY, draw)
    else:
        yield _Every(_LINE_EVERY, _line)


class _Every:
    """Passes progress on, not too often, and always the last; with the bytes per second."""

    def __init__(self, seconds: float, show: Callable[[DownloadProgress, float], None]) -> None:
        self._seconds = seconds
        self._show = show
        self._began = self._last = time.monotonic()

    def __call__(self, progress: DownloadProgress) -> None:
        now = time.monotonic()
        if progress.done < progress.total and now - self._last < self._seconds:
            return
        self._last = now
        self._show(progress, progress.received / max(now - self._began, 1e-3))


@contextmanager
def _bar() -> Iterator[Callable[[DownloadProgress, float], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("downloading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[received]}"),
        TextColumn("{task.fields[failed]}"),
    )
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task("", total=None, received="", failed="")

    def draw(progress: DownloadProgress, rate: float) -> None:
        # Only while it has something to say: a terminal shows one bar at a time.
        bar.start()
        bar.update(
            task,
            total=progress.total,
            completed=progress.done,
            received=f"{megabytes(progress.received)}, {megabytes(rate)}/s",
            failed=f"{progress.failed} failed" if progress.failed else "",
        )
        if progress.done == progress.total:
            bar.stop()

    try:
        yield draw
    finally:
        bar.stop()


def _line(progress: DownloadProgress, rate: float) -> None:
    failed = f", {progress.failed} failed" if progress.failed else ""
    bytes_so_far = f"{megabytes(progress.received)}, {megabytes(rate)}/s"
    click.echo(f"downloading: {progress.done}/{progress.total}{failed} ({bytes_so_far})", err=True)
