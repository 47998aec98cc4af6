"""Maps turned by 180 degrees about the object, and how they differ from themselves."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mangaxr.maps.geometry import Geometry

__all__ = ["turned_share"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_Window = tuple[slice, slice]


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
    here, there = _opposite(geometry)
    pairs = valid[here] & valid[there]
    half = -(-pairs.size // 2)
    # Row by row, the second half are the opposites of the first; the middle is its own.
    both = pairs.reshape(-1)[:half].astype(np.float64)
    if pairs.size % 2:
        both[-1] = 0.5 * both[-1]
    one, other = (value[part].reshape(-1)[:half] for part in (here, there))
    total = float(np.vdot(np.abs(one) + np.abs(other), both))
    return float(np.vdot(np.abs(one + sign * other), both)) / total if total > 0.0 else math.nan


def _opposite(geometry: Geometry) -> tuple[_Window, _Window]:
    """Return the part of a map that has an opposite, and its opposites, in that order.

    The object lies on a spaxel's centre or edge to rounding; elsewhere the nearest counts.
    """
    rows, columns = map(_spans, geometry.shape, geometry.center)
    return (rows[0], columns[0]), (rows[1], columns[1])


def _spans(size: int, center: float) -> tuple[slice, slice]:
    """Return the places of one axis that have an opposite, and the opposites, backwards."""
    total = round(2.0 * center)
    first, last = max(0, total - size + 1), min(size - 1, total)
    if first > last:
        return slice(0, 0), slice(0, 0)
    end = total - last - 1
    return slice(first, last + 1), slice(total - first, end if end >= 0 else None, -1)
