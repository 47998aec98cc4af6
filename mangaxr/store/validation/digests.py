"""Values against their digests: of each galaxy, of the whole, of the attributes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mangaxr.store.contract import (
    ARRAYS,
    ATTRIBUTES,
    GALAXY_COORDS,
    QUALITY_COORDS,
    SCALINGS,
    STATUS,
    UNSIGNED,
)
from mangaxr.store.digest import arrays_digest, content_digest
from mangaxr.store.finish import digests_of_rows, signed_attributes
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import Slab

__all__ = ["RULES"]

_NAMES = tuple(spec.name for spec in ARRAYS)
_SIGNED = tuple(
    spec.name for spec in (*GALAXY_COORDS, *QUALITY_COORDS, *SCALINGS) if spec.name not in UNSIGNED
)
_EDITED = "Something was edited after the build, however sensible the values look."
_NOT_CITED = "This is not what the build wrote: take a copy that is whole, or build it anew."


def _arrays(slab: Slab) -> Iterator[Found]:
    if not slab.channels(*_NAMES).all():
        return  # what cannot be read is another rule's
    recorded, failed = slab.column("arrays_sha256"), slab.column("status") == STATUS["failed"]
    for i, name in enumerate(slab.names):
        found = str(recorded[i])
        if failed[i]:
            if found:
                yield Found("arrays_sha256", "is given, though the galaxy failed", name)
        elif found != arrays_digest(*(slab.arrays[array][i] for array in _NAMES)):
            yield Found("arrays_sha256", "is not that of tensor, ivar and coverage", name)


def _rows(store: Evidence) -> Iterator[Found]:
    found = digests_of_rows({name: store.columns[name] for name in _SIGNED})
    recorded = store.columns["row_sha256"].astype(object)
    for i in np.flatnonzero(recorded != np.array(found, dtype=object)):
        yield Found("row_sha256", "is not that of the galaxy's row", store.name(int(i)))


def _content(store: Evidence) -> Iterator[Found]:
    columns = (store.columns[n].tolist() for n in ("galaxy", "arrays_sha256", "row_sha256"))
    if store.attributes.get("content_sha256") != content_digest(*columns):
        yield Found("content_sha256", "is not that of the galaxies' digests")


def _attributes(store: Evidence) -> Iterator[Found]:
    names = [row.name for row in ATTRIBUTES if row.name != "attributes_sha256"]
    if any(name not in store.attributes for name in names):
        return  # what is missing is another rule's
    signed = signed_attributes(store.attributes)
    if store.attributes.get("attributes_sha256") != signed["attributes_sha256"]:
        yield Found("attributes_sha256", "is not that of the root's attributes")


RULES = (
    StoreRule(
        id="MX211",
        level="values",
        title="`arrays_sha256` is that of the galaxy's `tensor`, `ivar` and `coverage`; empty "
        "if it failed.",
        why=_EDITED,
        remedy=_NOT_CITED,
        needs=(*_NAMES, "arrays_sha256", "status"),
        check_slab=_arrays,
    ),
    StoreRule(
        id="MX212",
        level="values",
        title="`row_sha256` is that of everything else that is stored of the galaxy.",
        why=_EDITED,
        remedy=_NOT_CITED,
        needs=(*_SIGNED, "row_sha256"),
        check=_rows,
    ),
    StoreRule(
        id="MX213",
        level="values",
        title="`content_sha256` is that of all galaxies' names and digests.",
        why="Galaxies were added, removed, reordered or edited after the build.",
        remedy=_NOT_CITED,
        needs=("galaxy", "arrays_sha256", "row_sha256"),
        check=_content,
    ),
    StoreRule(
        id="MX214",
        level="values",
        title="`attributes_sha256` is that of the root's other attributes.",
        why="An attribute was edited: recipe, licence, versions, times.",
        remedy=_NOT_CITED,
        check=_attributes,
    ),
)
