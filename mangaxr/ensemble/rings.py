"""Values of a galaxy in elliptical rings: the mean, or the amplitude of rotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.geometry import DiskGeometry, disk_coordinates
from mangaxr.ensemble.groups import bin_index
from mangaxr.ensemble.kernel import Floats

__all__ = ["LEAST_SHARE", "Rings", "ring_values"]

LEAST_SHARE = 0.5
"""Share of a ring's area that must be measured in a galaxy for it to have a value there."""

_LEAST_COS2 = 0.25
"""Least mean of cos^2 theta of the measured pixels, for rotation: half of what a whole ring
has, so that a ring seen near the minor axis alone is left out."""


@dataclass(frozen=True, slots=True)
class Rings:
    """What to measure in the galaxies of one slab.

    Parameters
    ----------
    rows
        The galaxies, by position within the chunk.
    geometry
        Their disks.
    x, y
        Offsets of the pixels from the tensor's middle, pixels, to the West and North.
    edges
        Edges of the rings, in the unit of the geometry.
    rotation
        Whether to fit rotation, instead of taking the mean.
    deproject
        Whether to divide rotation by sin i.
    """

    rows: npt.NDArray[np.intp]
    geometry: DiskGeometry
    x: Floats
    y: Floats
    edges: Floats
    rotation: bool
    deproject: bool


def ring_values(
    rings: Rings, values: npt.NDArray[np.floating], weights: npt.NDArray[np.floating] | None = None
) -> Floats:
    """Measure every ring of every galaxy of a slab.

    A pixel belongs to the ring that its centre lies in. A ring has a value if the pixels
    with one make up half of its area, ``pi (R_2^2 - R_1^2) b/a``. For rotation, the mean of
    cos^2 theta over them must also be at least 0.25.

    Parameters
    ----------
    rings
        What to measure.
    values
        A chunk, (galaxy, y, x), NaN where there is no value; velocities relative to the systemic
        one.
    weights
        Of each value; one that is not positive and finite leaves its value out.

    Returns
    -------
    ndarray
        Shape (galaxy, ring), NaN where a ring has no value. The weighted mean; or, for
        rotation, the amplitude A that minimises ``sum w (v - A cos theta)^2``, which is
        ``sum w v cos / sum w cos^2``: V(R) sin i of circular orbits.
    """
    chosen = values[rings.rows].astype(np.float64)
    weight = np.ones_like(chosen) if weights is None else weights[rings.rows].astype(np.float64)
    radius, cosine = disk_coordinates(rings.geometry, rings.x, rings.y)
    number = rings.edges.size - 1
    ring = bin_index(radius, rings.edges)
    counts = (ring >= 0) & ~np.isnan(chosen) & (weight > 0) & (weight < np.inf)
    if rings.rotation:
        counts &= radius > 0  # the centre itself has no azimuth
    galaxy = np.broadcast_to(np.arange(len(chosen))[:, np.newaxis, np.newaxis], ring.shape)
    cell = galaxy[counts] * number + ring[counts]

    def total(of: Floats) -> Floats:
        sums: Floats = np.bincount(cell, weights=of, minlength=len(chosen) * number).astype(
            np.float64
        )
        return sums.reshape(len(chosen), number)

    value, weight, cosine = chosen[counts], weight[counts], cosine[counts]
    pixels = total(np.ones_like(value))
    seen = pixels >= LEAST_SHARE * _areas(rings)
    above, below = weight * value, weight
    if rings.rotation:
        seen &= total(cosine**2) >= _LEAST_COS2 * pixels
        above, below = above * cosine, below * cosine**2
    with np.errstate(invalid="ignore", divide="ignore"):
        found = total(above) / total(below)
        if rings.rotation and rings.deproject:
            found = found / rings.geometry.sin_inclination[:, np.newaxis]
    return np.where(seen & (pixels > 0) & np.isfinite(found), found, np.nan)


def _areas(rings: Rings) -> Floats:
    """Return the areas of the rings on the sky, in pixels: (galaxy, ring)."""
    pixel = rings.geometry.pixel_scale / rings.geometry.unit
    face_on = np.pi * np.diff(rings.edges**2)
    return face_on * (rings.geometry.axis_ratio / pixel**2)[:, np.newaxis]
