"""Values, pixel by pixel: coverage, where values may and must be, inverse variances."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from mangaxr.store.contract import STATUS
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import Slab

__all__ = ["RULES"]

Flags = npt.NDArray[np.bool_]

_FORGED = "A tool that works on pixels wrote into the store; no chunk that a build wrote is so."
_REBUILD = "Build the galaxy anew; do not use its maps before."


def _told(slab: Slab, variable: str, bad: Flags, words: str, *needs: str) -> Iterator[Found]:
    """Count bad pixels (galaxy, channel, y, x) by galaxy and channel, where all could be read."""
    bad = bad & slab.channels(variable, *needs)[:, np.newaxis, np.newaxis]
    counts = bad.sum(axis=(2, 3))
    names = slab.store.columns.get("channel")
    for galaxy, channel in zip(*np.nonzero(counts), strict=True):
        label = f"number {channel}" if names is None else str(names[channel])
        y, x = np.argwhere(bad[galaxy, channel])[0]
        message = (
            f"{words} in {counts[galaxy, channel]} pixels of channel {label}, first [{y}, {x}]"
        )
        yield Found(variable, message, slab.store.name(int(slab.galaxies[galaxy])))


def _decodes(slab: Slab) -> Iterator[Found]:
    yield from slab.damage


def _coverage(slab: Slab) -> Iterator[Found]:
    share = slab.arrays["coverage"]
    yield from _told(slab, "coverage", ~((share >= 0) & (share <= 1)), "is not within 0 to 1")


def _too_low(slab: Slab) -> Flags:
    """Where the recipe gives no value; compared as the build does, in float32."""
    share = slab.arrays["coverage"]
    return (share < np.float32(slab.store.recipe.min_coverage)) | (share <= 0)


def _uncovered(slab: Slab) -> Iterator[Found]:
    bad = ~np.isnan(slab.arrays["tensor"]) & _too_low(slab)
    yield from _told(slab, "tensor", bad, "has a value under too low a coverage", "coverage")


def _valueless(slab: Slab) -> Iterator[Found]:
    bad = np.isnan(slab.arrays["tensor"]) & ~_too_low(slab) & ~np.isnan(slab.arrays["coverage"])
    # A dispersion has none where its mean square is not positive.
    decided = [c.family.quantity != "dispersion" for c in slab.store.recipe.parsed_channels()]
    bad &= np.array(decided)[:, np.newaxis, np.newaxis]
    yield from _told(slab, "tensor", bad, "has no value in spite of its coverage", "coverage")


def _infinite(slab: Slab) -> Iterator[Found]:
    for name, values in slab.arrays.items():
        yield from _told(slab, name, np.isinf(values), "is infinite")


def _negative(slab: Slab) -> Iterator[Found]:
    yield from _told(slab, "ivar", slab.arrays["ivar"] <= 0, "is not positive")


def _of_nothing(slab: Slab) -> Iterator[Found]:
    bad = ~np.isnan(slab.arrays["ivar"]) & np.isnan(slab.arrays["tensor"])
    yield from _told(slab, "ivar", bad, "is given where tensor has no value", "tensor")


def _failed(slab: Slab) -> Iterator[Found]:
    failed = slab.column("status") == STATUS["failed"]
    for name, values in slab.arrays.items():
        empty = values == 0 if name == "coverage" else np.isnan(values)
        bad = ~empty & failed[:, np.newaxis, np.newaxis, np.newaxis]
        yield from _told(slab, name, bad, "is not empty, though the galaxy failed,")


def _row(
    number: int,
    title: str,
    why: str,
    remedy: str,
    needs: str,
    check: Callable[..., Iterator[Found]],
) -> StoreRule:
    return StoreRule(
        id=f"MX{number}",
        level="values",
        title=title,
        why=why,
        remedy=remedy,
        needs=tuple(needs.split()),
        check_slab=check,
    )


RULES = (
    _row(
        201, "Every chunk of `tensor`, `ivar` and `coverage` decodes, its CRC included.",
        "A disk, a transfer or a hand damaged the file.",
        "Copy the store again, or build it anew; the other chunks are as they were.",
        "", _decodes,
    ),
    _row(
        202, "`coverage` is a share: from 0 to 1, never missing.",
        _FORGED, _REBUILD, "coverage", _coverage,
    ),
    _row(
        203, "`tensor` has no value where `coverage` is 0 or below the recipe's `min_coverage`.",
        "Missing values were filled, with 0 for one.",
        "Do not train on it: build the galaxy anew.",
        "tensor coverage recipe", _uncovered,
    ),
    _row(
        204, "`tensor` has a value wherever `coverage` suffices; dispersions may lack one.",
        "Values were removed, by a cut on outliers for one.",
        _REBUILD, "tensor coverage recipe", _valueless,
    ),
    _row(205, "No value is infinite.", _FORGED, _REBUILD, "", _infinite),
    _row(
        206, "`ivar` is positive, or NaN.",
        "Missing inverse variances were written as 0, or signs changed.",
        _REBUILD, "ivar", _negative,
    ),
    _row(
        207, "`ivar` is NaN where `tensor` is.",
        "Values were removed and their errors left.",
        _REBUILD, "tensor ivar", _of_nothing,
    ),
    _row(
        208, "A galaxy that failed has NaN in `tensor` and `ivar` and 0 in `coverage`.",
        "`status` was edited, or maps were put in from elsewhere.",
        "Believe neither: build the galaxy anew.", "status", _failed,
    ),
)  # fmt: skip
