"""A rotating disk, as its velocities are seen.

The disk is thin and its orbits are circular (Begeman 1989, A&A 223, 47, eqs. 1 to 3): at the
offsets X (East) and Y (North) from the centre, with phi the position angle of the receding
side and q the axis ratio,

    a = X sin(phi) + Y cos(phi),  b = (Y sin(phi) - X cos(phi)) / q,  R^2 = a^2 + b^2
    v = v_sys + a sum_k c_k / sqrt(R^2 + s_k^2)

whose terms rise linearly within their scale and are flat beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Disk", "DiskPlane"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk.

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

    def velocity(self, places: Array) -> Array:
        """Evaluate the disk.

        Parameters
        ----------
        places
            Offsets in arcsec to the East and North, and 1: array (3, place).

        Returns
        -------
        numpy.ndarray
            km/s, array (place,).
        """
        plane = DiskPlane(
            places,
            self.center,
            pa=math.radians(self.pa),
            axis_ratio=self.axis_ratio,
            scales=self.scales,
        )
        return plane.rotation(self.curve) + self.systemic


class DiskPlane:
    """Places in the plane of a disk, the rotation there, and how both move with its parameters.

    Parameters
    ----------
    places
        Offsets in arcsec to the East and North, and 1: array (3, place).
    center, pa, axis_ratio, scales
        As of a disk, but the angle in radian.
    """

    def __init__(
        self,
        places: Array,
        center: tuple[float, float],
        *,
        pa: float,
        axis_ratio: float,
        scales: Array,
    ) -> None:
        sine, cosine, q = math.sin(pa), math.cos(pa), axis_ratio
        x, y = center
        turn = [
            [sine, cosine, -sine * x - cosine * y],
            [-cosine / q, sine / q, (cosine * x - sine * y) / q],
        ]
        self.a, self.b = within = np.array(turn) @ places
        self.squares = within * within
        self.inverse_square = (self.squares[0] + self.squares[1]) + (scales * scales)[:, np.newaxis]
        np.reciprocal(self.inverse_square, out=self.inverse_square)
        self.inverse = np.sqrt(self.inverse_square)
        # By phi, but for its factor b, and by the centre: from the rows of `slopes`.
        self._back = [[-q, 0.0, -1 / q], [-sine, -cosine / q, 0.0], [-cosine, sine / q, 0.0]]

    def rotation(self, curve: Array) -> Array:
        """Return the velocity about that of the centre, array (place,)."""
        rotation: Array = self.a * (curve @ self.inverse)
        return rotation

    def shapes(self, out: Array) -> None:
        """Write a / sqrt(R^2 + s_k^2), array (k, place)."""
        np.multiply(self.a, self.inverse, out=out)

    def slopes(self, curve: Array, out: Array) -> None:
        """Write the derivatives of the rotation by phi (per radian) and the centre (per arcsec).

        Parameters
        ----------
        curve
            The c_k.
        out
            Array (3, place).
        """
        bend = curve @ (self.inverse * self.inverse_square)
        rows = np.empty_like(out)
        np.multiply(self.squares[0], bend, out=rows[2])
        np.subtract(curve @ self.inverse, rows[2], out=rows[0])  # by a
        np.multiply(self.a * self.b, bend, out=rows[1])  # by -b
        np.matmul(np.array(self._back), rows, out=out)
        out[0] *= self.b
