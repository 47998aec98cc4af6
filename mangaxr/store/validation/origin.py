"""Semantics: where galaxies come from, and who built the store with what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from mangaxr.sas.layout import DEFAULT_BASE_URL, MAPS_NAME, join_url, relative_maps_path
from mangaxr.store.contract import STATUS
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATASUM = re.compile(r"[^\s=]+=[0-9]{1,10}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*\S*")

_EDITED = "The variable was edited, or rows were moved."
_FROM_FILES = "Take it from the file again: build the galaxy anew."


def _paths(store: Evidence) -> Iterator[Found]:
    columns = ("galaxy", "plate", "ifu", "source_file", "source_path", "source_url")
    rows = zip(*(store.columns[name].tolist() for name in columns), strict=True)
    for galaxy, plate, ifu, file, path, url in rows:
        match = MAPS_NAME.fullmatch(file)
        if not file:
            yield Found("source_file", "is empty", galaxy)
        elif match and (int(match["plate"]), int(match["ifu"])) != (plate, ifu):
            yield Found("source_file", f"is that of another galaxy: {file}", galaxy)
        expected = relative_maps_path(Path("/") / path) if path else ""
        if path != expected or (path and path.rpartition("/")[2] != file):
            words = f"is {path!r}: not where the archive has {file}"
            yield Found("source_path", words, galaxy)
        if url != (join_url(DEFAULT_BASE_URL, path) if path else ""):
            yield Found("source_url", f"is {url!r}: not that of the source_path", galaxy)


def _checksums(store: Evidence) -> Iterator[Found]:
    columns = ("galaxy", "status", "source_sha256")
    rows = zip(*(store.columns[name].tolist() for name in columns), strict=True)
    for galaxy, status, text in rows:
        # A reason is a sentence.
        sound = bool(_SHA256.fullmatch(text)) or " " in text.strip()
        if not sound and (text or status == STATUS["done"]):
            words = f"is {text!r}: neither 64 hexadecimal digits nor a reason"
            yield Found("source_sha256", words, galaxy)


def _datasums(store: Evidence) -> Iterator[Found]:
    for i, text in enumerate(store.columns["source_checksum"].tolist()):
        parts = text.split(" ") if text else []
        wrong = [part for part in parts if not _DATASUM.fullmatch(part)]
        names = [part.partition("=")[0] for part in parts]
        if wrong:
            yield Found("source_checksum", f"has {wrong[0]!r}, not EXTENSION=SUM", store.name(i))
        elif len(set(names)) < len(names):
            yield Found("source_checksum", "names an extension twice", store.name(i))


def _sizes(store: Evidence) -> Iterator[Found]:
    done = store.columns["status"] == STATUS["done"]
    for i in (done & (store.columns["source_size"] <= 0)).nonzero()[0].tolist():
        words = f"is {store.columns['source_size'][i]}, though the file was read"
        yield Found("source_size", words, store.name(i))


def _builds(store: Evidence) -> Iterator[Found]:
    builds = store.documents["builds"]
    if not isinstance(builds, list) or not builds or not all(isinstance(b, dict) for b in builds):
        yield Found("builds", "is not a list of records")
        return
    for number, build in enumerate(builds):
        for fault in _record_faults(build):
            yield Found("builds", f"number {number}: {fault}")
    told: dict[str, Any] = {n: store.attributes.get(n) for n in ("command", "started", "finished")}
    told["software"] = store.documents["software"]
    for name, value in told.items():
        if builds[-1].get(name) != value:
            yield Found(name, "is not that of the last record of builds")


def _record_faults(build: dict[str, Any]) -> Iterator[str]:
    if not isinstance(build.get("command"), str):
        yield "has no command"
    for name in ("started", "finished"):
        if not _is_time(build.get(name)):
            yield f"{name} is {build.get(name)!r}, not a time in UTC"
    software = build.get("software")
    if not isinstance(software, dict) or "python" not in software:
        yield "does not name the software"
        return
    for name, version in software.items():
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            yield f"{name} is of version {version!r}"


def _is_time(text: object) -> bool:
    try:
        offset = datetime.fromisoformat(str(text)).utcoffset()
    except ValueError:
        return False
    return offset is not None and not offset


RULES = (
    StoreRule(
        id="MX315",
        level="semantics",
        title="`source_file`, `source_path` and `source_url` agree with each other and with the "
        "galaxy.",
        why=_EDITED,
        remedy=_FROM_FILES,
        needs=("galaxy", "plate", "ifu", "source_file", "source_path", "source_url"),
        check=_paths,
    ),
    StoreRule(
        id="MX316",
        level="semantics",
        title="`source_sha256` is 64 hexadecimal digits, or a reason.",
        why=_EDITED,
        remedy=_FROM_FILES,
        needs=("galaxy", "status", "source_sha256"),
        check=_checksums,
    ),
    StoreRule(
        id="MX317",
        level="semantics",
        title="`source_checksum` is EXTENSION=SUM, a blank between two, each extension once.",
        why=f"{_EDITED} Or the file's DATASUM cards are odd: `mangaxr inspect --verify` tells.",
        remedy=_FROM_FILES,
        needs=("source_checksum",),
        check=_datasums,
    ),
    StoreRule(
        id="MX318",
        level="semantics",
        title="A galaxy with a tensor has the size of its file.",
        why=_EDITED,
        remedy=_FROM_FILES,
        needs=("status", "source_size"),
        check=_sizes,
    ),
    StoreRule(
        id="MX319",
        level="semantics",
        title="`builds` are records with times in UTC and versions that can be read; the last "
        "one is what the root says.",
        why="An attribute was edited.",
        remedy="Who made the store is in doubt: take the attributes from a copy.",
        needs=("builds", "software"),
        check=_builds,
    ),
)
