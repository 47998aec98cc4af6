"""The inclination of a disk from its axis ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["DISK_THICKNESS", "inclination"]

DISK_THICKNESS = 0.2
"""Axis ratio of a disk seen edge-on, usual for spirals (Holmberg 1958)."""


def inclination(axis_ratio: ArrayLike, *, q0: float = DISK_THICKNESS) -> NDArray[np.float64]:
    """Return the inclination of an oblate disk of finite thickness, degrees.

    ``cos^2 i = ((b/a)^2 - q0^2) / (1 - q0^2)`` (Hubble 1926, ApJ 64, 321).

    Parameters
    ----------
    axis_ratio
        Apparent minor over major axis, b/a.
    q0
        Axis ratio seen edge-on, 0 <= q0 < 1; 0 for a disk without thickness.

    Returns
    -------
    ndarray
        0 is face-on, 90 edge-on; 90 too where the galaxy appears thinner than `q0`; NaN
        where b/a is missing, not positive, or above 1.

    Examples
    --------
    >>> [round(float(i), 2) for i in inclination([1.0, 0.5, 0.2])]
    [0.0, 62.11, 90.0]
    """
    ratio = np.asarray(axis_ratio, dtype=np.float64)
    ratio = np.where((ratio > 0) & (ratio <= 1), ratio, np.nan)
    cos2 = (ratio**2 - q0**2) / (1.0 - q0**2)
    degrees: NDArray[np.float64] = np.degrees(np.arccos(np.sqrt(np.clip(cos2, 0.0, 1.0))))
    return degrees
