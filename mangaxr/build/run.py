"""Running a build: what is there already is checked, the rest is filled, then named."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import xarray as xr

from mangaxr.build.died import give_up_galaxy
from mangaxr.build.fetch import fetch_missing
from mangaxr.build.galaxy import build_galaxy
from mangaxr.build.items import ONE_ITEM, Item, Source, resolve_items
from mangaxr.build.journal import Journal, galaxies_differ
from mangaxr.build.origin import with_checksums
from mangaxr.build.report import BuildReport, OnProgress
from mangaxr.build.scheduling.connect import check_client
from mangaxr.build.slabs import fill_slabs
from mangaxr.build.validate import validate_store
from mangaxr.datamodel.maskbits import DEFAULT_POLICY
from mangaxr.datamodel.releases import DEFAULT_RELEASE
from mangaxr.errors import BuildError, RecipeMismatchError, StoreError
from mangaxr.sas.layout import DEFAULT_BASE_URL
from mangaxr.sas.records import OnDownload
from mangaxr.store.contract import STATUS
from mangaxr.store.finish import finish_store
from mangaxr.store.provenance import build_record, provenance
from mangaxr.store.reader import open_store, store_recipe
from mangaxr.store.writer import create_store
from mangaxr.tensors.channels import DEFAULT_CHANNELS
from mangaxr.tensors.recipe import DEFAULT_SPLIT, GridName, Recipe
from mangaxr.tensors.scaling import ScalingName

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["build_store"]


def build_store(
    out: str | os.PathLike[str],
    items: Iterable[Item] | Item,
    *,
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
    fresh: bool = False,
    verify: bool = False,
    download: bool = False,
    base_urls: Iterable[str] = (DEFAULT_BASE_URL,),
    jobs: int = 3,
    progress: OnProgress | None = None,
    on_download: OnDownload | None = None,
    command: str = "mangaxr.build_store",
) -> BuildReport:
    """Build a tensor store from MAPS files; resumes by itself.

    Parameters
    ----------
    out
        Where the store goes. Until it is complete it lives in ``OUT.partial``; running the
        same build again goes on from there.
    items
        MAPS files, directories of them, plateifus found in the SAS tree, or ``@SAMPLE``.
    channels, grid, pixel_scale, npix, scaling, mask, min_coverage, min_snr, split
        The recipe; see `mangaxr.Recipe`. ``mask`` may be a list of flag names.
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
    fresh
        Start anew, whatever is there.
    verify
        Check the gzip CRC and every FITS checksum, at twice the time.
    download
        Fetch the files that the SAS tree lacks first; a galaxy whose file cannot be had
        becomes a row with the reason. See `mangaxr.download`.
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
        If a store or an unfinished build of another recipe or of other files is there.
    StoreError
        If the store that is there is damaged.
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
    began = time.monotonic()
    recipe = Recipe(
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
    if workers < 1 or on_error not in ("record", "raise"):
        msg = f"workers = {workers}, on_error = {on_error!r}: expected >= 1 and record or raise"
        raise BuildError(msg)
    if client is not None:
        check_client(client)
    several = (items,) if isinstance(items, ONE_ITEM) else items
    sources = resolve_items(several, sas=sas, release=release, daptype=daptype)
    final = Path(out)
    if final.exists() and not fresh:
        return _existing(final, recipe, sources, began)
    _check_replaceable(final)
    started = datetime.now(UTC)
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

    build = partial(build_galaxy, recipe=recipe, verify=verify, on_error=on_error)
    with Journal.of(final) as journal:
        if not journal.start(recipe, sources, fresh=fresh):
            create_store(journal.store, recipe, len(sources))
            journal.commit(recipe, sources)
        resumed = fill_slabs(
            journal,
            recipe,
            with_checksums(sources),
            build,
            on_death=partial(give_up_galaxy, on_error=on_error),
            workers=workers,
            client=client,
            progress=progress,
        )
        rows = [row for _, rows in sorted(journal.done().items()) for row in rows]
        builds = [build_record(command, started)]
        finish_store(journal.store, recipe, rows, provenance(recipe, builds))
        issues = validate_store(journal.store, level="structure")
        if issues:
            msg = f"{journal.store}: the new store breaks its contract: {issues[0]}"
            raise BuildError(msg)
        journal.finish(final)
    failures = {r["galaxy"]: r["failure"] for r in rows if r["status"] == STATUS["failed"]}
    return BuildReport(final, len(rows), failures, resumed, time.monotonic() - began)


def _check_replaceable(final: Path) -> None:
    """Refuse to replace what is no store.

    Raises
    ------
    BuildError
        If something else is there.
    """
    if final.exists() and not (final / "zarr.json").is_file():
        msg = f"{final}: is here and no store: only a store is replaced, choose another name"
        raise BuildError(msg)


def _existing(final: Path, recipe: Recipe, sources: Sequence[Source], began: float) -> BuildReport:
    """Report on the finished store that is there, if it is the one asked for.

    Raises
    ------
    StoreError
        If it is not a store, or a damaged one.
    RecipeMismatchError
        If it is of another recipe, of other galaxies, or was built from other files.
    """
    store = open_store(final, chunks=None)
    issues = validate_store(final, level="structure")
    if issues:
        msg = f"{final}: the store that is here is damaged ({issues[0]}): replace it with --fresh"
        raise StoreError(msg)
    names = [str(name) for name in store["galaxy"].values]
    differences = recipe.differences(Recipe.from_dict(store_recipe(store)))
    other = galaxies_differ(names, [source.galaxy for source in sources])
    differences += [other] if other else _files_differ(store, sources)
    if differences:
        msg = (
            f"{final}: a store is here already, and differs in {'; '.join(differences)}: "
            f"choose another name, or replace it with --fresh"
        )
        raise RecipeMismatchError(msg)
    reasons = zip(names, map(str, store["failure"].values), strict=True)
    failures = {name: reason for name, reason in reasons if reason}
    seconds = time.monotonic() - began
    return BuildReport(final, len(names), failures, len(names), seconds, existed=True)


def _files_differ(store: xr.Dataset, sources: Sequence[Source]) -> list[str]:
    """Name the first file that is not the one a store was built from; by name and size."""
    before = zip(store["source_file"].values, store["source_size"].values, strict=True)
    for source, (name, size) in zip(sources, before, strict=True):
        if source.path.name != name:
            return [f"file of {source.galaxy}: {source.path.name}, not {name}"]
        if size >= 0 and source.path.is_file() and source.path.stat().st_size != size:
            return [f"file of {source.galaxy}: {source.path} has changed"]
    return []
