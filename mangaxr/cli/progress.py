"""Progress of a build: a bar on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mangaxr.build.report import OnProgress, Progress

__all__ = ["show_progress"]

_LINE_EVERY = 5.0
"""Seconds between plain lines."""


@contextmanager
def show_progress(label: str, *, unit: str = "galaxies") -> Iterator[OnProgress]:
    """Give out the function to call with the progress of a long job, and its units."""
    if sys.stderr.isatty():
        with _bar(label, _Clock(unit)) as tell:
            yield tell
    else:
        yield _Lines(label, _Clock(unit))


@contextmanager
def _bar(label: str, clock: _Clock) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    bar = Bar(*columns, console=Console(stderr=True))
    task = bar.add_task(label, total=None, rate="", failed="")

    def tell(progress: Progress) -> None:
        clock.look(progress)
        bar.start()  # not before: a download that comes first has a bar of its own
        bar.update(
            task,
            total=progress.total,
            completed=progress.done,
            rate=clock.rate(),
            failed=f"{progress.failed} failed" if progress.failed else "",
        )

    try:
        yield tell
    finally:
        bar.stop()


class _Lines:
    """Plain lines, not too many of them."""

    def __init__(self, label: str, clock: _Clock) -> None:
        self._label = label
        self._clock = clock
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        self._clock.look(progress)
        if progress.done < progress.total and now - self._last < _LINE_EVERY:
            return
        self._last = now
        failed = f", {progress.failed} failed" if progress.failed else ""
        details = [part for part in (self._clock.rate(), self._clock.left(progress)) if part]
        text = f" ({', '.join(details)})" if details else ""
        click.echo(f"{self._label}: {progress.done}/{progress.total}{failed}{text}", err=True)


class _Clock:
    """Rate and time left, counted from the first word of this run."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._first: tuple[float, int] | None = None
        self._per_second = 0.0

    def look(self, progress: Progress) -> None:
        """Take note of progress: of every word, also of those that are not shown."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, progress.done)
        began, done = self._first
        self._per_second = (progress.done - done) / (now - began) if now > began else 0.0

    def rate(self) -> str:
        return f"{self._per_second:.1f} {self._unit}/s" if self._per_second else ""

    def left(self, progress: Progress) -> str:
        if not self._per_second or progress.done == progress.total:
            return ""
        return f"{(progress.total - progress.done) / self._per_second:.0f} s left"
