"""Where a galaxy's numbers come from: its file, its place in the archive, its checksum."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from mangaxr.build.items import Source
from mangaxr.location import is_local
from mangaxr.sas.layout import DEFAULT_BASE_URL, join_url, relative_maps_path
from mangaxr.sas.manifest import Manifest
from mangaxr.sas.verify import sha256_of

__all__ = ["begin_size_row", "place_row", "with_checksums"]

_NOT_READ = "not computed: without verify, a file is not read to its end"


def with_checksums(sources: Iterable[Source]) -> list[Source]:
    """Add the checksums that the manifests of downloads know, of files unchanged since."""
    manifest = lru_cache(maxsize=8)(Manifest)  # several trees are rare, many galaxies are not
    found = []
    for source in sources:
        relative = relative_maps_path(source.path) if is_local(source.path) else ""
        if relative:
            root = Path(str(source.path.absolute()).removesuffix(relative))
            entry = manifest(root).find(relative)
            if entry is not None and entry.describes(source.path, entry.verified):
                source = replace(source, sha256=entry.sha256)
        found.append(source)
    return found


def place_row(path: Path) -> dict[str, Any]:
    """Name a file, and where the archive has it."""
    relative = relative_maps_path(path)
    return {
        "source_file": path.name,
        "source_path": relative,
        "source_url": join_url(DEFAULT_BASE_URL, relative) if relative else "",
    }


def begin_size_row(source: Source, *, verify: bool) -> Callable[[], dict[str, Any]]:
    """Return what gives the size of a file, and its SHA-256, or why that is not known.

    To be called before the file is read: if it is to be hashed, a thread does so meanwhile. What
    is wrong with the file is for its reader to say.
    """
    if not verify:
        return partial(_size_row, source, lambda: source.sha256 or _NOT_READ)
    beside = ThreadPoolExecutor(1)
    found = beside.submit(sha256_of, source.path)
    beside.shutdown(wait=False)
    return partial(_size_row, source, found.result)


def _size_row(source: Source, digest: Callable[[], str]) -> dict[str, Any]:
    return {"source_sha256": digest(), "source_size": source.path.stat().st_size}
