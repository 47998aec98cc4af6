"""Coordinates of spaxels as the DAP computes them.

Source: mangadap 3.1.0 ``datacube.py`` (``mean_sky_coordinates``) and ``geometry.py``
(``SemiMajorAxisCoo``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

from mangaxr.synthetic.galaxy.moments import SPAXEL
from mangaxr.synthetic.observe.noise import LIGHT_SPEED

__all__ = ["elliptical_coordinates", "kpc_per_arcsec", "luminosity_distance", "sky_offsets"]

Array = NDArray[np.float64]

_HUBBLE, _OMEGA_M, _OMEGA_L = 100.0, 0.3, 0.7  # km/s/Mpc; the cosmology of the DAP


def sky_offsets(
    size: int, pointing: tuple[float, float], *, target: tuple[float, float]
) -> tuple[Array, Array]:
    """Compute SPX_SKYCOO through the maps' gnomonic (TAN) projection.

    Parameters
    ----------
    size
        Side of the map, spaxels; the pointing is at pixel ``(size // 2, size // 2)``
        counted from 0.
    pointing
        Right ascension and declination of the bundle's centre, deg.
    target
        Those of the object, from which offsets are measured, deg.

    Returns
    -------
    sky_x, sky_y
        ``(RA - OBJRA) cos(OBJDEC)`` and ``Dec - OBJDEC``, arrays (y, x) in arcsec.
    """
    steps = np.deg2rad((np.arange(size) - size // 2) * SPAXEL / 3600.0)
    eta, xi = np.meshgrid(steps, -steps, indexing="ij")
    ra0, dec0 = np.deg2rad(pointing)
    # Inverse of the gnomonic projection (Calabretta & Greisen 2002, A&A 395, 1077).
    depth = np.cos(dec0) - eta * np.sin(dec0)
    ra = np.rad2deg(ra0 + np.arctan2(xi, depth))
    dec = np.rad2deg(np.arctan2(np.sin(dec0) + eta * np.cos(dec0), np.hypot(xi, depth)))
    sky_x = (ra - target[0]) * np.cos(np.deg2rad(target[1])) * 3600.0
    return sky_x, (dec - target[1]) * 3600.0


def elliptical_coordinates(
    sky_x: Array, sky_y: Array, *, pa: float, ellipticity: float
) -> tuple[Array, Array]:
    """Compute semi-major-axis radius and azimuth.

    Parameters
    ----------
    sky_x, sky_y
        Offsets, arcsec to the East and North.
    pa
        Photometric position angle (ECOOPA), N through E, deg.
    ellipticity
        1 - b/a (ECOOELL).

    Returns
    -------
    radius, azimuth
        Arcsec; deg from 0 to 360, 0 along the position angle and growing with it.

    Examples
    --------
    >>> x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> r, azimuth = elliptical_coordinates(x, y, pa=90.0, ellipticity=0.5)
    >>> r.round(6).tolist(), azimuth.round(6).tolist()
    ([1.0, 2.0], [0.0, 270.0])
    """
    angle = np.deg2rad(pa)
    major = sky_x * np.sin(angle) + sky_y * np.cos(angle)
    minor = (-sky_x * np.cos(angle) + sky_y * np.sin(angle)) / (1.0 - ellipticity)
    azimuth = np.rad2deg(np.arctan2(-minor, major)) % 360.0
    return np.hypot(major, minor), azimuth


def kpc_per_arcsec(redshift: float) -> float:
    """Return the scale at a redshift in kpc/h per arcsec, h = 1 and Omega_m = 0.3, flat.

    Examples
    --------
    >>> round(kpc_per_arcsec(0.03), 3)
    0.42
    """
    distance = luminosity_distance(redshift) / (1.0 + redshift) ** 2
    return float(np.deg2rad(1.0 / 3600.0) * distance * 1e3)


def luminosity_distance(redshift: float) -> float:
    """Return the luminosity distance in Mpc/h, h = 1 and Omega_m = 0.3, flat.

    ``(1 + z) c / H0`` times the integral of ``1 / E(z)`` (Hogg 1999, astro-ph/9905116).

    Examples
    --------
    >>> round(luminosity_distance(0.03), 2)
    92.01
    """
    comoving, _ = quad(lambda z: 1.0 / np.sqrt(_OMEGA_M * (1.0 + z) ** 3 + _OMEGA_L), 0.0, redshift)
    return float((1.0 + redshift) * comoving * LIGHT_SPEED / _HUBBLE)
