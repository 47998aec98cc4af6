"""Semantics of scalings: after scaling, certain percentiles are 0 and 1, and nothing is clipped."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.physical import ROUNDING
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import Slab
from mangaxr.tensors.scaling import (
    CENTERED,
    LEAST_CONTRAST,
    RANGE_PERCENTILES,
    SPREAD_PERCENTILE,
)

__all__ = ["RULES"]

Array = npt.NDArray[np.float64]

_MIDDLE = 50.0


class _Percentile(NamedTuple):
    """A percentile, the values on both sides of it, and by how much rounding may move it."""

    value: float
    below: float
    beyond: float
    weight: float
    slack: float


class _Scaled(NamedTuple):
    """One map as the scaling sees it: (physical - offset) / scale, sorted."""

    low: _Percentile
    high: _Percentile
    least: float
    most: float
    scale: float

    @property
    def constant(self) -> bool:
        """Whether it is of a map without contrast, of which the scale is 1."""
        return self.scale == 1.0 and self.high.value <= self.high.slack + LEAST_CONTRAST * self.most


def _percentile(values: Array, errors: Array, percent: float, base: float) -> _Percentile:
    place = percent / 100.0 * (len(values) - 1)
    first = min(int(place), len(values) - 1)
    second = min(first + 1, len(values) - 1)
    below, beyond, weight = float(values[first]), float(values[second]), place - first
    slack = base + float(max(errors[first], errors[second]))
    return _Percentile(below + weight * (beyond - below), below, beyond, weight, slack)


def _scaled(slab: Slab, galaxy: int, channel: int, offset: float, scale: float) -> _Scaled | None:
    tensor = slab.arrays["tensor"][galaxy, channel]
    values = np.sort(tensor[np.isfinite(tensor)].astype(np.float64))
    if not values.size:
        return None
    recipe = slab.store.recipe
    with np.errstate(over="ignore"):
        linear = np.sinh(values) if recipe.scaling == "asinh" else values
        slope = np.cosh(values) if recipe.scaling == "asinh" else 1.0
        errors = 2.0 * ROUNDING * np.abs(values) * slope
    distance = np.abs(linear)
    order = np.argsort(distance)
    # Besides float32's rounding, that of the offset, as a share of the scale.
    base = 2.0**-48 * (abs(offset) / scale + float(distance.max())) + 1e-37
    centered = CENTERED[recipe.parsed_channels()[channel].family.quantity]
    low = _percentile(linear, errors, _MIDDLE if centered else RANGE_PERCENTILES[0], base)
    if centered or recipe.scaling == "asinh":
        linear, errors = distance[order], errors[order]
        high = _percentile(linear, errors, SPREAD_PERCENTILE, base)
    else:
        high = _percentile(linear, errors, RANGE_PERCENTILES[1], base)
    return _Scaled(low, high, float(values[0]), float(linear[-1]), scale)


class _Case(NamedTuple):
    """One channel of one galaxy; ``scaled`` is None if it has no value."""

    galaxy: str
    channel: str
    offset: float
    scale: float
    scaled: _Scaled | None
    centered: bool

    def found(self, variable: str, words: str) -> Found:
        return Found(variable, f"channel {self.channel} {words}", self.galaxy)


def _cases(slab: Slab) -> Iterator[_Case]:
    """Give out every map that could be read, of galaxies that are done."""
    offsets, scales = slab.column("scaling_offset"), slab.column("scaling_scale")
    channels = slab.store.recipe.parsed_channels()
    for i in np.flatnonzero(slab.done).tolist():
        for c in np.flatnonzero(slab.channels("tensor")).tolist():
            offset, scale = float(offsets[i, c]), float(scales[i, c])
            if not (math.isfinite(offset) and math.isfinite(scale) and scale > 0):
                continue  # another rule's
            scaled = _scaled(slab, i, c, offset, scale)
            galaxy = slab.store.name(int(slab.galaxies[i]))
            centered = CENTERED[channels[c].family.quantity]
            yield _Case(galaxy, channels[c].name, offset, scale, scaled, centered)


def _parameters(slab: Slab) -> Iterator[Found]:
    plain = slab.store.recipe.scaling == "none"
    for case in _cases(slab):
        if plain or case.scaled is None:
            if (case.offset, case.scale) != (0.0, 1.0):
                why = "is not scaled" if plain else "has no value"
                words = f"{why}, yet offset and scale are {case.offset:g} and {case.scale:g}"
                yield case.found("scaling_scale", words)
            continue
        low, high = case.scaled.low, case.scaled.high
        if not abs(low.value) <= low.slack:
            name = "median" if case.centered else f"percentile {RANGE_PERCENTILES[0]:g}"
            yield case.found("tensor", f"has the {name} {low.value:.6g}, not 0")
        if not (case.scaled.constant or abs(high.value - 1.0) <= high.slack):
            yield case.found("tensor", f"has the upper percentile {high.value:.6g}, not 1")


def _clipped(slab: Slab) -> Iterator[Found]:
    if slab.store.recipe.scaling == "none":
        return
    for case in _cases(slab):
        if case.scaled is None or case.scaled.constant:
            continue
        low, high = case.scaled.low, case.scaled.high
        # A percentile between two values is beyond the first: if that one is below 1, and the
        # percentile is 1, then the second is above.
        if 0.0 < high.weight < 1.0:
            room = 2.0 * high.slack / (1.0 - high.weight)
            if case.scaled.most <= 1.0 + high.slack and high.below < 1.0 - room:
                words = f"ends at {case.scaled.most:.6g}: values beyond 1 were cut off"
                yield case.found("tensor", words)
        if not case.centered and 0.0 < low.weight < 1.0:
            room = 2.0 * low.slack / low.weight
            if case.scaled.least >= -low.slack and low.beyond > room:
                words = f"begins at {case.scaled.least:.6g}: values below 0 were cut off"
                yield case.found("tensor", words)


_NEEDS = ("recipe", "status", "tensor", "scaling_offset", "scaling_scale")

RULES = (
    StoreRule(
        id="MX323",
        level="semantics",
        title="After scaling, the percentiles that the recipe's rule uses are 0 and 1; without "
        "scaling, and without a value, offset is 0 and scale 1.",
        why="Values were changed after they were scaled; channels were swapped; two scalings "
        "were mixed.",
        remedy="The physical values are wrong: build the galaxy anew.",
        needs=_NEEDS,
        check_slab=_parameters,
    ),
    StoreRule(
        id="MX324",
        level="semantics",
        title="Nothing is clipped: where a percentile lies between two values, some are beyond it.",
        why="A tool cut the tensor to 0..1, or to -1..1.",
        remedy="The brightest pixels, or the fastest, are lost: build the galaxy anew.",
        needs=_NEEDS,
        check_slab=_clipped,
    ),
)
