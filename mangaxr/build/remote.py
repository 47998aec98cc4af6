"""Slabs as tasks of a cluster: a worker builds the galaxies and writes their chunks itself.

Only rows travel to this process, which records a slab when its worker has written it.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr._version import __version__
from mangaxr.build.items import Source, absolute
from mangaxr.build.journal import Journal
from mangaxr.build.kept import Base
from mangaxr.build.scheduling.cluster import run_alone
from mangaxr.build.scheduling.waiting import give_up, result_of, wait_for_one
from mangaxr.build.slabs import Build, gather_slab
from mangaxr.errors import BuildError
from mangaxr.store.writer import write_slab
from mangaxr.tensors.recipe import Recipe

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Place", "fill_remotely", "submit_slabs"]

Rows = list[Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where slabs are written, and how a worker knows that it is still the same place."""

    folder: Path
    plan: str
    version: str

    @classmethod
    def of(cls, journal: Journal) -> Place:
        """Return the place of a journal whose plan is written."""
        folder = journal.folder.absolute()
        return cls(folder, _digest(folder / "plan.json"), __version__)

    def check(self) -> Path:
        """Return the store in the making.

        Raises
        ------
        BuildError
            If this machine does not see it, if it is by now of another plan, or if this
            machine has another version.
        """
        host = socket.gethostname()
        if self.version != __version__:
            msg = f"worker on {host}: has mangaxr {__version__}, expected {self.version}"
            raise BuildError(msg)
        try:
            same = _digest(self.folder / "plan.json") == self.plan
        except FileNotFoundError as error:
            msg = (
                f"{self.folder}: is not there for the worker on {host}: put the store on "
                f"storage that all workers share"
            )
            raise BuildError(msg) from error
        if not same:
            msg = f"{self.folder}: another build has begun here: this one ends"
            raise BuildError(msg)
        return self.folder / "store"


def fill_remotely(
    journal: Journal,
    recipe: Recipe,
    sources: Sequence[Source],
    build: Build,
    ranges: Mapping[int, range],
    client: Client,
    on_death: Build,
    base: Base | None,
) -> Iterator[tuple[int, Rows]]:
    """Have slabs built and written by a cluster.

    A slab whose worker dies is run again by dask, on another one. A slab that keeps killing
    its workers is built galaxy by galaxy when all others are done, and written here.

    Yields
    ------
    tuple
        Number and rows of a slab that is written, in the order in which they are.

    Raises
    ------
    BuildError
        If the cluster is gone, or does not share its storage with this machine.
    """
    place = Place.of(journal)
    members = {k: [absolute(sources[i]) for i in ranges[k]] for k in ranges}
    starts = [ranges[k].start for k in ranges]
    futures = submit_slabs(client, list(members.values()), starts, place, recipe, build, base)
    waiting = dict(zip(futures, ranges, strict=True))
    killed = []
    try:
        while waiting:
            for future in wait_for_one(list(waiting), client):
                rows, number = result_of(future), waiting.pop(future)
                if rows is None:
                    killed.append(number)
                else:
                    yield number, rows
    finally:
        give_up(waiting)
    for number in sorted(killed):
        galaxies = run_alone(build, _new(members[number]), client=client, on_death=on_death)
        slab, rows = gather_slab(members[number], galaxies, recipe, base=base)
        write_slab(journal.store, ranges[number].start, slab)
        yield number, rows


def submit_slabs(
    client: Client,
    slabs: Sequence[Sequence[Source]],
    starts: Sequence[int],
    place: Place,
    recipe: Recipe,
    build: Build,
    base: Base | None,
) -> list[Future]:
    """Make slabs the tasks of a cluster: one for 64 galaxies, so that the graph stays small."""
    futures: list[Future] = client.map(
        _fill_slab, slabs, starts, place=place, recipe=recipe, build=build, base=base, pure=False
    )
    return futures


def _fill_slab(
    sources: Sequence[Source],
    start: int,
    *,
    place: Place,
    recipe: Recipe,
    build: Build,
    base: Base | None,
) -> Rows:
    """Build and write one slab, on a worker."""
    place.check()
    slab, rows = gather_slab(sources, map(build, _new(sources)), recipe, base=base)
    # Somebody may have given up on this worker, and begun anew, while it built.
    write_slab(place.check(), start, slab)
    return rows


def _new(sources: Sequence[Source]) -> list[Source]:
    """Return the galaxies that are not taken over from a finished store."""
    return [source for source in sources if source.kept is None]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
