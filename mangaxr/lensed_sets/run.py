"""Making a lensed set: slab by slab, so that it can be killed at any moment and go on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mangaxr.build.journal import Journal
from mangaxr.build.report import OnProgress, Progress
from mangaxr.build.scheduling.connect import check_client
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.build.writing import finish_earlier, refused
from mangaxr.errors import BuildError, RecipeMismatchError, StoreError
from mangaxr.lensed_sets.config import SetConfig, load_config
from mangaxr.lensed_sets.contract import IMAGE
from mangaxr.lensed_sets.plan import SetPlan
from mangaxr.lensed_sets.reader import open_set, plan_of
from mangaxr.lensed_sets.sample import LensedSample, make_sample
from mangaxr.lensed_sets.sources import open_galaxies
from mangaxr.lensed_sets.validation import validate_set
from mangaxr.lensed_sets.write import create_set, finish_set
from mangaxr.store.arrays import read_arrays, write_arrays
from mangaxr.store.attributes import content_of
from mangaxr.store.citations import LICENCE, citation
from mangaxr.store.digest import arrays_digest
from mangaxr.store.layout import slabs
from mangaxr.store.provenance import software_versions

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["SetReport", "make_set"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """What became of a run.

    Parameters
    ----------
    path
        The set.
    samples, resumed
        Samples in it; those that an earlier, interrupted run had made.
    subhalos
        Samples whose lens has a subhalo.
    seconds
        Wall-clock time of this run.
    existed
        True if the finished set was there already.
    content_sha256
        Digest of its content.
    """

    path: Path
    samples: int
    resumed: int
    subhalos: int
    seconds: float
    existed: bool
    content_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "set": str(self.path),
            "samples": self.samples,
            "resumed": self.resumed,
            "subhalos": self.subhalos,
            "existed": self.existed,
            "content_sha256": self.content_sha256,
            "seconds": round(self.seconds, 3),
        }


def make_set(
    out: str | os.PathLike[str],
    store: str | os.PathLike[str],
    *,
    samples: int,
    config: SetConfig | str | os.PathLike[str] | None = None,
    workers: int = 1,
    client: Client | None = None,
    fresh: bool = False,
    progress: OnProgress | None = None,
    command: str = "mangaxr.lensed_sets.make_set",
) -> SetReport:
    """Make a set of lensed samples from the galaxies of a store; resumes by itself.

    Every sample depends on the store, the configuration and its own number alone: the set is the
    same, byte for byte, however many workers make it and however often it is interrupted.

    Parameters
    ----------
    out
        Where the set goes. Until it is complete it lives in ``OUT.partial``; running the same
        again goes on from there.
    store
        A finished tensor store.
    samples
        How many.
    config
        What they are drawn from: a TOML file, or what `load_config` made of one; by default the
        shipped one.
    workers
        Samples made at a time: few in threads, many in processes.
    client
        A `distributed.Client` whose cluster makes them, whatever ``workers`` says; the store must
        be where all its workers see it.
    fresh
        Start anew, whatever is there.
    progress
        Called after every sample.
    command
        What the set's provenance names as the command that made it.

    Returns
    -------
    SetReport
        Counts, digest and time.

    Raises
    ------
    BuildError
        If a number makes no sense, another run is writing to the same place, or the client's
        cluster cannot do it.
    RecipeMismatchError
        If a set, or an unfinished one, of another configuration, store or size is there.
    LensError
        If none of the galaxies will do, or a sample cannot be drawn.
    MissingFileError, StoreError, CriteriaError
        If the store or the configuration is not there, or not sound.
    WriteError
        If the system refuses to write: what is done is kept.

    Examples
    --------
    >>> import mangaxr, tempfile
    >>> from mangaxr.lensed_sets import make_set
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = make_set(f"{folder}/set.zarr", mangaxr.synthetic.example_store(), samples=4)
    >>> report.samples, report.subhalos
    (4, 2)
    """
    began, started = time.monotonic(), datetime.now(UTC)
    if samples < 1 or workers < 1:
        msg = f"samples = {samples}, workers = {workers}: expected 1 or more"
        raise BuildError(msg)
    if client is not None:
        check_client(client)
    config = config if isinstance(config, SetConfig) else load_config(config)
    source = Path(store).absolute()
    galaxies = open_galaxies(source, usable=config["usable"])
    plan = SetPlan(config, samples, content_of(source))
    if not plan.store:
        msg = f"{source}: has no content_sha256: it is not finished; build it to its end first"
        raise StoreError(msg)
    journal = Journal(Path(out))
    finish_earlier(journal)
    if journal.final.exists() and not fresh:
        return _existing(journal.final, plan, began)
    make = partial(make_sample, store=source, config=config)
    with refused(journal.final), journal:
        if not journal.start(plan, fresh=fresh):
            create_set(journal.store, config, samples)
            journal.commit(plan)
        resumed = _fill(journal, plan, make, workers=workers, client=client, progress=progress)
        rows = [row for _, rows in sorted(journal.done().items()) for row in rows]
        content = finish_set(
            journal.store,
            config,
            rows,
            flux_units=galaxies.flux_units,
            attributes=_provenance(galaxies.recipe, plan, command, started),
        )
        issues = validate_set(journal.store, level="structure").issues
        if issues:
            msg = f"{journal.store}: the new set breaks its contract: {issues[0]}"
            raise BuildError(msg)
        journal.finish()
    return SetReport(
        path=journal.final,
        samples=samples,
        resumed=resumed,
        subhalos=sum(bool(row["subhalo"]) for row in rows),
        seconds=time.monotonic() - began,
        existed=False,
        content_sha256=content,
    )


def _fill(
    journal: Journal,
    plan: SetPlan,
    make: partial[LensedSample],
    *,
    workers: int,
    client: Client | None,
    progress: OnProgress | None,
) -> int:
    """Make and write every slab that the journal does not know yet; return what it knew."""
    every = dict(enumerate(slabs(plan.samples)))
    recorded = journal.done()
    finished = [
        number
        for number, members in every.items()
        if number in recorded and _is_written(journal.store, members, recorded[number])
    ]
    resumed = done = sum(len(every[number]) for number in finished)
    left = {number: members for number, members in every.items() if number not in finished}
    made = run_in_order(
        make, [i for members in left.values() for i in members], workers=workers, client=client
    )
    with closing(made):
        for number, members in left.items():
            slab: list[LensedSample] = []
            for _ in members:
                slab.append(next(made))
                done += 1
                if progress is not None:
                    progress(Progress(done, 0, resumed, plan.samples))
            images = np.stack([sample.image for sample in slab])
            write_arrays(journal.store, members.start, {IMAGE.name: images})
            journal.record(number, [sample.row for sample in slab])
    return resumed


def _is_written(path: Path, members: range, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a slab that is recorded is on the disk, whatever became of its machine since."""
    try:
        (images,) = read_arrays(path, members, [IMAGE.name])
    except StoreError:
        return False
    return all(
        arrays_digest(image) == row["image_sha256"] for image, row in zip(images, rows, strict=True)
    )


def _existing(path: Path, plan: SetPlan, began: float) -> SetReport:
    """Report on the finished set that is there, if it is the one that was asked for."""
    dataset = open_set(path, chunks=None)
    differences = plan.differences(plan_of(dataset).to_dict())
    if differences:
        msg = (
            f"{path}: a set is here already, and differs in {'; '.join(differences)}: choose "
            f"another name, or replace it with --fresh"
        )
        raise RecipeMismatchError(msg)
    return SetReport(
        path=path,
        samples=plan.samples,
        resumed=0,
        subhalos=int(dataset.subhalo.sum()),
        seconds=time.monotonic() - began,
        existed=True,
        content_sha256=str(dataset.attrs["content_sha256"]),
    )


def _provenance(recipe: str, plan: SetPlan, command: str, started: datetime) -> dict[str, str]:
    return {
        "store_content_sha256": plan.store,
        "store_recipe": recipe,
        "title": "MaNGA galaxies behind gravitational lenses",
        "command": command,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": json.dumps(software_versions()),
        "license": LICENCE,
        "citation": citation(),
    }
