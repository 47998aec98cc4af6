"""What decides an export, as JSON values that its folder or file keeps and a repeat compares."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mangaxr.errors import ExportError
from mangaxr.export.chosen import Chosen, galaxy_columns
from mangaxr.store.contract import SCALINGS

__all__ = ["check_fill", "differences", "fill_word", "make_settings"]

_NAMES = {
    "known": "what the store says of the galaxies",
    "galaxies": "the number of galaxies",
}
"""Setting -> its name in messages, where it has another."""

_DIGESTS = ("known",)


def check_fill(fill: float) -> float:
    """Return a fill value as float32 holds it.

    Raises
    ------
    ExportError
        If float32 has no such finite number; NaN is allowed.
    """
    with np.errstate(over="ignore"):
        held = float(np.float32(fill))
    if math.isinf(held):
        msg = f"fill is {fill}: expected NaN or a number that float32 can hold"
        raise ExportError(msg)
    return held


def fill_word(fill: float) -> float | str:
    """Return a fill value for JSON, which has no NaN; ``float`` takes either back.

    Examples
    --------
    >>> fill_word(float("nan")), fill_word(-1.0)
    ('NaN', -1.0)
    """
    return "NaN" if math.isnan(fill) else fill


def make_settings(chosen: Chosen, form: str, **more: Any) -> dict[str, Any]:
    """Describe an export.

    Parameters
    ----------
    chosen
        What is exported.
    form
        Name and version of the form.
    **more
        What else decides it, as JSON values.
    """
    return {
        "format": form,
        "recipe_digest": str(chosen.store.attrs.get("recipe_digest", "")),
        "channels": chosen.channels,
        **more,
        "galaxies": len(chosen.positions),
        "known": _digest(chosen),
    }


def _digest(chosen: Chosen) -> str:
    """Digest all that the store says of the galaxies: scalings, source files and their sums."""
    digest = hashlib.sha256()
    rows = list(chosen.positions)
    for name in (*galaxy_columns(chosen.store), *(spec.name for spec in SCALINGS)):
        values = chosen.store[name].values[rows]
        text = values.dtype.kind in "OTU"
        content = "\0".join(map(str, values.tolist())).encode() if text else values.tobytes()
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name the settings in which two exports differ, with both values.

    Examples
    --------
    >>> differences({"fill_value": "NaN"}, {"fill_value": 0.0})
    ['fill_value: "NaN", not 0.0']
    """
    return [
        _NAMES.get(name, name)
        if name in _DIGESTS
        else f"{_NAMES.get(name, name)}: {json.dumps(old.get(name))}, not {json.dumps(value)}"
        for name, value in new.items()
        if old.get(name) != value
    ]
