"""Tables about tensors and stores: channels, recipe, and the rows of the contract."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from facts.markdown import code, table
from mangaxr.store.contract import (
    ARRAYS,
    CHANNEL_COORDS,
    GALAXY_COORDS,
    PIXEL_COORDS,
    QUALITY_COORDS,
    SCALINGS,
    STATUS,
    Variable,
)
from mangaxr.tensors.channels import CHANNELS, DEFAULT_CHANNELS, FAMILIES, Family, parse_channel
from mangaxr.tensors.recipe import Recipe

__all__ = [
    "channels",
    "families",
    "recipe",
    "status",
    "store_arrays",
    "store_channels",
    "store_galaxies",
    "store_pixels",
    "store_quality",
]

_AVERAGES = {
    "surface_brightness": "mean over the measured area",
    "velocity": "mean weighted by light",
    "dispersion": "root of the light-weighted mean square, corrected",
    "ratio": "mean weighted by light",
}
"""How each quantity is averaged; a quantity that is new here is an error, not a blank."""


def channels() -> str:
    """List the channels with names of their own."""
    rows = []
    for name, meaning in CHANNELS.items():
        channel = parse_channel(name)
        default = " (default)" if name in DEFAULT_CHANNELS else ""
        same = "" if meaning == name else code(meaning)
        rows.append((code(name) + default, channel.long_name, same, code(channel.units)))
    return table(["channel", "what", "the same as", "units"], rows)


def families() -> str:
    """List the families: where values come from, how they are averaged, what weights them."""
    columns = ["family", "what", "extension", "units", "how averaged", "weight"]
    return table(columns, [_family(row) for row in FAMILIES])


def _family(row: Family) -> Sequence[object]:
    member = "INDEX" if row.extension == "SPECINDEX" else "LINE"
    takes_member = "{}" in row.long_name
    return (
        code(f"{row.name}:{member}" if takes_member else row.name),
        row.long_name.format(member),
        code(row.extension),
        code(row.units) or "of the index",
        _AVERAGES[row.quantity],
        code(row.weight) or "none",
    )


def recipe() -> str:
    """List the fields of a recipe with their defaults, and the options that set them."""
    rows = []
    for field in dataclasses.fields(Recipe):
        value = getattr(Recipe(), field.name)
        shown = ",".join(map(str, value)) if isinstance(value, tuple) else value
        option = "--" + field.name.replace("_", "-")
        default = "by the grid" if value is None else code(str(shown))
        rows.append((code(field.name), code(option), default))
    return table(["field", "option", "default"], rows)


def store_arrays() -> str:
    """List the large arrays and their scalings."""
    return _variables((*ARRAYS, *SCALINGS))


def store_galaxies() -> str:
    """List the coordinates along ``galaxy``."""
    return _variables(GALAXY_COORDS)


def store_quality() -> str:
    """List the metrics, flags and verdict of each galaxy."""
    return _variables(QUALITY_COORDS)


def store_channels() -> str:
    """List the coordinates along ``channel``."""
    return _variables(CHANNEL_COORDS)


def store_pixels() -> str:
    """List the coordinates along ``y`` and ``x``."""
    return _variables(PIXEL_COORDS)


def _variables(rows: Sequence[Variable]) -> str:
    cells = [
        (
            code(row.name),
            code(", ".join(row.dims)),
            row.dtype,
            code(row.units or row.per_channel),
            _range(row),
            _missing(row),
            row.long_name,
        )
        for row in rows
    ]
    return table(["variable", "dims", "dtype", "units", "range", "missing", "meaning"], cells)


def _range(row: Variable) -> str:
    """Name the values that a variable may have; nothing if any will do."""
    if row.values:
        return ", ".join(code(str(value)) for value in row.values)
    if row.within is None:
        return ""
    least, largest = row.within
    return f"≥ {least:g}" if math.isinf(largest) else f"{least:g} to {largest:g}"


def _missing(row: Variable) -> str:
    """Name what stands for a missing value."""
    if row.always:
        return "never"
    return {"": "empty"}.get(str(row.missing), str(row.missing).replace("nan", "NaN"))


def status() -> str:
    """List the values of ``status``."""
    return table(["value", "name"], [(value, name) for name, value in STATUS.items()])
