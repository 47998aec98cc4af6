"""What is under a store's final name: nothing, the old store, or the new one. Or a finding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import mangaxr

__all__ = ["FindingError", "Reference", "files_of", "state_of"]

_ROOT = "zarr.json"
_OF_THE_RUN = ("builds", "command", "started", "finished", "attributes_sha256")
"""Attributes that differ from build to build."""

Files = dict[str, bytes]


class FindingError(Exception):
    """Something is not as it was promised."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Every file of the store before (if there was one), and of one that was not disturbed."""

    old: Files | None
    new: Files


def files_of(store: Path) -> Files:
    """Read every file of a store."""
    files = (file for file in store.rglob("*") if file.is_file())
    return {file.relative_to(store).as_posix(): file.read_bytes() for file in files}


def state_of(store: Path, reference: Reference) -> str:
    """Return ``absent``, ``old`` or ``new``.

    Raises
    ------
    FindingError
        If it is neither.
    """
    if not store.exists():
        return "absent"
    found = files_of(store)
    if found == reference.old:
        return "old"
    differing = _differences(found, reference.new)
    if differing:
        msg = f"neither the old store nor the new: {', '.join(differing[:4])}"
        raise FindingError(msg)
    issues = mangaxr.validate_store(store)
    if issues:
        msg = f"not valid: {issues[0]}"
        raise FindingError(msg)
    return "new"


def _differences(found: Files, expected: Files) -> list[str]:
    differing = [
        name
        for name in sorted(found.keys() | expected.keys())
        if name != _ROOT and found.get(name) != expected.get(name)
    ]
    if not differing and _lasting(found[_ROOT]) != _lasting(expected[_ROOT]):
        differing.append(_ROOT)
    return differing


def _lasting(root: bytes) -> object:
    """Return the root's metadata without what tells of the run."""
    content = json.loads(root)
    for name in _OF_THE_RUN:
        del content["attributes"][name]
    return content
