"""Analytic sources: a thin rotating disk, sharp as no template from the survey can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mangaxr.disks import CURVES, STEEPEST, Clump, Curve, clumpiness, in_disk
from mangaxr.errors import LensError, known_name
from mangaxr.lensing.profiles.component import Values
from mangaxr.lensing.source_maps import SourceMaps

__all__ = ["Bulge", "rotating_disk"]

_FIELD = 10.0
"""Side of the maps in scale lengths, where nothing is said."""


class Bulge(NamedTuple):
    """A round bulge that does not rotate, of a Sersic profile of index 4.

    Parameters
    ----------
    flux
        Surface brightness at ``r_eff``, over that of the disk in its centre.
    r_eff
        Half-light radius, arcsec.
    sigma
        Velocity dispersion, km/s.
    """

    flux: float
    r_eff: float
    sigma: float


def rotating_disk(
    *,
    r_scale: float,
    v_max: float,
    inclination: float,
    pa: float,
    r_turn: float | None = None,
    curve: Curve = "tanh",
    v_sys: float = 0.0,
    sigma: float = 25.0,
    flux: float = 1.0,
    bulge: Bulge | None = None,
    clumps: Sequence[Clump] = (),
    npix: int = 200,
    pixel_scale: float | None = None,
    x: float = 0.0,
    y: float = 0.0,
) -> SourceMaps:
    """Make the maps of a rotating exponential disk.

    Parameters
    ----------
    r_scale
        Scale length of the light, arcsec.
    v_max, r_turn, curve
        Rotation in the plane of the disk: its limit in km/s, the radius where it turns over in
        arcsec (half of ``r_scale`` by default) and its shape: ``tanh``, ``arctan``, ``1-exp``.
    inclination
        0 is face-on; deg.
    pa
        Position angle of the receding side, N through E: from +y towards -x; deg.
    v_sys
        Velocity of the centre, km/s.
    sigma
        Velocity dispersion of the gas, km/s, the same everywhere.
    flux
        Surface brightness of the smooth disk in its centre.
    bulge, clumps
        What there is besides; clumps lie relative to the centre, to the East and North.
    npix, pixel_scale
        Size of the maps: by default ten scale lengths wide.
    x, y
        Where the centre is in the source plane, arcsec.

    Returns
    -------
    SourceMaps
        Measured everywhere.

    Raises
    ------
    LensError
        If a size is not positive, or the disk too near to edge-on for a thin one.
    UnknownNameError
        If there is no such curve.

    Notes
    -----
    See `mangaxr.disks` for the geometry. Where a bulge shines too, velocity and dispersion are
    those of all the light in a point.

    Examples
    --------
    >>> source = rotating_disk(r_scale=0.3, v_max=200, inclination=60, pa=90)
    >>> source.velocity[100, 5] > 150, source.velocity[100, 195] < -150
    (np.True_, np.True_)
    """
    turn = r_scale / 2.0 if r_turn is None else r_turn
    scale = _FIELD * r_scale / npix if pixel_scale is None else pixel_scale
    if not (r_scale > 0 and turn > 0 and scale > 0 and npix > 0 and 0 <= inclination <= STEEPEST):
        msg = (
            f"a disk with r_scale = {r_scale}, r_turn = {turn}, npix = {npix}, pixel_scale = "
            f"{scale}, inclination = {inclination}: expected sizes above 0, 0 to {STEEPEST:g} deg"
        )
        raise LensError(msg)
    places = (np.arange(npix) - (npix - 1) / 2.0) * scale
    east, north = -places[np.newaxis, :], places[:, np.newaxis]
    radius, cos_theta = in_disk(east, north, pa=pa, inclination=inclination)
    rotation = v_max * CURVES[known_name("curve", curve, tuple(CURVES))](radius / turn)
    velocity = v_sys + rotation * np.sin(np.deg2rad(inclination)) * cos_theta
    light = flux * np.exp(-radius / r_scale) * clumpiness(tuple(clumps), east, north)
    dispersion = np.full_like(light, sigma)
    if bulge is not None:
        around = flux * bulge.flux * _de_vaucouleurs(np.hypot(east, north) / bulge.r_eff)
        light, velocity, dispersion = _blended(
            (light, velocity, dispersion), (around, v_sys, bulge.sigma)
        )
    return SourceMaps(light, velocity, dispersion, light > 0, scale, x=x, y=y)


def _de_vaucouleurs(radius: Values) -> Values:
    """Return a Sersic profile of index 4 relative to that at its half-light radius, 1."""
    profile: Values = np.exp(-7.669 * (radius**0.25 - 1.0))
    return profile


def _blended(
    one: tuple[Values, Values, Values], other: tuple[Values, float, float]
) -> tuple[Values, Values, Values]:
    """Add the light of two parts: flux, velocity and dispersion of both together."""
    parts = (one, other)
    flux = one[0] + other[0]
    velocity = sum(f * v for f, v, _ in parts) / flux
    second = sum(f * (v**2 + s**2) for f, v, s in parts) / flux
    return flux, velocity, np.sqrt(np.maximum(second - velocity**2, 0.0))
