"""Rings about a galaxy's centre."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["ring_of"]


def ring_of(radius: npt.NDArray[np.float64], width: float, rings: int) -> npt.NDArray[np.intp]:
    """Return the ring that each place is in.

    Parameters
    ----------
    radius
        Of the places, array (place,); NaN where it is unknown.
    width
        Of a ring, in the unit of the radius.
    rings
        How many there are.

    Returns
    -------
    numpy.ndarray
        Array (place,), from 0; ``rings`` for places beyond the last ring and of unknown radius.

    Examples
    --------
    >>> ring_of(np.array([0.05, 0.15, 9.0, np.nan]), 0.1, 5)
    array([0, 1, 5, 5])
    """
    # A damaged file may have negative radii. The lesser of a NaN and a number is the number.
    return np.fmin(np.abs(radius) * (1.0 / width), rings).astype(np.intp)
