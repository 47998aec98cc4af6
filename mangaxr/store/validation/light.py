"""Semantics of H-alpha: its map against the metrics, which are made of the same spaxels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.physical import ROUNDING, Map, maps_of
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import Slab
from mangaxr.tensors.channels import Channel

__all__ = ["RULES", "valid_area"]

_FLUX = "ha_flux"


def valid_area(slab: Slab, galaxy: int) -> float:
    """Return the area of all spaxels with H-alpha, arcsec2: their sum over their mean.

    NaN if the metrics do not tell.
    """
    total, mean = (float(slab.store.columns[n][galaxy]) for n in ("ha_flux_total", "flux_mean"))
    return total / mean if mean and np.isfinite([total, mean]).all() else np.nan


def _extremes(slab: Slab) -> Iterator[Found]:
    """Compare: a mean over spaxels is between the least and the largest of them."""
    for found in maps_of(slab, _FLUX):
        low, high = (float(slab.store.columns[n][found.galaxy]) for n in ("flux_min", "flux_max"))
        slack = found.error + 1e-12 * max(abs(low), abs(high))
        outside = (found.value < low - slack) | (found.value > high + slack)
        if outside.any():
            worst = found.value[outside][0]
            words = (
                f"{_FLUX} is outside flux_min to flux_max, {low:.6g} to {high:.6g}, in "
                f"{outside.sum()} pixels: {worst:.6g}"
            )
            yield Found("tensor", words, slab.store.name(found.galaxy))


def _total(slab: Slab) -> Iterator[Found]:
    """Compare: the flux that a tensor lacks is on the area it lacks, between the extremes."""
    for found in maps_of(slab, _FLUX):
        row = {n: float(slab.store.columns[n][found.galaxy]) for n in _METRICS}
        area = valid_area(slab, found.galaxy)
        if not np.isfinite([area, found.side, *row.values()]).all():
            continue
        part = found.share * found.side**2
        lacking = max(area - float(part.sum()), 0.0)
        difference = row["ha_flux_total"] - float(np.sum(found.value * part))
        largest = max(abs(row["flux_min"]), abs(row["flux_max"]))
        slack = float(np.sum(found.error * part)) + 4 * ROUNDING * largest * (area + part.sum())
        low, high = row["flux_min"] * lacking - slack, row["flux_max"] * lacking + slack
        if not low <= difference <= high:
            words = (
                f"{_FLUX} lacks {difference:.6g} of ha_flux_total {row['ha_flux_total']:.6g}; "
                f"what has no value can hold {low:.6g} to {high:.6g}"
            )
            yield Found("tensor", words, slab.store.name(found.galaxy))


def _area(slab: Slab) -> Iterator[Found]:
    for found in maps_of(slab, _FLUX):
        area, covered = valid_area(slab, found.galaxy), _covered(found)
        slack = 8 * ROUNDING * max(abs(area), covered)
        whole = slab.store.recipe.grid == "field"
        if covered > area + slack or (whole and covered < area - slack):
            words = f"{_FLUX} covers {covered:.6g} arcsec2; spaxels with flux, {area:.6g}"
            yield Found("coverage", words, slab.store.name(found.galaxy))


def _covered(found: Map) -> float:
    return float(found.covered.sum()) * found.side**2


def _weighted(slab: Slab) -> Iterator[Found]:
    """Compare: a channel that is weighted by another has values only where that one has."""
    channels = slab.store.recipe.parsed_channels()
    readable = slab.channels("coverage")
    for i, channel in enumerate(channels):
        for j, light in enumerate(channels):
            if not (_weighs(light, channel) and readable[i] and readable[j]):
                continue
            share, most = (slab.arrays["coverage"][:, k] for k in (i, j))
            for galaxy in np.flatnonzero((share > most + 4 * ROUNDING).any(axis=(1, 2))).tolist():
                words = f"of {channel.name} exceeds that of its weight, {light.name}"
                yield Found("coverage", words, slab.store.name(int(slab.galaxies[galaxy])))


def _weighs(light: Channel, channel: Channel) -> bool:
    same = light.lines in ((), channel.lines)
    of_light = light.family.quantity == "surface_brightness"
    return of_light and same and light.family.extension == channel.family.weight


_METRICS = ("flux_min", "flux_max", "flux_mean", "ha_flux_total")
_MAP = ("recipe", "status", "tensor", "coverage", "scaling_offset", "scaling_scale", "pixel_scale")
_CHANGED = "Maps, scalings or metrics were changed, or are another galaxy's."
_REBUILD = "Compare with the file (level `sources`); build the galaxy anew."

RULES = (
    StoreRule(
        id="MX325",
        level="semantics",
        title="The map `ha_flux` is within `flux_min` and `flux_max`.",
        why=_CHANGED,
        remedy=_REBUILD,
        needs=(*_MAP, *_METRICS),
        check_slab=_extremes,
    ),
    StoreRule(
        id="MX326",
        level="semantics",
        title="The flux of the map `ha_flux` is `ha_flux_total`, but for what pixels without a "
        "value can hold.",
        why=_CHANGED,
        remedy=_REBUILD,
        needs=(*_MAP, *_METRICS),
        check_slab=_total,
    ),
    StoreRule(
        id="MX327",
        level="semantics",
        title="The map `ha_flux` covers the area of the spaxels with flux (`ha_flux_total` over "
        "`flux_mean`): all of it in the grid `field`, no more in others.",
        why="`coverage`, `pixel_scale` or metrics were changed, or are another galaxy's.",
        remedy=_REBUILD,
        needs=(*_MAP, *_METRICS),
        check_slab=_area,
    ),
    StoreRule(
        id="MX328",
        level="semantics",
        title="A channel that another one of the store weights covers no more than that.",
        why="Channels of `coverage` were swapped, or values filled in.",
        remedy=_REBUILD,
        needs=("recipe", "coverage"),
        check_slab=_weighted,
    ),
)
