"""Maps turned by 180 degrees about the object."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mangaxr.maps.geometry import Geometry

__all__ = ["opposite"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def opposite(value: Array, valid: Flags, geometry: Geometry) -> tuple[Array, Flags]:
    """Return a map's value on the other side of the object, and where both are valid.

    The object lies on a spaxel's centre or edge to rounding; elsewhere the nearest counts.

    Parameters
    ----------
    value, valid
        Map (y, x) and where it is to be used.
    geometry
        Where the object is.
    """
    turned, both = np.zeros_like(value), np.zeros_like(valid)
    rows, columns = map(_spans, value.shape, geometry.center)
    here, there = (rows[0], columns[0]), (rows[1], columns[1])
    turned[here] = value[there]
    both[here] = valid[there]
    return turned, both & valid


@lru_cache(maxsize=64)
def _spans(size: int, center: float) -> tuple[slice, slice]:
    """Return the places of one axis that have an opposite, and the opposites, backwards."""
    total = round(2.0 * center)
    first, last = max(0, total - size + 1), min(size - 1, total)
    if first > last:
        return slice(0, 0), slice(0, 0)
    end = total - last - 1
    return slice(first, last + 1), slice(total - first, end if end >= 0 else None, -1)
