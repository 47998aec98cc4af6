"""The work of a build, once it is known what there is to do: fill, finish, check, name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mangaxr.build.existing import Present
from mangaxr.build.items import Source
from mangaxr.build.journal import Journal
from mangaxr.build.plan import BuildPlan
from mangaxr.build.report import BuildReport, OnProgress
from mangaxr.build.slabs import Build, fill_slabs
from mangaxr.build.validate import validate_store
from mangaxr.build.writing import refused
from mangaxr.errors import BuildError
from mangaxr.sas.streaming import Streaming
from mangaxr.store.attributes import content_of
from mangaxr.store.contract import STATUS
from mangaxr.store.finish import finish_store
from mangaxr.store.provenance import build_record, provenance
from mangaxr.store.writer import create_store
from mangaxr.tensors.recipe import Recipe

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Work", "do_work"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to do.

    Parameters
    ----------
    recipe, sources
        The store that is to be.
    present
        The finished store that some of its galaxies are kept from.
    fresh
        Forget what an interrupted build has done.
    build, on_death
        Make of a galaxy its tensor; and what it is when that kills the process.
    streaming
        What files are streamed by; None if none is.
    expected
        Digest of the store whose recipe is built again; empty if none is.
    command, started
        For the store's provenance.
    began
        Of the monotonic clock, when this run did.
    """

    recipe: Recipe
    sources: Sequence[Source]
    present: Present | None
    fresh: bool
    build: Build
    on_death: Build
    streaming: Streaming | None
    expected: str
    command: str
    started: datetime
    began: float


def do_work(
    work: Work,
    journal: Journal,
    *,
    workers: int,
    client: Client | None,
    progress: OnProgress | None,
) -> BuildReport:
    """Build the store and give it its name.

    Raises
    ------
    BuildError
        If another build is writing to the same place, or has been.
    RecipeMismatchError
        If an unfinished build of something else is there.
    WriteError
        If the system refuses to write.
    """
    base = work.present.base if work.present else None
    content = base.content if base else ""
    with refused(journal.final), journal:
        if not work.fresh and content_of(journal.final) != content:
            msg = f"{journal.final}: another build has ended here meanwhile: repeat the command"
            raise BuildError(msg)
        plan = BuildPlan(work.recipe, work.sources, content)
        if not journal.start(plan, fresh=work.fresh):
            create_store(journal.store, work.recipe, len(work.sources))
            journal.commit(plan)
        resumed = fill_slabs(
            journal,
            work.recipe,
            work.sources,
            work.build,
            base=base,
            on_death=work.on_death,
            workers=workers,
            client=client,
            interrupt=work.streaming.stop if work.streaming else None,
            progress=progress,
        )
        rows = [row for _, rows in sorted(journal.done().items()) for row in rows]
        builds = [*work.present.builds] if work.present else []
        builds.append(build_record(work.command, work.started))
        finished = finish_store(journal.store, work.recipe, rows, provenance(work.recipe, builds))
        issues = validate_store(journal.store, level="structure")
        if issues:
            msg = f"{journal.store}: the new store breaks its contract: {issues[0]}"
            raise BuildError(msg)
        journal.finish()
    return BuildReport(
        path=journal.final,
        galaxies=len(rows),
        failures={r["galaxy"]: r["failure"] for r in rows if r["status"] == STATUS["failed"]},
        kept=sum(source.kept is not None for source in work.sources),
        resumed=resumed,
        seconds=time.monotonic() - work.began,
        content_sha256=finished,
        expected=work.expected,
        streamed=work.streaming.received if work.streaming else 0,
        of_bytes=work.streaming.of_bytes if work.streaming else 0,
    )
