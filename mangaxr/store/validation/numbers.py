"""Values of the small variables: ranges, and scalings that can be inverted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mangaxr.store.contract import MISSING, SCALINGS, Variable, all_variables
from mangaxr.store.validation.evidence import LARGE, Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_ROUNDING = 1e-9
"""A share or a correlation of 1 may come out a little above."""


def _ranges(store: Evidence) -> Iterator[Found]:
    for spec in all_variables():
        if spec.within is None or spec.name in LARGE or spec.name not in store.sound:
            continue
        low, high = spec.within
        values = store.columns[spec.name]
        inside = (values >= low - _ROUNDING) & (values <= high + _ROUNDING)
        for place in np.argwhere(_known(spec, values) & ~inside):
            found = values[tuple(place)]
            name = store.name(int(place[0])) if spec.dims[0] == "galaxy" else ""
            yield Found(spec.name, f"is {found:g}, not within {low:g} to {high:g}", name)


def _known(spec: Variable, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    missing = MISSING[spec.dtype]
    if isinstance(missing, float) and math.isnan(missing):
        return ~np.isnan(values)
    # 0 stands for an unknown state, which no galaxy of a store may have.
    return values != missing if spec.dtype == "int64" else np.ones(values.shape, dtype=bool)


def _scalings(store: Evidence) -> Iterator[Found]:
    offset, scale = (store.columns[spec.name] for spec in SCALINGS)
    for name, good, words in (
        ("scaling_offset", np.isfinite(offset), "finite"),
        ("scaling_scale", np.isfinite(scale) & (scale > 0), "finite and positive"),
    ):
        for galaxy, channel in np.argwhere(~good):
            found = store.columns[name][galaxy, channel]
            message = f"is {found} for channel number {channel}, not {words}"
            yield Found(name, message, store.name(int(galaxy)))


RULES = (
    StoreRule(
        id="MX209",
        level="values",
        title="Every small variable is within the contract's range, missing values apart.",
        why="A value was edited or converted; or the file's header holds it: rebuilding tells.",
        remedy="Compare with the file (level `sources`); build the galaxy anew.",
        check=_ranges,
    ),
    StoreRule(
        id="MX210",
        level="values",
        title="Scalings can be inverted: offsets are finite, scales finite and positive.",
        why="A value was edited.",
        remedy="The physical values are lost: build the galaxy anew.",
        needs=("scaling_offset", "scaling_scale"),
        check=_scalings,
    ),
)
