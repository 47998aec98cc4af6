"""From arcsec to kpc and solar masses: what depends on redshifts and the cosmology."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mangaxr.datamodel.keywords import SPEED_OF_LIGHT
from mangaxr.errors import LensError

if TYPE_CHECKING:
    from astropy.cosmology import FLRW

__all__ = ["LensScale", "default_cosmology", "kpc_per_arcsec"]

_ARCSEC = np.pi / (180.0 * 3600.0)
_KPC_PER_ARCSEC_AT_MPC = 1e3 * _ARCSEC
_G = 4.30091727e-9  # Mpc (km/s)^2 / Msun
_C_SQUARED_OVER_4_PI_G = SPEED_OF_LIGHT**2 / (4.0 * np.pi * _G)  # Msun / Mpc


@cache
def default_cosmology() -> FLRW:
    """Return the flat cosmology with H0 = 70 km/s/Mpc and Omega_m = 0.3."""
    # Remembered: astropy takes longer to make one than a lensed image takes.
    from astropy.cosmology import FlatLambdaCDM

    return FlatLambdaCDM(H0=70.0, Om0=0.3)


def kpc_per_arcsec(z: float, cosmology: FLRW | None = None) -> float:
    """Return what an arcsec subtends at a redshift, kpc.

    Raises
    ------
    LensError
        If the redshift is not positive.
    """
    if not 0 < z < np.inf:
        msg = f"z = {z}: expected a redshift above 0"
        raise LensError(msg)
    distance = (cosmology or default_cosmology()).angular_diameter_distance(z)
    return float(distance.to_value("kpc")) * _ARCSEC


@dataclass(frozen=True)
class LensScale:
    """Distances of a lens and a source, and what follows from them.

    Parameters
    ----------
    z_lens, z_source
        Redshifts.
    cosmology
        Of astropy; flat with H0 = 70 km/s/Mpc and Omega_m = 0.3 by default.

    Raises
    ------
    LensError
        If the source does not lie behind the lens.

    Examples
    --------
    >>> scale = LensScale(0.5, 1.5)
    >>> f"{scale.sigma_crit:.3g} Msun/arcsec2, {scale.sigma_v(1.0):.0f} km/s"
    '8.68e+10 Msun/arcsec2, 247 km/s'
    """

    z_lens: float
    z_source: float
    cosmology: Any = None

    def __post_init__(self) -> None:
        if not 0 < self.z_lens < self.z_source < np.inf:
            msg = (
                f"lens at z = {self.z_lens}, source at z = {self.z_source}: expected "
                f"0 < z_lens < z_source"
            )
            raise LensError(msg)

    @cached_property
    def _distances(self) -> tuple[float, float, float]:
        """Angular diameter distances to the lens, to the source and between them, Mpc.

        The last by Hogg 1999 (astro-ph/9905116), eq. 19.
        """
        cosmology = self.cosmology or default_cosmology()
        lens, source = (
            float(cosmology.comoving_transverse_distance(z).to_value("Mpc"))
            for z in (self.z_lens, self.z_source)
        )
        curvature = float(cosmology.Ok0 / cosmology.hubble_distance.to_value("Mpc") ** 2)
        between = source * np.sqrt(1 + curvature * lens**2)
        between -= lens * np.sqrt(1 + curvature * source**2)
        further = 1.0 + self.z_source
        return lens / (1.0 + self.z_lens), source / further, float(between) / further

    @property
    def kpc_per_arcsec_lens(self) -> float:
        """What an arcsec subtends in the lens plane, kpc."""
        return self._distances[0] * _KPC_PER_ARCSEC_AT_MPC

    @property
    def kpc_per_arcsec_source(self) -> float:
        """What an arcsec subtends in the source plane, kpc."""
        return self._distances[1] * _KPC_PER_ARCSEC_AT_MPC

    @property
    def sigma_crit(self) -> float:
        """Critical surface density, c^2 D_s / (4 pi G D_d D_ds), Msun per arcsec^2."""
        lens, source, between = self._distances
        per_mpc2 = _C_SQUARED_OVER_4_PI_G * source / (lens * between)
        return per_mpc2 * (lens * _ARCSEC) ** 2

    def theta_E(self, sigma_v: float) -> float:  # noqa: N802
        """Return the Einstein radius of an isothermal sphere, arcsec.

        ``4 pi (sigma_v / c)^2 D_ds / D_s``, of a velocity dispersion in km/s.
        """
        _, source, between = self._distances
        return 4.0 * np.pi * (sigma_v / SPEED_OF_LIGHT) ** 2 * between / source / _ARCSEC

    def sigma_v(self, theta_E: float) -> float:
        """Return the velocity dispersion of an isothermal sphere, km/s."""
        return float(np.sqrt(theta_E / self.theta_E(1.0)))

    def mass_inside(self, theta_E: float) -> float:
        """Return the mass inside an Einstein radius, pi theta_E^2 Sigma_crit, Msun."""
        return float(np.pi * theta_E**2 * self.sigma_crit)

    def pjaffe_of_mass(self, mass: float, theta_E: float) -> tuple[float, float]:
        """Return ``theta_s`` and ``r_t``, arcsec, of a subhalo near the ring of a lens.

        Parameters
        ----------
        mass
            Total, Msun.
        theta_E
            Of the lens, whose tide ends it at r_t = sqrt(theta_s theta_E) (Metcalf & Madau 2001).

        Examples
        --------
        >>> theta_s, r_t = LensScale(0.5, 1.5).pjaffe_of_mass(1e9, theta_E=1.0)
        >>> round(theta_s, 3), round(r_t, 2)
        (0.024, 0.15)
        """
        if not (mass >= 0 and theta_E > 0):
            msg = (
                f"a subhalo of {mass} Msun at theta_E = {theta_E}: expected mass >= 0, theta_E > 0"
            )
            raise LensError(msg)
        theta_s = (mass / (np.pi * self.sigma_crit * np.sqrt(theta_E))) ** (2.0 / 3.0)
        return float(theta_s), float(np.sqrt(theta_s * theta_E))

    def pjaffe_mass(self, theta_s: float, r_t: float) -> float:
        """Return the total mass of a pseudo-Jaffe profile, pi theta_s r_t Sigma_crit, Msun."""
        return float(np.pi * theta_s * r_t * self.sigma_crit)
