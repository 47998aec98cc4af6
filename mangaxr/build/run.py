"""Building a store: what is there already is looked at, the rest is built."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mangaxr.build.again import as_document, items_of
from mangaxr.build.died import give_up_galaxy
from mangaxr.build.existing import Present, check_replaceable
from mangaxr.build.fetch import fetch_missing, stream_missing
from mangaxr.build.galaxy import build_galaxy
from mangaxr.build.items import ONE_ITEM, Item, resolve_items
from mangaxr.build.journal import Journal
from mangaxr.build.origin import with_checksums
from mangaxr.build.report import BuildReport, OnProgress
from mangaxr.build.scheduling.connect import check_client
from mangaxr.build.work import Work, do_work
from mangaxr.build.writing import finish_earlier
from mangaxr.datamodel.maskbits import DEFAULT_POLICY
from mangaxr.datamodel.releases import DEFAULT_RELEASE
from mangaxr.errors import BuildError
from mangaxr.sas.layout import DEFAULT_BASE_URL
from mangaxr.sas.records import OnDownload
from mangaxr.sas.streaming import Streaming
from mangaxr.store.recipe_document import RecipeDocument
from mangaxr.tensors.channels import DEFAULT_CHANNELS
from mangaxr.tensors.recipe import DEFAULT_SPLIT, GridName, Recipe
from mangaxr.tensors.scaling_names import ScalingName

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["build_store"]


def build_store(
    out: str | os.PathLike[str],
    items: Iterable[Item] | Item = (),
    *,
    recipe: Recipe | str | os.PathLike[str] | None = None,
    channels: Sequence[str] = DEFAULT_CHANNELS,
    grid: GridName = "field",
    pixel_scale: float | None = None,
    npix: int = 64,
    scaling: ScalingName = "robust",
    mask: str | Sequence[str] = DEFAULT_POLICY,
    min_coverage: float = 0.5,
    min_snr: float = 3.0,
    split: Sequence[float] = DEFAULT_SPLIT,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
    workers: int = 1,
    client: Client | None = None,
    on_error: Literal["record", "raise"] = "record",
    retry_failed: bool = False,
    fresh: bool = False,
    verify: bool = False,
    sha256: bool = False,
    download: bool = False,
    stream: bool = False,
    base_urls: Iterable[str] = (DEFAULT_BASE_URL,),
    jobs: int = 3,
    progress: OnProgress | None = None,
    on_download: OnDownload | None = None,
    command: str = "mangaxr.build_store",
) -> BuildReport:
    """Build a tensor store from MAPS files, or add to one; resumes by itself.

    Parameters
    ----------
    out
        Where the store goes. Until it is complete it lives in ``OUT.partial``; running the
        same build again goes on from there. To a store of the same recipe that is there
        already, galaxies are added that it lacks; it stays as it is until the new one is
        complete.
    items
        MAPS files, directories of them, plateifus found in the SAS tree, or ``@SAMPLE``.
        May be left out with ``retry_failed``, and with a recipe that lists galaxies.
    recipe
        How tensors are made, whole; also the path of a ``recipe.json`` that
        `mangaxr.write_card` wrote, or of a store. Without items, the galaxies that are listed
        there are built, from the same files below ``sas``. Or the parts of it:
    channels, grid, pixel_scale, npix, scaling, mask, min_coverage, min_snr, split
        See `mangaxr.Recipe`. ``mask`` may be a list of flag names.
    sas, release, daptype
        Where and which reduction to look for plateifus.
    workers
        Galaxies built at a time: few galaxies in threads, many in processes. The store
        does not depend on it.
    client
        A `distributed.Client`: its cluster builds and writes, whatever ``workers`` says.
        Files and store must be where all its workers see them.
    on_error
        ``record``: a bad galaxy becomes a row with its reason. ``raise``: stop at it.
    retry_failed
        Of the items, or of all galaxies if there are none, build those again that failed.
    fresh
        Start anew, whatever is there.
    verify
        Check the gzip CRC and every FITS checksum to the end of each file, in a little more
        than twice the time.
    sha256
        Note the SHA-256 of each file, which takes a third more time: what the tensors do not
        need is read for it, and not inflated. Of files that `mangaxr.download` fetched it is
        known.
    download
        Fetch the files that the SAS tree lacks first; a galaxy whose file cannot be had
        becomes a row with the reason. See `mangaxr.download`.
    stream
        Read the files that the SAS tree lacks from the servers, each no further than it
        takes, and keep none: about half of the bytes of a download. ``jobs`` galaxies are
        built at a time, whatever ``workers`` says.
    base_urls, jobs
        Where from, and how many at a time.
    progress
        Called after every galaxy; with a client, after every slab of 64.
    on_download
        Called with the progress of the download.
    command
        What the store's provenance names as the command that made it.

    Returns
    -------
    BuildReport
        Counts, failures and time.

    Raises
    ------
    BuildError
        If an item cannot be a galaxy, if another build is writing to the same place, if
        what is there is no store, or if the client's cluster cannot do it.
    RecipeMismatchError
        If a store of another recipe or of other files is there, or an unfinished build of
        something else.
    StoreError
        If the store that is there is damaged.
    UnreachableError
        If no server can be reached for what is streamed: what is done is kept.
    WriteError
        If the system refuses to write: what is done is kept.
    UnknownNameError
        If a channel, line, grid, scaling, policy or release does not exist.

    Examples
    --------
    >>> import mangaxr, tempfile
    >>> survey = mangaxr.synthetic.example_survey()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = mangaxr.build_store(f"{folder}/t.zarr", ["8001-1901"], sas=survey)
    >>> report.done, report.failures
    (1, {})
    """
    began, started = time.monotonic(), datetime.now(UTC)
    asked = Recipe(
        channels=channels,
        grid=grid,
        pixel_scale=pixel_scale,
        npix=npix,
        scaling=scaling,
        mask=mask if isinstance(mask, str) else "+".join(mask),
        min_coverage=min_coverage,
        min_snr=min_snr,
        split=split,
    )
    document = as_document(recipe, asked)
    whole = document.recipe
    _check(workers, on_error, client)
    if stream:
        _check_stream(jobs, download=download, verify=verify, sha256=sha256, client=client)
    journal = Journal(Path(out))
    finish_earlier(journal)
    there = journal.final.exists() and not fresh
    present = Present.open(journal.final, whole) if there else None
    named = (items,) if isinstance(items, ONE_ITEM) else tuple(items)
    expected = "" if named else document.content_sha256
    named = named or _unnamed(document, present if retry_failed else None, sas)
    sources = resolve_items(named, sas=sas, release=release, daptype=daptype) if named else []
    if present:
        sources = present.lacking(sources, retry_failed=retry_failed)
        if not sources:
            return _report(present, began, expected)
    check_replaceable(journal.final)
    if download:
        sources = fetch_missing(
            sources,
            sas=sas,
            release=release,
            daptype=daptype,
            base_urls=base_urls,
            jobs=jobs,
            progress=on_download,
        )
    streaming = Streaming(base_urls) if stream else None
    if streaming:
        sources = stream_missing(sources, streaming, sas=sas, release=release, daptype=daptype)
    sources = with_checksums(sources)
    work = Work(
        recipe=whole,
        sources=present.with_added(sources) if present else sources,
        present=present,
        fresh=fresh,
        build=partial(build_galaxy, recipe=whole, verify=verify, sha256=sha256, on_error=on_error),
        on_death=partial(give_up_galaxy, on_error=on_error),
        streaming=streaming,
        expected=expected,
        command=command,
        started=started,
        began=began,
    )
    workers = jobs if stream else workers
    return do_work(work, journal, workers=workers, client=client, progress=progress)


def _check(workers: int, on_error: str, client: Client | None) -> None:
    """Refuse settings that make no sense.

    Raises
    ------
    BuildError
        With what was expected.
    """
    if workers < 1 or on_error not in ("record", "raise"):
        msg = f"workers = {workers}, on_error = {on_error!r}: expected >= 1 and record or raise"
        raise BuildError(msg)
    if client is not None:
        check_client(client)


def _check_stream(
    jobs: int, *, download: bool, verify: bool, sha256: bool, client: Client | None
) -> None:
    """Refuse what cannot be had together with streaming.

    Raises
    ------
    BuildError
        With what to do instead.
    """
    not_whole = "a file that is streamed is not read to its end: download instead"
    reasons = {
        "download": (download, "a file is either kept or not: give one of the two"),
        "verify": (verify, not_whole),
        "sha256": (sha256, not_whole),
        "client": (client is not None, "the servers are asked by one process: give jobs instead"),
    }
    if jobs < 1:
        msg = f"jobs = {jobs}: expected at least 1"
        raise BuildError(msg)
    for name, (given, reason) in reasons.items():
        if given:
            msg = f"stream and {name} exclude each other: {reason}"
            raise BuildError(msg)


def _unnamed(
    document: RecipeDocument, retried: Present | None, sas: str | os.PathLike[str] | None
) -> tuple[Item, ...]:
    """Return what is meant where nothing is named: what failed, else what the recipe lists.

    Raises
    ------
    BuildError
        If it lists nothing either.
    """
    if retried is not None:
        return tuple(retried.failures)
    if not document.galaxies:
        msg = "nothing to build: give MAPS files, directories of them, or plateifus"
        raise BuildError(msg)
    return tuple(items_of(document, sas))


def _report(present: Present, began: float, expected: str) -> BuildReport:
    """Report on the finished store that lacks nothing of what was asked for."""
    number = len(present.places)
    return BuildReport(
        path=present.path,
        galaxies=number,
        failures=present.failures,
        kept=number,
        resumed=0,
        seconds=time.monotonic() - began,
        existed=True,
        content_sha256=present.base.content,
        expected=expected,
    )
