"""The fit of a rotating disk to a velocity field.

The disk is thin and its orbits are circular (Begeman 1989, A&A 223, 47, eqs. 1 to 3): at the
offsets X (East) and Y (North) from the centre, with phi the position angle of the receding
side and q the axis ratio,

    a = X sin(phi) + Y cos(phi),  b = (Y sin(phi) - X cos(phi)) / q,  R^2 = a^2 + b^2
    v = v_sys + a sum_k c_k / sqrt(R^2 + s_k^2)

whose terms rise linearly within their scale and are flat beyond. The three scales s_k are
fixed; v_sys and the c_k are linear; phi and the centre are found by
Gauss-Newton steps. The position of the object holds the centre within 0.5 arcsec.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.quality.cells import Cells
from mangaxr.quality.normal import solve_normal
from mangaxr.quality.order import MAD_TO_SIGMA, median

__all__ = ["Disk", "fit_disk"]

Array = npt.NDArray[np.float64]

_FEWEST = 12
"""Cells that a fit needs, for its seven parameters."""
_STEPS = 15
_CLIP = 5.0
"""Standard deviations beyond which a cell does not count."""
_CENTRE = 0.5
"""arcsec within which the centre is expected: a fifth of the PSF."""
_LONGEST = np.array([0.3, 0.5, 0.5])
"""Longest step: radian, arcsec, arcsec."""
_SHORTEST = np.array([0.02, 0.05, 0.05])
"""Steps after which the next, of the order of their square, is not worth taking."""
_SCALES = np.array([0.08, 0.25, 0.8])
_LEAST_SCALES = np.array([1.0, 1.5, 3.0])
"""Scales of the rotation curve over the radius of the data, and the least, arcsec."""
_THINNEST = 0.2
"""Axis ratio of a disk seen edge-on, as thick as disks are."""
_UNIT = np.eye(7)
_RIDGE = 1.0 + 1e-9 * _UNIT
"""Factor of normal equations: a trace of a ridge keeps nearly equal columns apart."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A fitted disk.

    Parameters
    ----------
    pa, pa_error
        Position angle of the receding side, deg from North through East, 0 to 360.
    systemic, systemic_error
        Velocity of the centre, km/s.
    center
        Offset of the centre, arcsec to the East and North.
    axis_ratio, scales, curve
        q; s_k in arcsec and c_k in km/s.
    """

    pa: float
    pa_error: float
    systemic: float
    systemic_error: float
    center: tuple[float, float]
    axis_ratio: float
    scales: Array
    curve: Array

    def velocity(self, x: Array, y: Array) -> Array:
        """Evaluate the disk at offsets in arcsec to the East and North, km/s."""
        plane = _Plane(
            x - self.center[0],
            y - self.center[1],
            pa=math.radians(self.pa),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
        )
        rotation: Array = self.curve @ plane.shapes()
        return rotation + self.systemic


def fit_disk(
    cells: Cells, start: float, axis_ratio: float, center: tuple[float, float] = (0.0, 0.0)
) -> Disk | None:
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
    Disk or None
        None if there are too few cells, or no disk fits.
    """
    if len(cells.value) < _FEWEST:
        return None
    reach = float(np.sqrt(2.0 * np.mean(cells.x**2 + cells.y**2)))  # of a uniform disk, its edge
    scales = np.maximum(_SCALES * reach, _LEAST_SCALES)
    try:
        return _Fit(cells, scales, max(axis_ratio, _THINNEST)).run(start, center)
    except np.linalg.LinAlgError:
        return None


class _Plane:
    """Places in the plane of a disk, the rotation there, and how both move with its parameters."""

    def __init__(self, x: Array, y: Array, *, pa: float, axis_ratio: float, scales: Array) -> None:
        self.sine, self.cosine, self.q = math.sin(pa), math.cos(pa), axis_ratio
        self.a = x * self.sine + y * self.cosine
        self.b = y * (self.sine / axis_ratio) - x * (self.cosine / axis_ratio)
        self.inverse = 1.0 / np.sqrt(self.a**2 + self.b**2 + scales[:, np.newaxis] ** 2)

    def shapes(self) -> Array:
        """Return a / sqrt(R^2 + s_k^2), array (k, place)."""
        shapes: Array = self.a * self.inverse
        return shapes

    def slopes(self, curve: Array) -> tuple[Array, Array, Array]:
        """Return the velocity's derivatives by phi (per radian) and the centre (per arcsec)."""
        mean = curve @ self.inverse
        bend = self.a * (curve @ (self.inverse * self.inverse**2))
        along, across = mean - self.a * bend, self.b * bend / self.q  # by a, by -b q
        turned = self.b * ((self.q - 1.0 / self.q) * self.a * bend - self.q * mean)
        east = -(self.sine * along + self.cosine * across)
        north = self.sine * across - self.cosine * along
        return turned, east, north


class _Fit:
    """State of one fit."""

    def __init__(self, cells: Cells, scales: Array, axis_ratio: float) -> None:
        self.cells = cells
        self.scales = scales
        self.axis_ratio = axis_ratio
        self.weight = cells.weight
        self.prior = np.diag([*[0.0] * (len(scales) + 2), _CENTRE**-2.0, _CENTRE**-2.0])

    def run(self, start: float, center: tuple[float, float]) -> Disk:
        """Step until nothing moves."""
        many = len(self.scales) + 1
        state = np.array([*[0.0] * many, start, *center])
        plane, settled = self._plane(state), False
        state[:many] = self._curve(plane)
        for _ in range(_STEPS):
            columns = np.ones((many + 3, len(self.weight)))
            columns[1:many] = plane.shapes()
            columns[many:] = plane.slopes(state[1:many])
            residual = self.cells.value - state[:many] @ columns[:many]
            settled = settled or self._clip(residual)
            weighted = columns * self.weight
            normal = weighted @ columns.T + self.prior
            step = solve_normal(normal * _RIDGE, weighted @ residual - self.prior @ state)
            step[many:] = np.minimum(np.maximum(step[many:], -_LONGEST), _LONGEST)
            state += step
            if settled and (np.abs(step[many:]) < _SHORTEST).all():
                break
            plane = self._plane(state)
        return self._disk(state, residual, columns, normal)

    def _plane(self, state: Array) -> _Plane:
        pa, x, y = state[-3:].tolist()
        cells, ratio = self.cells, self.axis_ratio
        return _Plane(cells.x - x, cells.y - y, pa=pa, axis_ratio=ratio, scales=self.scales)

    def _curve(self, plane: _Plane) -> Array:
        """Solve for the velocity and the curve alone."""
        columns = np.concatenate([np.ones((1, len(plane.a))), plane.shapes()])
        weighted = columns * self.weight
        ridge = _RIDGE[: len(columns), : len(columns)]
        return solve_normal((weighted @ columns.T) * ridge, weighted @ self.cells.value)

    def _clip(self, residual: Array) -> bool:
        """Leave out what is far off; return whether that is what was left out before."""
        away = np.abs(residual)
        spread = MAD_TO_SIGMA * median(away)
        kept = away <= _CLIP * np.maximum(spread, self.cells.sigma)
        before, self.weight = self.weight, self.cells.weight * kept
        return bool((before == self.weight).all())

    def _disk(self, state: Array, residual: Array, columns: Array, normal: Array) -> Disk:
        cells, weight, linear = self.cells, self.weight, state[:-3]
        inverse = solve_normal(normal * _RIDGE, _UNIT)
        # What the model leaves beyond the noise is an error of the model, as smooth as noise.
        misfit = float((weight @ residual**2) / (weight @ cells.sigma**2))

        def error(which: int) -> float:
            row = inverse[which]
            noise = cells.variance((row @ columns) * (weight * cells.sigma))
            return math.sqrt(noise * max(1.0, misfit) + float(row @ self.prior @ row))

        edge = self.scales[-1]
        rising = float(linear[1:] @ (edge / np.hypot(edge, self.scales))) >= 0.0
        pa, curve = (state[-3], linear[1:]) if rising else (state[-3] + np.pi, -linear[1:])
        return Disk(
            pa=math.degrees(pa) % 360.0,
            pa_error=math.degrees(error(-3)),
            systemic=float(linear[0]),
            systemic_error=error(0),
            center=(float(state[-2]), float(state[-1])),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
            curve=curve,
        )
