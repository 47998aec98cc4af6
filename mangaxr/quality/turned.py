"""Maps turned by 180 degrees about the object, and how they differ from themselves."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mangaxr.maps.geometry import Geometry

__all__ = ["turned_share"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def turned_share(value: Array, valid: Flags, geometry: Geometry, *, sign: int) -> float:
    """Return the share of a map that changes, or stays, as it is turned by 180 degrees.

    Parameters
    ----------
    value, valid
        Map (y, x), and where it is to be used.
    geometry
        Where the object is.
    sign
        -1 of what is to be even, as light is; +1 of what is to be odd, as rotation is.

    Returns
    -------
    float
        ``sum |v + sign v'| / sum (|v| + |v'|)`` over the spaxels of which v' opposite is
        valid as well; NaN if all of them are 0.
    """
    window = _window(geometry.shape, geometry.center)
    part, used = value[window], valid[window]
    part = part * (used & used[::-1, ::-1])
    total = float(np.add.reduce(np.abs(part), axis=None))
    changed = part + part[::-1, ::-1] if sign > 0 else part - part[::-1, ::-1]
    # Every pair was met twice.
    return 0.5 * float(np.add.reduce(np.abs(changed), axis=None)) / total if total > 0 else math.nan


@lru_cache(maxsize=8)
def _window(shape: tuple[int, int], center: tuple[float, float]) -> tuple[slice, slice]:
    """Return the part of a map that has an opposite: of that it is the middle.

    The object lies on a spaxel's centre or edge to rounding; elsewhere the nearest counts.
    """
    rows, columns = map(_span, shape, center)
    return rows, columns


def _span(size: int, center: float) -> slice:
    """Return the places of one axis that have an opposite."""
    total = round(2.0 * center)
    return slice(max(0, total - size + 1), max(0, min(size - 1, total) + 1))
