"""The pseudo-Jaffe profile: an isothermal sphere that ends, as a subhalo does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.profiles.circular import Circular
from mangaxr.lensing.profiles.component import Parameter, Values, wide
from mangaxr.lensing.scale import LensScale

__all__ = ["PJaffe"]


@dataclass(frozen=True, slots=True)
class PJaffe(Circular):
    """A truncated isothermal sphere without a core, of finite mass.

    Parameters
    ----------
    theta_s
        Einstein radius that it would have without an end, arcsec.
    r_t
        Truncation radius, arcsec: the density falls as r^-2 within, as r^-4 beyond.
    x, y
        Centre, arcsec.

    Raises
    ------
    LensError
        If ``theta_s`` is negative or ``r_t`` not positive.

    Notes
    -----
    With S = sqrt(r_t^2 + R^2): alpha = theta_s (1 - R / (r_t + S)), kappa = theta_s/2 (1/R - 1/S)
    (Munoz, Kochanek & Keeton 2001; the first is theta_s (r_t + R - S) / R without its
    cancellation). The mass is pi theta_s r_t Sigma_crit per arcsec^2.

    Examples
    --------
    >>> PJaffe(0.1, 0.3).deflection(0.3, 0.0)[0].round(4)
    np.float64(0.0586)
    """

    theta_s: Parameter
    r_t: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0

    def __post_init__(self) -> None:
        self._require(
            theta_s=np.all(np.asarray(self.theta_s) >= 0), r_t=np.all(np.asarray(self.r_t) > 0)
        )

    @classmethod
    def from_mass(
        cls, mass: float, *, scale: LensScale, theta_E: float, x: float = 0.0, y: float = 0.0
    ) -> PJaffe:
        """Return a subhalo of a total mass near the Einstein ring of a lens.

        Parameters
        ----------
        mass
            Msun.
        scale
            Distances of lens and source.
        theta_E
            Einstein radius of the lens, arcsec, whose tide cuts the subhalo off.
        x, y
            Centre, arcsec.

        Examples
        --------
        >>> from mangaxr.lensing import LensScale
        >>> round(PJaffe.from_mass(1e9, scale=LensScale(0.5, 1.5), theta_E=1.0).theta_s, 3)
        0.024
        """
        theta_s, r_t = scale.pjaffe_of_mass(mass, theta_E)
        return cls(theta_s, r_t, x, y)

    def radial_deflection(self, radius: Values) -> Values:
        """Return alpha, arcsec."""
        edge = wide(self.r_t)
        return wide(self.theta_s) * (1.0 - radius / (edge + np.sqrt(edge * edge + radius * radius)))

    def radial_potential(self, radius: Values) -> Values:
        """Return the potential, arcsec^2, 0 in the centre."""
        edge = wide(self.r_t)
        far = np.hypot(edge, radius)
        inside = edge * np.log((edge + far) / (2.0 * edge))
        return wide(self.theta_s) * (radius + edge - far + inside)

    def radial_convergence(self, radius: Values) -> Values:
        """Return kappa."""
        return wide(self.theta_s) / 2.0 * (1.0 / radius - 1.0 / np.hypot(wide(self.r_t), radius))
