"""Filling a store slab by slab, with galaxies built side by side.

On one machine galaxies come back to this process, which alone puts them in order and
writes. A slab is written whole, then recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from mangaxr.build.galaxy import BuiltGalaxy
from mangaxr.build.items import Source
from mangaxr.build.journal import Journal
from mangaxr.build.kept import Base, kept_galaxies
from mangaxr.build.report import OnProgress, Progress
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.errors import StoreError
from mangaxr.store.contract import STATUS
from mangaxr.store.digest import arrays_digest
from mangaxr.store.layout import slabs
from mangaxr.store.writer import SlabArrays, empty_slab, read_slab, write_slab
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
    base: Base | None,
    on_death: Build,
    workers: int,
    client: Client | None,
    interrupt: Callable[[], None] | None,
    progress: OnProgress | None,
) -> int:
    """Build and write every slab that the journal does not know yet.

    Returns
    -------
    int
        Galaxies that an earlier run had done.
    """
    every = dict(enumerate(slabs(len(sources))))
    finished = _still_sound(journal, every)
    counts = _Counts(finished, len(sources), progress)
    ranges = {number: members for number, members in every.items() if number not in finished}
    if client is not None:
        from mangaxr.build.remote import fill_remotely

        done = fill_remotely(journal, recipe, sources, build, ranges, client, on_death, base)
        for number, rows in done:
            journal.record(number, rows)
            counts.add(rows)
        return counts.resumed
    galaxies = run_in_order(
        build,
        [sources[i] for members in ranges.values() for i in members if sources[i].kept is None],
        workers=workers,
        on_death=on_death,
        interrupt=interrupt,
    )
    with closing(galaxies):
        for number, members in ranges.items():
            named = [sources[i] for i in members]
            slab, rows = gather_slab(named, galaxies, recipe, base=base, tell=counts.add)
            write_slab(journal.store, members.start, slab)
            journal.record(number, rows)
    return counts.resumed


def gather_slab(
    sources: Sequence[Source],
    built: Iterator[BuiltGalaxy],
    recipe: Recipe,
    *,
    base: Base | None,
    tell: Callable[[list[Any]], None] | None = None,
) -> tuple[SlabArrays, list[Any]]:
    """Put galaxies into the arrays of a slab; return these and the rows.

    Parameters
    ----------
    sources
        The galaxies of the slab.
    built
        Those of them that are not kept, in their order.
    recipe
        Of the store.
    base
        The store that the others are kept from.
    tell
        Called with each row.
    """
    slab = empty_slab(len(sources), recipe)
    places = [source.kept for source in sources if source.kept is not None]
    kept = iter(kept_galaxies(base, places) if base else ())
    rows = []
    for i, source in enumerate(sources):
        galaxy = next(built if source.kept is None else kept)
        rows.append(galaxy.row)
        if galaxy.arrays is not None:
            for whole, part in zip(slab, galaxy.arrays, strict=True):
                whole[i] = part
        if tell is not None:
            tell(rows[-1:])
    return slab, rows


def _still_sound(journal: Journal, ranges: Mapping[int, range]) -> dict[int, list[dict[str, Any]]]:
    """Return the rows of the slabs that are recorded and, on a second look, on the disk.

    A machine that lost its power may have kept a record and lost the data behind it.
    """
    recorded = journal.done()
    return {
        number: recorded[number]
        for number, members in ranges.items()
        if number in recorded and _is_written(journal, members, recorded[number])
    }


def _is_written(journal: Journal, members: range, rows: Sequence[Mapping[str, Any]]) -> bool:
    try:
        slab = read_slab(journal.store, members)
    except StoreError:
        return False
    galaxies = zip(rows, *slab, strict=True)
    return all(
        row["status"] != STATUS["done"] or arrays_digest(*arrays) == row["arrays_sha256"]
        for row, *arrays in galaxies
    )


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
