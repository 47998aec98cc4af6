"""Filling a store slab by slab, with galaxies built side by side.

On one machine galaxies come back to this process, which alone puts them in order and
writes. A slab is written whole, then recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mangaxr.build.galaxy import BuiltGalaxy
from mangaxr.build.items import Source
from mangaxr.build.journal import Journal
from mangaxr.build.report import OnProgress, Progress
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.store.contract import STATUS
from mangaxr.store.layout import slabs
from mangaxr.store.writer import SlabArrays, empty_slab, write_slab
from mangaxr.tensors.recipe import Recipe

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Build", "fill_slabs", "gather_slab"]

Build = Callable[[Source], BuiltGalaxy]


def fill_slabs(
    journal: Journal,
    recipe: Recipe,
    sources: Sequence[Source],
    build: Build,
    *,
    on_death: Build,
    workers: int,
    client: Client | None,
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
    if client is not None:
        from mangaxr.build.remote import fill_remotely

        done = fill_remotely(journal, recipe, sources, build, ranges, client, on_death)
        for number, rows in done:
            journal.record(number, rows)
            counts.add(rows)
        return counts.resumed
    galaxies = run_in_order(
        build,
        [sources[i] for members in ranges.values() for i in members],
        workers=workers,
        on_death=on_death,
    )
    try:
        for number, members in ranges.items():
            slab, rows = gather_slab(galaxies, len(members), recipe, tell=counts.add)
            write_slab(journal.store, members.start, slab)
            journal.record(number, rows)
    finally:
        galaxies.close()
    return counts.resumed


def gather_slab(
    galaxies: Iterator[BuiltGalaxy],
    number: int,
    recipe: Recipe,
    *,
    tell: Callable[[list[Any]], None] | None = None,
) -> tuple[SlabArrays, list[Any]]:
    """Put the next galaxies into the arrays of a slab; return these and the rows."""
    slab = empty_slab(number, recipe)
    rows = []
    for i in range(number):
        built = next(galaxies)
        rows.append(built.row)
        if built.tensor is not None:
            slab.tensor[i] = built.tensor.tensor
            slab.ivar[i] = built.tensor.ivar
            slab.coverage[i] = built.tensor.coverage
        if tell is not None:
            tell(rows[-1:])
    return slab, rows


class _Counts:
    """Running totals, told to whoever listens."""

    def __init__(
        self,
        finished: dict[int, list[dict[str, Any]]],
        total: int,
        progress: OnProgress | None,
    ) -> None:
        self.done = self.failed = 0
        self.resumed = sum(len(rows) for rows in finished.values())
        self.total = total
        self.progress = progress
        self.add([row for rows in finished.values() for row in rows])

    def add(self, rows: Sequence[Any]) -> None:
        self.done += len(rows)
        self.failed += sum(row["status"] == STATUS["failed"] for row in rows)
        if self.progress is not None:
            self.progress(Progress(self.done, self.failed, self.resumed, self.total))
