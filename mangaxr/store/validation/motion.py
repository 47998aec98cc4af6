"""Semantics of the gas velocity: its map against the metrics, and which way it is turned."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.light import valid_area
from mangaxr.store.validation.physical import Map, maps_of
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import Slab

__all__ = ["RULES"]

_VELOCITY, _FLUX = "ha_vel", "ha_flux"

_OUTSIDE = 0.05
"""Share of the spaxels beyond the percentiles that velocity_range is between."""

_STRAIGHT, _TURNED = 0.8, 60.0
"""Where a disk explains more of the variance than the first, a map turned by more than the
second, degrees, is not the one that was measured."""
_FEWEST = 30
_FASTEST_ERROR = 10.0
_SLOWEST = 30.0
_MOST_OUTLIERS = 0.1
_HALF = 0.5


def _whole(slab: Slab, found: Map, fluxes: dict[int, Map]) -> bool:
    """Whether the tensor covers every spaxel: by its grid, or since no light is missing."""
    if slab.store.recipe.grid == "field":
        return True
    light = fluxes.get(found.galaxy)
    if light is None:
        return False
    area = valid_area(slab, found.galaxy)
    return bool(float(light.covered.sum()) * light.side**2 >= area * (1.0 - 1e-6))


def _undisturbed(slab: Slab, found: Map) -> float:
    """Return the share of pixels that no spaxel touches whose velocity is an extreme one.

    At most 5 % of the spaxels (and the ends) are beyond the percentiles. One of side a touches
    pixels of side s of no more area than (a + 2 s)^2.
    """
    number = float(slab.store.columns["valid_spaxels"][found.galaxy])
    if not (number > 0 and found.value.size and found.side > 0):  # False for NaN
        return 0.0
    spaxel = math.sqrt(float(found.covered.sum()) * found.side**2 / number)
    touched = (_OUTSIDE * number + 2.0) * (1.001 * spaxel + 2.0 * found.side) ** 2
    return 1.0 - touched / (found.value.size * found.side**2)


def _checked(slab: Slab) -> Iterator[tuple[Map, float]]:
    """Give out velocity maps that hold all spaxels, with the share of undisturbed pixels."""
    fluxes = {found.galaxy: found for found in maps_of(slab, _FLUX)}
    for found in maps_of(slab, _VELOCITY):
        if _whole(slab, found, fluxes):
            yield found, _undisturbed(slab, found)


def _range(slab: Slab) -> Iterator[Found]:
    for found, share in _checked(slab):
        inside = math.ceil(share * found.value.size)
        if inside < 2:
            continue
        widest = float(slab.store.columns["velocity_range"][found.galaxy])
        ordered = np.sort(found.value)
        narrowest = float(np.min(ordered[inside - 1 :] - ordered[: len(ordered) - inside + 1]))
        if narrowest > widest + 2.0 * float(found.error.max()) + 1e-9 * widest:
            words = (
                f"{_VELOCITY}: {inside} of {found.value.size} pixels spread over "
                f"{narrowest:.6g} km/s, more than velocity_range {widest:.6g}"
            )
            yield Found("tensor", words, slab.store.name(found.galaxy))


def _systemic(slab: Slab) -> Iterator[Found]:
    for found, share in _checked(slab):
        row = {n: float(slab.store.columns[n][found.galaxy]) for n in _OF_SYSTEM}
        # The fitted centre is amid the data: some recede from it, others approach.
        straddled = row["velocity_asymmetry"] < _HALF and row["disk_variance_explained"] > _HALF
        slack = 5.0 * row["systemic_velocity_error"] + row["velocity_range"]
        near = np.abs(found.value - row["systemic_velocity"]) <= slack + found.error
        if straddled and near.sum() < share * found.value.size:  # False for NaN
            words = (
                f"{_VELOCITY}: {near.sum()} of {found.value.size} pixels are within "
                f"{slack:.6g} km/s of systemic_velocity {row['systemic_velocity']:.6g}; at "
                f"least {math.ceil(share * found.value.size)} must be"
            )
            yield Found("tensor", words, slab.store.name(found.galaxy))


def _turned(slab: Slab) -> Iterator[Found]:
    for found, _ in _checked(slab):
        row = {n: float(slab.store.columns[n][found.galaxy]) for n in _OF_AXIS}
        clear = (
            row["disk_variance_explained"] > _STRAIGHT
            and row["kinematic_pa_error"] < _FASTEST_ERROR
            and row["rotation_amplitude"] > _SLOWEST
            and row["velocity_outliers"] < _MOST_OUTLIERS
            and row["velocity_asymmetry"] < _HALF
        )
        axis = _axis(found, row) if clear else math.nan
        off = abs((axis - row["kinematic_pa"] + 180.0) % 360.0 - 180.0)
        if off > _TURNED:  # False for NaN
            words = (
                f"{_VELOCITY} recedes towards {axis:.0f} degrees, kinematic_pa is "
                f"{row['kinematic_pa']:.0f}: an axis was flipped, or both were swapped"
            )
            yield Found("tensor", words, slab.store.name(found.galaxy))


def _axis(found: Map, row: dict[str, float]) -> float:
    """Return the position angle towards which velocity rises; NaN if it cannot be told.

    The slope of a plane through pixels that lie symmetrically about the object and the stated
    axis: through a half-masked map the plane of a thin disk may rise in another direction.
    """
    if not np.isfinite([found.side, row["center_sky_x"], row["center_sky_y"]]).all():
        return math.nan  # another rule's
    npix = found.covered.shape[0]
    middle = (npix - 1) / 2
    east = row["center_sky_x"] - (found.where[1] - middle) * found.side
    north = row["center_sky_y"] + (found.where[0] - middle) * found.side
    pa = math.radians(row["kinematic_pa"])
    along = east * math.sin(pa) + north * math.cos(pa)
    across = -east * math.cos(pa) + north * math.sin(pa)
    valid = np.zeros(found.covered.shape, dtype=bool)
    valid[tuple(found.where)] = True
    chosen = np.ones(len(found.value), dtype=bool)
    for a, b in ((-1, -1), (1, -1), (-1, 1)):
        to_east = a * along * math.sin(pa) - b * across * math.cos(pa)
        to_north = a * along * math.cos(pa) + b * across * math.sin(pa)
        column = np.rint((row["center_sky_x"] - to_east) / found.side + middle).astype(np.intp)
        line = np.rint((to_north - row["center_sky_y"]) / found.side + middle).astype(np.intp)
        inside = (np.minimum(column, line) >= 0) & (np.maximum(column, line) < npix)
        chosen &= inside
        chosen[inside] &= valid[line[inside], column[inside]]
    if chosen.sum() < max(_FEWEST, _HALF * len(chosen)):
        return math.nan
    slope = _slope(east[chosen], north[chosen], found.value[chosen])
    return math.degrees(math.atan2(*slope)) if all(map(math.isfinite, slope)) else math.nan


def _slope(
    east: npt.NDArray[np.float64], north: npt.NDArray[np.float64], value: npt.NDArray[np.float64]
) -> tuple[float, float]:
    columns = np.stack([np.ones_like(east), east, north], axis=1)
    (_, to_east, to_north), *_ = np.linalg.lstsq(columns, value, rcond=None)
    return float(to_east), float(to_north)


_MAP = ("recipe", "status", "tensor", "coverage", "scaling_offset", "scaling_scale", "pixel_scale")
_OF_AREA = ("valid_spaxels", "ha_flux_total", "flux_mean", "velocity_range")
_OF_SYSTEM = (
    "systemic_velocity", "systemic_velocity_error", "velocity_range", "velocity_asymmetry",
    "disk_variance_explained",
)  # fmt: skip
_OF_AXIS = (
    "kinematic_pa", "kinematic_pa_error", "rotation_amplitude", "disk_variance_explained",
    "velocity_outliers", "velocity_asymmetry", "center_sky_x", "center_sky_y",
)  # fmt: skip

RULES = (
    StoreRule(
        id="MX329",
        level="semantics",
        title="The map `ha_vel` spreads no further than `velocity_range` allows.",
        why="Maps, scalings or metrics were changed, or are another galaxy's.",
        remedy="Compare with the file (level `sources`); build the galaxy anew.",
        needs=(*_MAP, *_OF_AREA),
        check_slab=_range,
    ),
    StoreRule(
        id="MX330",
        level="semantics",
        title="Of galaxies that turn, as many pixels of the map `ha_vel` as must are within "
        "`velocity_range` of `systemic_velocity`.",
        why="Offsets were changed, a velocity was subtracted, or maps are another galaxy's.",
        remedy="Compare with the file (level `sources`); build the galaxy anew.",
        needs=(*_MAP, *_OF_AREA, *_OF_SYSTEM),
        check_slab=_systemic,
    ),
    StoreRule(
        id="MX331",
        level="semantics",
        title="The map `ha_vel` recedes towards `kinematic_pa`, of galaxies that clearly turn.",
        why="Maps were transposed or flipped, on the way through a picture for one.",
        remedy="North and East are not where the contract says: build the store anew.",
        needs=(*_MAP, *_OF_AREA, *_OF_AXIS),
        check_slab=_turned,
    ),
)
