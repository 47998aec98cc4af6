"""Lenses that are the same in every direction: three functions of the radius say all."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from mangaxr.lensing.profiles.component import (
    TINY,
    Component,
    Hessian,
    Parameter,
    Positions,
    Values,
    wide,
)

__all__ = ["Circular"]


class Circular(Component):
    """A lens around a centre.

    At the centre itself alpha is 0, though its limit along any line may not be.
    """

    __slots__ = ()

    x: Parameter
    y: Parameter

    @abstractmethod
    def radial_deflection(self, radius: Values) -> Values:
        """Return alpha, arcsec, away from the centre, at radii in arcsec."""

    @abstractmethod
    def radial_potential(self, radius: Values) -> Values:
        """Return the potential, arcsec^2."""

    @abstractmethod
    def radial_convergence(self, radius: Values) -> Values:
        """Return kappa."""

    def deflection(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return alpha, arcsec, along x and y."""
        radius, cosine, sine = self._polar(theta_x, theta_y)
        alpha = self.radial_deflection(radius)
        return alpha * cosine, alpha * sine

    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2."""
        return self.radial_potential(self._polar(theta_x, theta_y)[0])

    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa."""
        return self.radial_convergence(self._polar(theta_x, theta_y)[0])

    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential.

        The shear is tangential, and is the mean kappa inside the radius, alpha/R, less kappa
        there (Schneider, Kochanek & Wambsganss 2006, part 1, section 3).
        """
        radius, cosine, sine = self._polar(theta_x, theta_y)
        kappa = self.radial_convergence(radius)
        shear = self.radial_deflection(radius) / radius - kappa
        along, across = shear * (cosine**2 - sine**2), shear * 2.0 * cosine * sine
        return Hessian(kappa - along, -across, kappa + along)

    def _polar(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values, Values]:
        """Return the radius, and the cosine and sine of the direction from the centre."""
        x, y = theta_x - wide(self.x), theta_y - wide(self.y)
        # Several times as quick as `hypot`, which minds numbers that no angle has.
        radius = np.maximum(np.sqrt(x * x + y * y), TINY)
        return radius, x / radius, y / radius
