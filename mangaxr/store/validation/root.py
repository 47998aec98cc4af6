"""Structure, of the root: contract, attributes, the copy of all metadata."""

from __future__ import annotations

from collections.abc import Iterator

from mangaxr.store.contract import ATTRIBUTES, CONTRACT_VERSION
from mangaxr.store.finish import coordinate_names
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES", "UNREADABLE"]

_OTHER_TOOL = "Another tool, or a hand, edited the store."


def _version(store: Evidence) -> Iterator[Found]:
    found = store.attributes.get("contract_version")
    if found != CONTRACT_VERSION:
        message = f"is {found!r}, this mangaxr checks {CONTRACT_VERSION!r}"
        yield Found("contract_version", message)


def _attributes(store: Evidence) -> Iterator[Found]:
    for row in ATTRIBUTES:
        value = store.attributes.get(row.name)
        if value is None:
            yield Found(row.name, "is missing from the root's attributes")
        elif not isinstance(value, str) or not value:
            yield Found(row.name, f"is {value!r}, not a text")
        elif row.json and row.name not in store.documents:
            yield Found(row.name, store.faults[row.name])


def _coordinates(store: Evidence) -> Iterator[Found]:
    listed = str(store.attributes.get("coordinates", "")).split()
    for name in coordinate_names():
        if name not in listed:
            yield Found(name, "is not among the names of the attribute coordinates")


def _consolidated(store: Evidence) -> Iterator[Found]:
    copy = store.root.get("consolidated_metadata")
    listed = copy.get("metadata") if isinstance(copy, dict) else None
    if not isinstance(listed, dict):
        yield Found("store", "has no copy of all metadata in its zarr.json")
        return
    for name in sorted(listed.keys() | store.metadata.keys()):
        if name not in listed:
            yield Found(name, "is not in the root's copy of all metadata")
        elif name not in store.metadata:
            yield Found(name, "is in the root's copy of all metadata, and has none of its own")
        elif listed[name] != store.metadata[name]:
            fields = listed[name].keys() | store.metadata[name].keys()
            differ = [
                f for f in sorted(fields) if listed[name].get(f) != store.metadata[name].get(f)
            ]
            yield Found(name, f"has other {', '.join(differ)} than the root's copy of all metadata")


UNREADABLE = StoreRule(
    id="MX101",
    level="structure",
    title="The path holds a Zarr group of format 3 whose `contract` is `mangaxr-tensors`.",
    why="A wrong path, a build that did not finish, a copy that broke off at once.",
    remedy="Check the path; run the build again. Nothing else can be checked, and the exit "
    "status is 2.",
)

RULES = (
    UNREADABLE,
    StoreRule(
        id="MX102",
        level="structure",
        title="`contract_version` is the version that this mangaxr knows.",
        why="An older or newer mangaxr wrote the store, or the attribute was edited.",
        remedy="Validate with the version of mangaxr that wrote it: the attribute `software`.",
        check=_version,
    ),
    StoreRule(
        id="MX103",
        level="structure",
        title="The root has every attribute of the contract, a text each; JSON ones are JSON.",
        why=_OTHER_TOOL,
        remedy="Build the store anew, or take the attributes from a copy.",
        check=_attributes,
    ),
    StoreRule(
        id="MX104",
        level="structure",
        title="The attribute `coordinates` names every coordinate.",
        why=_OTHER_TOOL,
        remedy="Readers would take coordinates for data: take the attribute from a copy.",
        check=_coordinates,
    ),
    StoreRule(
        id="MX105",
        level="structure",
        title="The root holds a copy of all metadata (consolidated), equal to the arrays' own.",
        why="An array was edited, added or removed, and the copy not renewed.",
        remedy="If the arrays' own are right, `zarr.consolidate_metadata(STORE)`.",
        check=_consolidated,
    ),
)
