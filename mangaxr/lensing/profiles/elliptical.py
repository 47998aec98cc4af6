"""Lenses that are drawn out: computed along their axes, and turned back."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from mangaxr.lensing.profiles.component import (
    Component,
    Hessian,
    Parameter,
    Positions,
    Values,
    wide,
)

__all__ = ["Elliptical"]


class Elliptical(Component):
    """A lens with an axis ratio and a direction, given as an ellipticity.

    ``|e| = (1 - q) / (1 + q)``, and the major axis lies at half the angle of ``(e1, e2)`` from
    x towards y. Subclasses compute in the frame of the axes, x along the major one.
    """

    __slots__ = ()

    e1: Parameter
    e2: Parameter
    x: Parameter
    y: Parameter

    @abstractmethod
    def along_deflection(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Return alpha, arcsec, along the axes."""

    @abstractmethod
    def along_potential(self, x: Values, y: Values) -> Values:
        """Return the potential, arcsec^2."""

    @abstractmethod
    def along_convergence(self, x: Values, y: Values) -> Values:
        """Return kappa."""

    @abstractmethod
    def along_hessian(self, x: Values, y: Values) -> Hessian:
        """Return the second derivatives of the potential along the axes."""

    @property
    def axis_ratio(self) -> Values:
        """Minor over major axis of the lines of equal kappa, q."""
        ellipticity = np.hypot(wide(self.e1), wide(self.e2))
        return (1.0 - ellipticity) / (1.0 + ellipticity)

    def deflection(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return alpha, arcsec, along x and y."""
        x, y, cosine, sine = self._turned(theta_x, theta_y)
        along, across = self.along_deflection(x, y)
        return cosine * along - sine * across, sine * along + cosine * across

    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2."""
        return self.along_potential(*self._turned(theta_x, theta_y)[:2])

    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa."""
        return self.along_convergence(*self._turned(theta_x, theta_y)[:2])

    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential."""
        x, y, cosine, sine = self._turned(theta_x, theta_y)
        xx, xy, yy = self.along_hessian(x, y)
        double_cosine, double_sine = cosine**2 - sine**2, 2.0 * cosine * sine
        mean, half = (xx + yy) / 2.0, (xx - yy) / 2.0
        along = half * double_cosine - xy * double_sine
        return Hessian(mean + along, half * double_sine + xy * double_cosine, mean - along)

    def _require_ellipse(self) -> np.bool_:
        """Whether the ellipticity is one, below 1."""
        return np.all(np.hypot(np.asarray(self.e1), np.asarray(self.e2)) < 1)

    def _turned(
        self, theta_x: Positions, theta_y: Positions
    ) -> tuple[Values, Values, Values, Values]:
        """Return positions along the axes, and the cosine and sine of the major one's angle."""
        angle = np.arctan2(wide(self.e2), wide(self.e1)) / 2.0
        cosine, sine = np.cos(angle), np.sin(angle)
        x, y = theta_x - wide(self.x), theta_y - wide(self.y)
        return cosine * x + sine * y, cosine * y - sine * x, cosine, sine
