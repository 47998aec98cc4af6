"""The fit of a rotating disk to a velocity field.

Of the model in `mangaxr.quality.disk` the three scales s_k are fixed; v_sys and the c_k are
linear; phi and the centre are found by Gauss-Newton steps. The position of the object holds the
centre within 0.5 arcsec.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.quality.cells import Cells
from mangaxr.quality.disk import Disk, DiskPlane
from mangaxr.quality.normal import solve_normal
from mangaxr.quality.outliers import are_explained

__all__ = ["FittedDisk", "fit_disk"]

Array = npt.NDArray[np.float64]

_FEWEST = 12
"""Cells that a fit needs, for its seven parameters."""
_SYSTEMIC, _ANGLE, _MEASURED = 0, 4, 7
_CURVE, _LINEAR, _MOVING, _FITTED = slice(1, 4), slice(0, 4), slice(4, 7), slice(0, 7)
"""Places of the parameters: velocity and curve are linear, angle and centre are not; behind them
is what they have to explain."""
_STEPS = 15
_CENTRE = 0.5
"""arcsec within which the centre is expected: a fifth of the PSF."""
_LONGEST = (0.3, 0.5, 0.5)
"""Longest step: radian, arcsec, arcsec."""
_SHORTEST = (0.02, 0.1, 0.1)
"""Steps after which the next, of the order of their square, is not worth taking: of the centre
it would be the 250th part of the PSF."""
_SCALES = np.array([0.08, 0.25, 0.8])
_LEAST_SCALES = np.array([1.0, 1.5, 3.0])
"""Scales of the rotation curve over the radius of the data, and the least, arcsec."""
_THINNEST = 0.2
"""Axis ratio of a disk seen edge-on, as thick as disks are."""
_UNIT = np.eye(7)
_RIDGE = 1.0 + 1e-9 * _UNIT
"""Factor of normal equations: a trace of a ridge keeps nearly equal columns apart."""
_PRIOR = np.diag([0.0, 0.0, 0.0, 0.0, 0.0, _CENTRE**-2.0, _CENTRE**-2.0])
"""What is known before: of velocity, curve and angle nothing, of the centre where it should be."""


class FittedDisk(NamedTuple):
    """A disk, and how well its parameters are known.

    Parameters
    ----------
    disk
        The disk.
    fit
        The fit it is from, for the errors: each takes as long as a step, and not all are wanted.
    """

    disk: Disk
    fit: _Fit

    def pa_error(self) -> float:
        """Return the standard error of the position angle, deg."""
        return math.degrees(self.fit.error(_ANGLE))

    def systemic_error(self) -> float:
        """Return the standard error of the velocity of the centre, km/s."""
        return self.fit.error(_SYSTEMIC)


def fit_disk(
    cells: Cells, start: float, axis_ratio: float, center: tuple[float, float] = (0.0, 0.0)
) -> FittedDisk | None:
    """Fit a disk.

    Parameters
    ----------
    cells
        What is fitted.
    start, center
        Position angle in radian, and centre in arcsec, to start from.
    axis_ratio
        b/a on the sky.

    Returns
    -------
    FittedDisk or None
        None if there are too few cells, or no disk fits.
    """
    number = len(cells.value)
    if number < _FEWEST:
        return None
    # Of a uniform disk, its edge.
    offsets = cells.places[:2]
    reach = math.sqrt(2.0 * float(np.vdot(offsets, offsets)) / number)
    scales = np.maximum(_SCALES * reach, _LEAST_SCALES)
    fit = _Fit(cells, scales, max(axis_ratio, _THINNEST))
    try:
        return FittedDisk(fit.run(start, center), fit)
    except np.linalg.LinAlgError:
        return None


class _Fit:
    """State of one fit: its parameters are v_sys, the c_k, phi, and the centre's X and Y."""

    inverse: Array
    shares: Array
    misfit: float

    def __init__(self, cells: Cells, scales: Array, axis_ratio: float) -> None:
        self.cells = cells
        self.scales = scales
        self.axis_ratio = axis_ratio
        self.weight = cells.weight
        self.rows = np.zeros((8, len(cells.value)))

    def run(self, start: float, center: tuple[float, float]) -> Disk:
        """Step until nothing moves."""
        state, rows = np.zeros(7), self.rows
        state[_MOVING] = start, *center
        rows[_SYSTEMIC], rows[_MEASURED] = 1.0, self.cells.value
        plane, settled = self._plane(state), False
        plane.shapes(rows[_CURVE])
        products = self._products()
        normal = products[_LINEAR, _LINEAR] * _RIDGE[_LINEAR, _LINEAR]
        state[_LINEAR] = solve_normal(normal, products[_LINEAR, _MEASURED])
        for step_number in range(_STEPS):
            if step_number:
                plane = self._plane(state)
                plane.shapes(rows[_CURVE])
            plane.slopes(state[_CURVE], rows[_MOVING])
            np.subtract(self.cells.value, state[_LINEAR] @ rows[_LINEAR], out=rows[_MEASURED])
            settled = settled or self._clip(rows[_MEASURED])
            products = self._products()
            normal = (products[_FITTED, _FITTED] + _PRIOR) * _RIDGE
            step = solve_normal(normal, products[_FITTED, _MEASURED] - _PRIOR @ state)
            moves = step[_MOVING].tolist()
            is_last = settled and _are_within(moves, _SHORTEST)
            if not is_last:
                step[_MOVING] = _shortened(moves, _LONGEST)
            state += step
            if is_last:
                break
        # What the model leaves beyond the noise is an error of the model, as smooth as noise.
        self.shares = self.weight * self.cells.sigma
        noise = float(self.shares @ self.cells.sigma)
        # The products are from before the last step: what it explained is not left.
        explained = step @ (2.0 * products[_FITTED, _MEASURED] - products[_FITTED, _FITTED] @ step)
        self.misfit = float(products[_MEASURED, _MEASURED] - explained) / noise
        self.inverse = solve_normal(normal, _UNIT)
        return self._disk(state)

    def error(self, which: int) -> float:
        """Return the standard error of a parameter after the last step."""
        row = self.inverse[which]
        noise = self.cells.noise.variance((row @ self.rows[_FITTED]) * self.shares)
        return math.sqrt(noise * max(1.0, self.misfit) + float(row @ _PRIOR @ row))

    def _plane(self, state: Array) -> DiskPlane:
        pa, x, y = state[_MOVING].tolist()
        places, ratio = self.cells.places, self.axis_ratio
        return DiskPlane(places, (x, y), pa=pa, axis_ratio=ratio, scales=self.scales)

    def _products(self) -> Array:
        """Return the weighted sums of products of all rows, array (8, 8)."""
        products: Array = (self.rows * self.weight) @ self.rows.T
        return products

    def _clip(self, residual: Array) -> bool:
        """Leave out what is far off; return whether that is what was left out before."""
        before, kept = self.weight, are_explained(np.abs(residual), self.cells.sigma)
        self.weight = self.cells.weight if kept.all() else self.cells.weight * kept
        return self.weight is before or bool((self.weight == before).all())

    def _disk(self, state: Array) -> Disk:
        pa, x, y = state[_MOVING].tolist()
        curve, edge = state[_CURVE], self.scales[-1]
        if float(curve @ (1.0 / np.hypot(edge, self.scales))) < 0.0:
            pa, curve = pa + math.pi, -curve
        return Disk(
            pa=math.degrees(pa) % 360.0,
            systemic=float(state[_SYSTEMIC]),
            center=(x, y),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
            curve=curve,
        )


def _shortened(moves: Sequence[float], limits: Sequence[float]) -> list[float]:
    return [max(-limit, min(move, limit)) for move, limit in zip(moves, limits, strict=True)]


def _are_within(moves: Sequence[float], limits: Sequence[float]) -> bool:
    return all(abs(move) < limit for move, limit in zip(moves, limits, strict=True))
