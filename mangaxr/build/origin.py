"""Where a galaxy's numbers come from: its file, its place in the archive, its checksum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mangaxr.build.items import Source
from mangaxr.location import is_local
from mangaxr.maps.raw import RawMaps
from mangaxr.sas.layout import DEFAULT_BASE_URL, join_url, relative_maps_path
from mangaxr.sas.manifest import Manifest

__all__ = ["place_row", "size_row", "with_checksums"]

_NOT_COMPUTED = "not computed: a file is hashed where that is asked for"


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


def size_row(source: Source, raw: RawMaps) -> dict[str, Any]:
    """Tell the size of a file, and its SHA-256 or why that is not known."""
    digest = raw.sha256 or source.sha256 or _NOT_COMPUTED
    return {"source_sha256": digest, "source_size": source.path.stat().st_size}
