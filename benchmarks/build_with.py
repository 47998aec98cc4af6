"""A build with another function in the place of its own; the rest of it as always."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.pair import RECIPE
from mangaxr.build.items import Source
from mangaxr.build.journal import Journal
from mangaxr.build.slabs import Build
from mangaxr.build.work import Work, do_work

__all__ = ["build_with"]


def build_with(build: Build, sources: Sequence[Source], store: Path, *, workers: int) -> None:
    """Build a store with another function in the place of a build's own."""
    work = Work(
        recipe=RECIPE,
        sources=sources,
        present=None,
        fresh=True,
        build=build,
        on_death=build,
        streaming=None,
        expected="",
        command="benchmarks.quality",
        started=datetime.now(UTC),
        began=time.monotonic(),
    )
    do_work(work, Journal(store), workers=workers, client=None, progress=None)
