"""Semantics: galaxies' names, and the splits that they are in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from mangaxr.plateifu import plateifu_or_none, survey_order
from mangaxr.store.contract import MISSING, STATUS
from mangaxr.store.provenance import split_of, split_rule
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_REBUILD = "Build the store anew from the files."


def _unique(store: Evidence) -> Iterator[Found]:
    for name, number in Counter(map(str, store.columns["galaxy"])).items():
        if number > 1:
            yield Found("galaxy", f"is in the store {number} times", name)


def _sorted(store: Evidence) -> Iterator[Found]:
    names = [str(name) for name in store.columns["galaxy"]]
    keys = [survey_order(name) for name in names]
    for before, after, name in zip(keys, keys[1:], names[1:], strict=False):
        if after < before:
            yield Found("galaxy", "comes after one that it should come before", name)


def _plate_and_ifu(store: Evidence) -> Iterator[Found]:
    unknown = MISSING["int64"]
    columns = (store.columns[name].tolist() for name in ("galaxy", "plate", "ifu"))
    for name, plate, ifu in zip(*columns, strict=True):
        known = plateifu_or_none(name)
        expected = (known.plate, known.ifu) if known else (unknown, unknown)
        if (plate, ifu) != expected:
            yield Found("galaxy", f"has plate {plate} and ifu {ifu}", name)


def _splits(store: Evidence) -> Iterator[Found]:
    columns = (store.columns[name].tolist() for name in ("galaxy", "mangaid", "split", "status"))
    for name, mangaid, split, status in zip(*columns, strict=True):
        known = mangaid and status == STATUS["done"]
        expected = split_of(mangaid, store.recipe.split) if known else ""
        if split != expected:
            yield Found("split", f"is {split!r}; the hash of {mangaid!r} says {expected!r}", name)


def _one_split(store: Evidence) -> Iterator[Found]:
    found: dict[str, set[str]] = defaultdict(set)
    columns = (store.columns[name].tolist() for name in ("mangaid", "split"))
    for mangaid, split in zip(*columns, strict=True):
        if mangaid:
            found[mangaid].add(split)
    for mangaid, splits in found.items():
        if len(splits) > 1:
            yield Found("split", f"of mangaid {mangaid} is {' and '.join(sorted(splits))}")


def _rule(store: Evidence) -> Iterator[Found]:
    if store.documents["split_rule"] != split_rule(store.recipe.split):
        yield Found("split_rule", f"is not that of the recipe's shares, {store.recipe.split}")


RULES = (
    StoreRule(
        id="MX305",
        level="semantics",
        title="No galaxy is in the store twice.",
        why="Stores were joined.",
        remedy=_REBUILD,
        needs=("galaxy",),
        check=_unique,
    ),
    StoreRule(
        id="MX306",
        level="semantics",
        title="Galaxies are sorted by plate and IFU design; names that are neither come last.",
        why="Rows were moved; arrays and other variables may not have moved with them.",
        remedy=_REBUILD,
        needs=("galaxy",),
        check=_sorted,
    ),
    StoreRule(
        id="MX307",
        level="semantics",
        title="`galaxy` is `plate` and `ifu`.",
        why="One of the variables was edited or moved.",
        remedy=_REBUILD,
        needs=("galaxy", "plate", "ifu"),
        check=_plate_and_ifu,
    ),
    StoreRule(
        id="MX308",
        level="semantics",
        title="`split` follows from `mangaid` by the hash and the recipe's shares.",
        why="Splits were drawn anew, or edited.",
        remedy="A network trained on other splits may have seen these galaxies: build anew.",
        needs=("mangaid", "split", "status", "galaxy", "recipe"),
        check=_splits,
    ),
    StoreRule(
        id="MX309",
        level="semantics",
        title="Observations of one target (`mangaid`) are in one split.",
        why="Splits were drawn by observation, or edited.",
        remedy="The test would know the training set: do not use these splits.",
        needs=("mangaid", "split"),
        check=_one_split,
    ),
    StoreRule(
        id="MX310",
        level="semantics",
        title="`split_rule` has the salt and the recipe's shares.",
        why="The attribute was edited.",
        remedy=_REBUILD,
        needs=("recipe", "split_rule"),
        check=_rule,
    ),
)
