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
        x, y, radius = self._around(theta_x, theta_y)
        per_radius = self.radial_deflection(radius) / radius
        return x * per_radius, y * per_radius

    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2."""
        return self.radial_potential(self._around(theta_x, theta_y)[2])

    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa."""
        return self.radial_convergence(self._around(theta_x, theta_y)[2])

    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential.

        The shear is tangential, and is the mean kappa inside the radius, alpha/R, less kappa
        there (Schneider, Kochanek & Wambsganss 2006, part 1, section 3).
        """
        x, y, radius = self._around(theta_x, theta_y)
        cosine, sine = x / radius, y / radius
        kappa = self.radial_convergence(radius)
        shear = self.radial_deflection(radius) / radius - kappa
        along, across = shear * (cosine**2 - sine**2), shear * 2.0 * cosine * sine
        return Hessian(kappa - along, -across, kappa + along)

    def _around(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values, Values]:
        """Return positions from the centre, and the radius."""
        x, y = theta_x - wide(self.x), theta_y - wide(self.y)
        # Several times as quick as `hypot`, which minds numbers that no angle has.
        return x, y, np.maximum(np.sqrt(x * x + y * y), TINY)
