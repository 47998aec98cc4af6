"""Thin rotating disks: how a point of the sky lies in one, and how it moves there.

The orbits are circular (Begeman 1989, A&A 223, 47, eqs. 1 to 3). With X to the East and Y to the
North of the kinematic centre, phi the position angle of the receding side (N through E) and i
the inclination, a point of the sky lies in the disk at

    R cos(theta) = X sin(phi) + Y cos(phi)
    R sin(theta) = (-X cos(phi) + Y sin(phi)) / cos(i)

and moves along the line of sight with ``v = v_sys + V(R) sin(i) cos(theta)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["CURVES", "FWHM_PER_SIGMA", "STEEPEST", "Clump", "Curve", "clumpiness", "in_disk"]

Curve = Literal["tanh", "arctan", "1-exp"]
Array = NDArray[np.float64]

STEEPEST = 85.0
"""Inclination, deg, beyond which a thin disk is all edge."""

FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))

CURVES: Mapping[Curve, Callable[[Array], Array]] = MappingProxyType(
    {
        "tanh": np.tanh,
        "arctan": lambda x: 2.0 / np.pi * np.arctan(x),
        "1-exp": lambda x: -np.expm1(-x),
    }
)
"""Shapes of the rotation curve, V / V_max as a function of R / r_turn."""


class Clump(NamedTuple):
    """A star-forming clump: a Gaussian that multiplies the smooth line flux.

    Parameters
    ----------
    dx, dy
        Place relative to the galaxy's centre, arcsec to the East and North.
    strength
        Flux at the clump's centre in excess of, and relative to, the smooth disk's.
    fwhm
        Size, arcsec.
    """

    dx: float
    dy: float
    strength: float
    fwhm: float


def in_disk(
    east: ArrayLike, north: ArrayLike, *, pa: float, inclination: float
) -> tuple[Array, Array]:
    """Project sky offsets into the plane of a disk.

    Parameters
    ----------
    east, north
        Offsets from its centre, arcsec.
    pa
        Position angle of the receding side, N through E, deg.
    inclination
        0 is face-on, 90 edge-on; deg.

    Returns
    -------
    radius, cos_theta
        Radius in the disk in arcsec; cosine of the azimuth from the receding semi-major axis
        (0 at the centre, where it has no value).

    Examples
    --------
    >>> radius, cosine = in_disk(0.0, [2.0, -1.0], pa=0.0, inclination=60.0)
    >>> radius.tolist(), cosine.tolist()
    ([2.0, 1.0], [1.0, -1.0])
    """
    x, y = np.asarray(east, np.float64), np.asarray(north, np.float64)
    angle = np.deg2rad(pa)
    major = x * np.sin(angle) + y * np.cos(angle)
    minor = (-x * np.cos(angle) + y * np.sin(angle)) / np.cos(np.deg2rad(inclination))
    radius = np.hypot(major, minor)
    cos_theta = np.divide(major, radius, out=np.zeros_like(radius), where=radius > 0)
    return radius, cos_theta


def clumpiness(clumps: tuple[Clump, ...], east: ArrayLike, north: ArrayLike) -> Array:
    """Return by how much clumps multiply the flux at offsets from the centre, arcsec.

    Examples
    --------
    >>> clumpiness((Clump(1.0, 0.0, strength=0.5, fwhm=0.2),), [0.0, 1.0], 0.0).round(3).tolist()
    [1.0, 1.5]
    """
    x, y = np.broadcast_arrays(np.asarray(east, np.float64), np.asarray(north, np.float64))
    factor = np.ones(x.shape)
    for clump in clumps:
        sigma = clump.fwhm / FWHM_PER_SIGMA
        square = (x - clump.dx) ** 2 + (y - clump.dy) ** 2
        factor += clump.strength * np.exp(-0.5 * square / sigma**2)
    return factor
