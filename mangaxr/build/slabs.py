"""Filling a store slab by slab, with galaxies built in parallel.

Inflating and matrix products release the GIL, so threads do the work of a galaxy side by
side; one thread puts them in order and writes. A slab is written whole, then recorded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from mangaxr.build.galaxy import BuiltGalaxy
from mangaxr.build.items import Source
from mangaxr.build.journal import Journal
from mangaxr.build.report import OnProgress, Progress
from mangaxr.store.contract import STATUS
from mangaxr.store.layout import slabs
from mangaxr.store.writer import empty_slab, write_slab
from mangaxr.tensors.recipe import Recipe

__all__ = ["fill_slabs"]

Build = Callable[[Source], BuiltGalaxy]

_AHEAD = 2
"""Galaxies per worker that may wait for their turn; bounds memory."""


def fill_slabs(
    journal: Journal,
    recipe: Recipe,
    sources: Sequence[Source],
    build: Build,
    *,
    workers: int,
    progress: OnProgress | None,
) -> int:
    """Build and write every slab that the journal does not know yet.

    Returns
    -------
    int
        Galaxies that an earlier run had done.
    """
    finished = journal.done()
    counts = _Counts(finished, len(sources), progress)
    ranges = {k: members for k, members in enumerate(slabs(len(sources))) if k not in finished}
    galaxies = _in_order(
        [sources[i] for members in ranges.values() for i in members], build, workers
    )
    try:
        for number, members in ranges.items():
            slab = empty_slab(len(members), recipe)
            rows = []
            for i in range(len(members)):
                built = next(galaxies)
                rows.append(built.row)
                if built.tensor is not None:
                    slab.tensor[i] = built.tensor.tensor
                    slab.ivar[i] = built.tensor.ivar
                    slab.coverage[i] = built.tensor.coverage
                counts.add(built)
            write_slab(journal.store, members.start, slab)
            journal.record(number, rows)
    finally:
        galaxies.close()
    return counts.resumed


class _Counts:
    """Running totals, told to whoever listens."""

    def __init__(
        self,
        finished: dict[int, list[dict[str, Any]]],
        total: int,
        progress: OnProgress | None,
    ) -> None:
        rows = [row for rows in finished.values() for row in rows]
        self.resumed = self.done = len(rows)
        self.failed = sum(row["status"] == STATUS["failed"] for row in rows)
        self.total = total
        self.progress = progress
        self._tell()

    def add(self, built: BuiltGalaxy) -> None:
        self.done += 1
        self.failed += built.tensor is None
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(Progress(self.done, self.failed, self.resumed, self.total))


def _in_order(
    sources: Sequence[Source], build: Build, workers: int
) -> Generator[BuiltGalaxy, None, None]:
    """Build galaxies side by side and give them out in the order asked for."""
    if workers == 1:
        yield from map(build, sources)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="mangaxr")
    waiting: deque[Future[BuiltGalaxy]] = deque()
    try:
        for source in sources:
            waiting.append(pool.submit(build, source))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
