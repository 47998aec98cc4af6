"""External shear: the tide of what is around the lens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.profiles.component import (
    Component,
    Hessian,
    Parameter,
    Positions,
    Values,
    wide,
)

__all__ = ["Shear"]


@dataclass(frozen=True, slots=True)
class Shear(Component):
    """A shear that is the same everywhere.

    Parameters
    ----------
    g1, g2
        Its components: images are drawn out along x for positive ``g1``, along the diagonal for
        positive ``g2``.
    x, y
        Where it does not deflect, arcsec.

    Notes
    -----
    alpha = (g1 x + g2 y, g2 x - g1 y), kappa = 0.

    Examples
    --------
    >>> [float(a) for a in Shear(0.02, -0.01).deflection(1.0, 2.0)]
    [0.0, -0.05]
    """

    g1: Parameter
    g2: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0

    def __post_init__(self) -> None:
        self._require()

    def deflection(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return alpha, arcsec, along x and y."""
        x, y, g1, g2 = self._shifted(theta_x, theta_y)
        return g1 * x + g2 * y, g2 * x - g1 * y

    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2."""
        x, y, g1, g2 = self._shifted(theta_x, theta_y)
        return g1 / 2.0 * (x**2 - y**2) + g2 * x * y

    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa: none."""
        x, y, g1, _ = self._shifted(theta_x, theta_y)
        return np.zeros(np.broadcast(x, y, g1).shape)

    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential."""
        x, y, g1, g2 = self._shifted(theta_x, theta_y)
        shape = np.broadcast(x, y, g1, g2).shape
        g1, g2 = np.broadcast_to(g1, shape), np.broadcast_to(g2, shape)
        return Hessian(g1, g2, -g1)

    def _shifted(self, x: Positions, y: Positions) -> tuple[Values, Values, Values, Values]:
        return x - wide(self.x), y - wide(self.y), wide(self.g1), wide(self.g2)
