"""The files that a build lacks: brought before it starts, or read from their servers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from mangaxr.build.items import Source
from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.download import download
from mangaxr.sas.layout import PRODUCTS, check_daptype, maps_path
from mangaxr.sas.local import sas_root
from mangaxr.sas.missing import why_missing
from mangaxr.sas.records import OnDownload
from mangaxr.sas.streaming import Streaming
from mangaxr.sas.web_file import web_file

__all__ = ["fetch_missing", "stream_missing"]


def fetch_missing(
    sources: Sequence[Source],
    *,
    sas: str | os.PathLike[str] | None,
    release: str,
    daptype: str | None,
    base_urls: Iterable[str],
    jobs: int,
    progress: OnDownload | None,
) -> list[Source]:
    """Download the files of galaxies whose place in the SAS tree is empty.

    Returns
    -------
    list of Source
        The same galaxies; one whose file could not be had knows why.
    """
    lacking = _lacking(sources, sas=sas, release=release, daptype=daptype)
    if not lacking:
        return list(sources)
    records = download(
        lacking.values(),
        sas=sas,
        release=release,
        daptype=daptype,
        base_urls=base_urls,
        jobs=jobs,
        progress=progress,
    )
    reasons = {record.galaxy: record.reason for record in records if not record.ok}
    return [replace(source, absent=reasons.get(source.galaxy, "")) for source in sources]


def stream_missing(
    sources: Sequence[Source],
    streaming: Streaming,
    *,
    sas: str | os.PathLike[str] | None,
    release: str,
    daptype: str | None,
) -> list[Source]:
    """Have the files of galaxies whose place in the SAS tree is empty read from the servers.

    Returns
    -------
    list of Source
        The same galaxies; one that is known to have no file says why.
    """
    known = find_release(release)
    wanted = check_daptype(daptype, known)
    lacking = _lacking(sources, sas=sas, release=release, daptype=daptype)
    found = []
    for source in sources:
        galaxy = lacking.get(source.galaxy)
        if galaxy is None:
            found.append(source)
        elif reason := why_missing(known, galaxy, wanted):
            found.append(replace(source, absent=reason))
        else:
            file = web_file(PRODUCTS["maps"].relative(known, galaxy, wanted), streaming)
            found.append(replace(source, path=cast("Path", file)))
    return found


def _lacking(
    sources: Iterable[Source],
    *,
    sas: str | os.PathLike[str] | None,
    release: str,
    daptype: str | None,
) -> dict[str, PlateIFU]:
    """Return the galaxies, by name, whose files are looked for in the SAS tree and not there."""
    known = find_release(release)
    wanted, root = check_daptype(daptype, known), sas_root(sas)
    lacking: dict[str, PlateIFU] = {}
    for source in sources:
        galaxy = source.plateifu
        if galaxy is None or source.path.is_file():
            continue
        # A file that was named by its path is for the user to bring.
        if source.path == maps_path(root, known, galaxy, wanted):
            lacking[source.galaxy] = galaxy
    return lacking
