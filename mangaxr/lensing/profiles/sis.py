"""The singular isothermal sphere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.profiles.circular import Circular
from mangaxr.lensing.profiles.component import Parameter, Values, wide

__all__ = ["SIS"]


@dataclass(frozen=True, slots=True)
class SIS(Circular):
    """A singular isothermal sphere: alpha is the same at every radius.

    Parameters
    ----------
    theta_E
        Einstein radius, arcsec: ``4 pi (sigma_v / c)^2 D_ls / D_s``.
    x, y
        Centre, arcsec.

    Raises
    ------
    LensError
        If ``theta_E`` is negative, or a parameter no number.

    Notes
    -----
    alpha = theta_E, kappa = theta_E / 2R, potential = theta_E R (Schneider, Kochanek &
    Wambsganss 2006).

    Examples
    --------
    >>> SIS(1.0).deflection(3.0, 4.0)
    (np.float64(0.6), np.float64(0.8))
    """

    theta_E: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0

    def __post_init__(self) -> None:
        self._require(theta_E=np.all(np.asarray(self.theta_E) >= 0))

    def radial_deflection(self, radius: Values) -> Values:
        """Return alpha, arcsec."""
        return np.broadcast_to(wide(self.theta_E), np.broadcast(wide(self.theta_E), radius).shape)

    def radial_potential(self, radius: Values) -> Values:
        """Return the potential, arcsec^2."""
        return wide(self.theta_E) * radius

    def radial_convergence(self, radius: Values) -> Values:
        """Return kappa."""
        return wide(self.theta_E) / (2.0 * radius)
