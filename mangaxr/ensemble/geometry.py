"""Where the pixels of a tensor lie in the disk of each galaxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.ensemble.galaxies import galaxy_numbers
from mangaxr.ensemble.kernel import Floats

__all__ = ["DiskGeometry", "disk_coordinates", "disk_geometry"]


@dataclass(frozen=True, slots=True)
class DiskGeometry:
    """Placement of some galaxies' disks under their tensors; arrays (galaxy,).

    Parameters
    ----------
    pixel_scale
        Side of a pixel, arcsec.
    center_sky_x, center_sky_y
        Offset of the tensor's middle from the object, arcsec, to the East and North.
    pa
        Position angle of the major axis, of its receding half for velocities; deg, N through E.
    axis_ratio
        Apparent minor over major axis of the thin disk, b/a = cos i.
    unit
        What radii are measured in, arcsec: 1, or R_e.
    """

    pixel_scale: Floats
    center_sky_x: Floats
    center_sky_y: Floats
    pa: Floats
    axis_ratio: Floats
    unit: Floats

    def at(self, rows: npt.NDArray[np.intp]) -> DiskGeometry:
        """Return the geometry of some galaxies."""
        return DiskGeometry(
            self.pixel_scale[rows],
            self.center_sky_x[rows],
            self.center_sky_y[rows],
            self.pa[rows],
            self.axis_ratio[rows],
            self.unit[rows],
        )

    @property
    def sin_inclination(self) -> Floats:
        """Sine of the inclination of a thin disk, sin i = sqrt(1 - (b/a)^2)."""
        sine: Floats = np.sqrt(np.maximum(1.0 - self.axis_ratio**2, 0.0))
        return sine


def disk_geometry(
    store: xr.Dataset, *, pa: Any, ellipticity: Any, reff: Any, pa_argument: str
) -> DiskGeometry:
    """Collect the geometry of all galaxies of a store.

    Parameters
    ----------
    store
        An open store.
    pa, ellipticity, reff
        Names of coordinates, or numbers over galaxy; `reff` None for radii in arcsec.
    pa_argument
        Name of the argument that `pa` is, for messages.

    Raises
    ------
    EnsembleError
        If the store lacks one of the coordinates, or an array does not fit it.
    """
    scale, x, y = (
        galaxy_numbers(store, name, argument=name)
        for name in ("pixel_scale", "center_sky_x", "center_sky_y")
    )
    flattening = galaxy_numbers(store, ellipticity, argument="ellipticity")
    ratio = np.where((flattening >= 0) & (flattening < 1), 1.0 - flattening, np.nan)
    unit = np.ones_like(scale) if reff is None else galaxy_numbers(store, reff, argument="reff")
    unit = np.where(unit > 0, unit, np.nan)
    return DiskGeometry(scale, x, y, galaxy_numbers(store, pa, argument=pa_argument), ratio, unit)


def disk_coordinates(geometry: DiskGeometry, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Project the pixels into the planes of the disks.

    A thin disk: distances along the minor axis are divided by b/a = cos i (Begeman 1989,
    A&A 223, 47, equations 2 and 3).

    Parameters
    ----------
    geometry
        Of some galaxies.
    x, y
        Offsets of the pixels from the tensor's middle, pixels, to the West and North.

    Returns
    -------
    radius, cos_theta
        Arrays (galaxy, y, x): radius in the unit of the geometry; cosine of the azimuth in the
        disk from the half of the major axis that `pa` points along, 0 at the centre.

    Examples
    --------
    >>> ones = np.ones(1)
    >>> of = DiskGeometry(ones, 0 * ones, 0 * ones, 90 * ones, 0.5 * ones, ones)
    >>> radius, cos_theta = disk_coordinates(of, np.array([-2.0, 0.0]), np.array([3.0]))
    >>> radius.round(3).tolist(), cos_theta.round(3).tolist()
    ([[[6.325, 6.0]]], [[[0.316, 0.0]]])
    """
    cube = (slice(None), np.newaxis, np.newaxis)
    east = geometry.center_sky_x[cube] - x * geometry.pixel_scale[cube]
    north = geometry.center_sky_y[cube] + y[:, np.newaxis] * geometry.pixel_scale[cube]
    angle = np.deg2rad(geometry.pa)
    sine, cosine = np.sin(angle)[cube], np.cos(angle)[cube]
    major = east * sine + north * cosine
    minor = (north * sine - east * cosine) / geometry.axis_ratio[cube]
    radius = np.hypot(major, minor)
    cos_theta = np.divide(major, radius, out=np.zeros_like(radius), where=radius > 0)
    return radius / geometry.unit[cube], cos_theta
