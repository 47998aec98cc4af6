"""Maps of a source at the places where rays end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from mangaxr.lensing.profiles.component import Values

__all__ = ["framed", "interpolate"]


def framed(maps: Values) -> Values:
    """Return maps (k, y, x) with a frame of nothing around, (y + 2, x + 2, k)."""
    number, height, width = maps.shape
    found = np.zeros((height + 2, width + 2, number))
    found[1:-1, 1:-1] = np.moveaxis(maps, 0, -1)
    return found


def interpolate(maps: Values, row: Values, column: Values) -> Values:
    """Interpolate maps linearly between the middles of their pixels; outside they are 0.

    Parameters
    ----------
    maps
        In their frame, by `framed`.
    row, column
        Pixel coordinates (n,), 0 in the middle of the first pixel.

    Returns
    -------
    ndarray
        (n, k): all maps with the same weights.

    Examples
    --------
    >>> maps = framed(np.array([[[0.0, 1.0], [2.0, 3.0]]]))
    >>> interpolate(maps, np.array([0.5]), np.array([0.25]))
    array([[1.25]])
    """
    height, width, number = maps.shape
    low, up = _cell(row, height)
    left, right = _cell(column, width)
    corner = low * width + left
    pixels = np.empty((row.size, 4), dtype=np.int32)
    for i, step in enumerate((0, 1, width, width + 1)):
        np.add(corner, step, out=pixels[:, i])
    weights = np.empty((row.size, 4))
    np.multiply(up, right, out=weights[:, 3])
    np.subtract(right, weights[:, 3], out=weights[:, 1])
    np.subtract(up, weights[:, 3], out=weights[:, 2])
    np.subtract(1.0 - up, weights[:, 1], out=weights[:, 0])
    # As a product with a sparse matrix all maps of a pixel are read in one place of the memory.
    starts = np.arange(0, 4 * row.size + 1, 4, dtype=np.int32)
    shape = (row.size, height * width)
    matrix = csr_array((weights.ravel(), pixels.ravel(), starts), shape=shape)
    found: Values = matrix @ maps.reshape(-1, number)
    return found


def _cell(place: Values, size: int) -> tuple[npt.NDArray[np.int32], Values]:
    """Return the pixel of a map in its frame below a coordinate, and how far above it that is."""
    inside = np.clip(place + 1.0, 0.0, size - 1.0)
    low = np.minimum(inside.astype(np.int32), size - 2)
    return low, inside - low
