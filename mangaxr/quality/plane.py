"""Least-squares surfaces through a velocity field: a plane, and a dipole."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.order import variance
from mangaxr.quality.cells import Blocks
from mangaxr.quality.normal import solve_normal

__all__ = ["Gradient", "dipole_share", "fit_gradient"]

Array = npt.NDArray[np.float64]

_FEWEST = 3
_UNIT = np.eye(3)


class Gradient(NamedTuple):
    """Velocity per arcsec: components to the East and North, size and its error, km/s/arcsec."""

    east: float
    north: float
    size: float
    error: float

    @property
    def axis(self) -> float:
        """Position angle towards which velocity rises, radian from North through East."""
        return math.atan2(self.east, self.north)


def fit_gradient(x: Array, y: Array, value: Array, sigma: Array, blocks: Blocks) -> Gradient | None:
    """Fit the plane ``v0 + east X + north Y``, every spaxel alike.

    Parameters
    ----------
    x, y
        Offsets, arcsec to the East and North, array (spaxel,).
    value, sigma
        Velocities and errors, km/s.
    blocks
        Of the spaxels, for the noise that they share.

    Returns
    -------
    Gradient or None
        None if the spaxels span no plane.
    """
    if len(x) < _FEWEST:
        return None
    columns = _columns(x, y)
    try:
        inverse = solve_normal(columns @ columns.T, _UNIT)
    except np.linalg.LinAlgError:
        return None
    _, east, north = inverse @ (columns @ value)
    size = float(np.hypot(east, north))
    along = np.array([0.0, east, north]) / size if size > 0 else np.array([0.0, 1.0, 0.0])
    error = float(np.sqrt(blocks.variance((along @ inverse @ columns) * sigma)))
    return Gradient(float(east), float(north), size, error)


def dipole_share(x: Array, y: Array, value: Array) -> float:
    """Return the share of the variance that ``a + b cos(phi) + c sin(phi)`` explains."""
    radius = np.maximum(np.sqrt(x * x + y * y), 1e-9)
    columns = _columns(x / radius, y / radius)
    total = variance(value)
    if total == 0.0:
        return math.nan
    try:
        solution = solve_normal(columns @ columns.T, columns @ value)
    except np.linalg.LinAlgError:
        return math.nan
    return 1.0 - variance(value - solution @ columns) / total


def _columns(first: Array, second: Array) -> Array:
    """Stack ones and two columns, array (3, spaxel)."""
    columns = np.empty((3, len(first)))
    columns[0], columns[1], columns[2] = 1.0, first, second
    return columns
