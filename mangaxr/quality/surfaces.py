"""Least-squares surfaces through a velocity field: a plane, and a dipole."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.quality.normal import solve_normal
from mangaxr.quality.tracer import Tracer

__all__ = ["Gradient", "Surfaces", "fit_surfaces"]

Array = npt.NDArray[np.float64]

_FEWEST = 3
_UNIT = np.eye(3)
_X, _ONE, _COSINE, _VALUE = 0, 2, 3, 5
"""Rows of what is fitted: X, Y, 1, X / r, Y / r, and the velocity about its mean."""
_PLANE, _DIPOLE = slice(_X, _ONE + 1), slice(_ONE, _VALUE)


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


class Surfaces(NamedTuple):
    """What surfaces say of a velocity field.

    Parameters
    ----------
    gradient
        Of the plane ``v0 + east X + north Y``, every spaxel alike.
    variance
        Of the velocities, (km/s)^2.
    dipole_share
        Share of it that ``a + b cos(phi) + c sin(phi)`` explains; NaN without any.
    """

    gradient: Gradient
    variance: float
    dipole_share: float


def fit_surfaces(tracer: Tracer) -> Surfaces | None:
    """Fit a plane and a dipole.

    Returns
    -------
    Surfaces or None
        None if the spaxels span no plane.
    """
    number = len(tracer.value)
    if number < _FEWEST:
        return None
    rows = _rows(tracer)
    # A copy: numpy takes thrice as long over the product of a matrix with itself.
    products = rows.copy() @ rows.T
    try:
        inverse = solve_normal(products[_PLANE, _PLANE], _UNIT)
    except np.linalg.LinAlgError:
        return None
    total = float(products[_VALUE, _VALUE])
    return Surfaces(
        gradient=_gradient(tracer, inverse, products[_PLANE, _VALUE]),
        variance=total / number,
        dipole_share=_share(products[_DIPOLE, _DIPOLE], products[_DIPOLE, _VALUE], total),
    )


def _rows(tracer: Tracer) -> Array:
    value = tracer.value
    rows = np.empty((_VALUE + 1, len(value)))
    rows[_PLANE] = tracer.places
    offsets = tracer.places[:_ONE]
    squares = offsets * offsets
    radius = np.sqrt(squares[0] + squares[1])
    np.divide(offsets, np.maximum(radius, 1e-9), out=rows[_COSINE:_VALUE])
    np.subtract(value, np.add.reduce(value) / len(value), out=rows[_VALUE])
    return rows


def _gradient(tracer: Tracer, inverse: Array, right: Array) -> Gradient:
    east, north, _ = (inverse @ right).tolist()
    size = math.hypot(east, north)
    along = np.array([east, north, 0.0]) / size if size > 0 else np.array([1.0, 0.0, 0.0])
    error = math.sqrt(tracer.blocks.variance((along @ inverse @ tracer.places) * tracer.sigma))
    return Gradient(east, north, size, error)


def _share(normal: Array, right: Array, total: float) -> float:
    """Return the share of a sum of squares that a fit explains."""
    if total == 0.0:
        return math.nan
    try:
        return float(solve_normal(normal, right) @ right) / total
    except np.linalg.LinAlgError:
        return math.nan
