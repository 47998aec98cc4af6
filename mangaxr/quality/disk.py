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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.order import MAD_TO_SIGMA, median
from mangaxr.quality.cells import Cells
from mangaxr.quality.normal import solve_normal

__all__ = ["Disk", "FittedDisk", "fit_disk"]

Array = npt.NDArray[np.float64]

_FEWEST = 12
"""Cells that a fit needs, for its seven parameters."""
_SYSTEMIC, _ANGLE = 0, 4
"""Places of two parameters; the curve's are between them, the centre's are the last."""
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
_PRIOR = np.diag([0.0, 0.0, 0.0, 0.0, 0.0, _CENTRE**-2.0, _CENTRE**-2.0])
"""What is known before: of velocity, curve and angle nothing, of the centre where it should be."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A fitted disk.

    Parameters
    ----------
    pa
        Position angle of the receding side, deg from North through East, 0 to 360.
    systemic
        Velocity of the centre, km/s.
    center
        Offset of the centre, arcsec to the East and North.
    axis_ratio, scales, curve
        q; s_k in arcsec and c_k in km/s.
    """

    pa: float
    systemic: float
    center: tuple[float, float]
    axis_ratio: float
    scales: Array
    curve: Array

    def velocity(self, x: Array, y: Array) -> Array:
        """Evaluate the disk at offsets in arcsec to the East and North, km/s."""
        plane = _Plane(
            np.stack([x, y]),
            self.center,
            pa=math.radians(self.pa),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
        )
        rotation: Array = self.curve @ plane.shapes()
        return rotation + self.systemic


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
    reach = math.sqrt(2.0 * float(np.vdot(cells.places, cells.places)) / number)
    scales = np.maximum(_SCALES * reach, _LEAST_SCALES)
    fit = _Fit(cells, scales, max(axis_ratio, _THINNEST))
    try:
        return FittedDisk(fit.run(start, center), fit)
    except np.linalg.LinAlgError:
        return None


class _Plane:
    """Places in the plane of a disk, the rotation there, and how both move with its parameters."""

    def __init__(
        self,
        places: Array,
        center: tuple[float, float],
        *,
        pa: float,
        axis_ratio: float,
        scales: Array,
    ) -> None:
        sine, cosine, self.q = math.sin(pa), math.cos(pa), axis_ratio
        turn = np.array([[sine, cosine], [-cosine / axis_ratio, sine / axis_ratio]])
        moved = turn @ np.asarray(center)
        self.a, self.b = turn @ places - moved[:, np.newaxis]
        squared = self.a * self.a + self.b * self.b
        self.inverse = 1.0 / np.sqrt(squared + (scales * scales)[:, np.newaxis])
        self._back = np.array([[-sine, -cosine], [-cosine, sine]])

    def shapes(self) -> Array:
        """Return a / sqrt(R^2 + s_k^2), array (k, place)."""
        shapes: Array = self.a * self.inverse
        return shapes

    def slopes(self, curve: Array) -> Array:
        """Return the velocity's derivatives by phi (per radian) and the centre (per arcsec)."""
        mean = curve @ self.inverse
        bend = curve @ (self.inverse * self.inverse * self.inverse)
        turned = self.a * self.a * bend
        slopes = np.empty((3, len(mean)))
        slopes[0] = self.b * ((self.q - 1.0 / self.q) * turned - self.q * mean)
        slopes[1] = mean - turned  # by a
        slopes[2] = self.a * self.b * bend / self.q  # by -b q
        slopes[1:] = self._back @ slopes[1:]
        return slopes


class _Fit:
    """State of one fit: its parameters are v_sys, the c_k, phi, and the centre's X and Y."""

    residual: Array
    columns: Array
    inverse: Array

    def __init__(self, cells: Cells, scales: Array, axis_ratio: float) -> None:
        self.cells = cells
        self.scales = scales
        self.axis_ratio = axis_ratio
        self.weight = cells.weight

    def run(self, start: float, center: tuple[float, float]) -> Disk:
        """Step until nothing moves."""
        state = np.array([*[0.0] * _ANGLE, start, *center])
        columns = np.empty((len(state), len(self.weight)))
        columns[_SYSTEMIC] = 1.0
        plane, settled = self._plane(state), False
        columns[1:_ANGLE] = plane.shapes()
        state[:_ANGLE] = self._curve(columns[:_ANGLE])
        for step_number in range(_STEPS):
            if step_number:
                plane = self._plane(state)
                columns[1:_ANGLE] = plane.shapes()
            columns[_ANGLE:] = plane.slopes(state[1:_ANGLE])
            residual = self.cells.value - state[:_ANGLE] @ columns[:_ANGLE]
            settled = settled or self._clip(residual)
            weighted = columns * self.weight
            normal = (weighted @ columns.T + _PRIOR) * _RIDGE
            step = solve_normal(normal, weighted @ residual - _PRIOR @ state)
            step[_ANGLE:] = np.minimum(np.maximum(step[_ANGLE:], -_LONGEST), _LONGEST)
            state += step
            if settled and (np.abs(step[_ANGLE:]) < _SHORTEST).all():
                break
        self.residual, self.columns = residual, columns
        self.inverse = solve_normal(normal, _UNIT)
        return self._disk(state)

    def error(self, which: int) -> float:
        """Return the standard error of a parameter after the last step."""
        cells, weight, row = self.cells, self.weight, self.inverse[which]
        # What the model leaves beyond the noise is an error of the model, as smooth as noise.
        misfit = float((weight @ self.residual**2) / (weight @ cells.sigma**2))
        noise = cells.variance((row @ self.columns) * (weight * cells.sigma))
        return math.sqrt(noise * max(1.0, misfit) + float(row @ _PRIOR @ row))

    def _plane(self, state: Array) -> _Plane:
        pa, x, y = state[_ANGLE:].tolist()
        places, ratio = self.cells.places, self.axis_ratio
        return _Plane(places, (x, y), pa=pa, axis_ratio=ratio, scales=self.scales)

    def _curve(self, columns: Array) -> Array:
        """Solve for the velocity and the curve alone."""
        weighted = columns * self.weight
        ridge = _RIDGE[:_ANGLE, :_ANGLE]
        return solve_normal((weighted @ columns.T) * ridge, weighted @ self.cells.value)

    def _clip(self, residual: Array) -> bool:
        """Leave out what is far off; return whether that is what was left out before."""
        away = np.abs(residual)
        spread = MAD_TO_SIGMA * median(away)
        kept = away <= _CLIP * np.maximum(spread, self.cells.sigma)
        before, self.weight = self.weight, self.cells.weight * kept
        return bool((before == self.weight).all())

    def _disk(self, state: Array) -> Disk:
        pa, curve, edge = state[_ANGLE], state[1:_ANGLE], self.scales[-1]
        if float(curve @ (edge / np.hypot(edge, self.scales))) < 0.0:
            pa, curve = pa + math.pi, -curve
        return Disk(
            pa=math.degrees(pa) % 360.0,
            systemic=float(state[_SYSTEMIC]),
            center=(float(state[-2]), float(state[-1])),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
            curve=curve,
        )
