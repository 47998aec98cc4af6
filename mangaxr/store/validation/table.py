"""All rules that a store can be held to by itself, in the order of their ids."""

from __future__ import annotations

from mangaxr.store.validation import (
    description,
    digests,
    files,
    light,
    motion,
    names,
    numbers,
    origin,
    pixels,
    relations,
    root,
    scaled,
    variables,
    verdicts,
)
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_PARTS = (
    root, variables, files,
    pixels, numbers, digests,
    description, names, verdicts, origin, relations, scaled, light, motion,
)  # fmt: skip

RULES: tuple[StoreRule, ...] = tuple(rule for part in _PARTS for rule in part.RULES)
"""Those of level ``sources`` are where galaxies are built."""
