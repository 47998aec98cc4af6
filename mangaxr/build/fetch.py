"""Bringing the files that a build lacks, before it starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mangaxr.build.items import Source
from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.download import download
from mangaxr.sas.layout import check_daptype, maps_path
from mangaxr.sas.local import sas_root
from mangaxr.sas.records import OnDownload

__all__ = ["fetch_missing"]


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
