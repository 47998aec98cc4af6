"""A lens of several components in one plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from mangaxr.errors import LensError
from mangaxr.lensing.profiles.component import Component, Hessian, Positions, Values

__all__ = ["Jacobian", "Lens"]


class Jacobian(NamedTuple):
    """How the source plane changes with the image plane, d beta / d theta; symmetric."""

    xx: Values
    xy: Values
    yy: Values

    @property
    def determinant(self) -> Values:
        """Its determinant: one over the magnification."""
        return self.xx * self.yy - self.xy**2


class Lens:
    """Components in one plane, whose deflections add up.

    What moves the lens across the sky, or turns it, shifts velocities by less than 1 km/s, and is
    left out.

    Parameters
    ----------
    components
        Of `mangaxr.lensing`: `SIS`, `SIE`, `EPL`, `Shear`, `PJaffe`, `TNFW`. None at all is no
        lens.

    Raises
    ------
    LensError
        If something else is among them.

    Examples
    --------
    >>> from mangaxr.lensing import Lens, Shear, SIE
    >>> lens = Lens([SIE(1.0, e1=0.1, e2=0.0), Shear(0.02, -0.01)])
    >>> beta_x, beta_y = lens.ray_shoot(1.2, 0.3)
    >>> round(float(beta_x), 3), round(float(beta_y), 3)
    (0.248, 0.051)
    """

    def __init__(self, components: Iterable[Component] | Component = ()) -> None:
        given: tuple[object, ...] = (
            (components,) if isinstance(components, Component) else tuple(components)
        )
        self.components = tuple(part for part in given if isinstance(part, Component))
        if len(self.components) < len(given):
            msg = f"components of a lens: {list(given)}: expected SIE, Shear and their like alone"
            raise LensError(msg)

    def __repr__(self) -> str:
        return f"Lens([{', '.join(map(repr, self.components))}])"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch that the parameters make: () for one lens."""
        return np.broadcast_shapes(*(part.batch for part in self.components), ())

    def parts(self, number: int) -> Iterator[Lens]:
        """Give out the lenses of a batch in order, as batches (n,) of so many at most.

        One lens is one batch.
        """
        if not self.shape:
            yield self
            return
        flat = [part.flat(self.shape) for part in self.components]
        for start in range(0, math.prod(self.shape), number):
            yield Lens(part.chosen(slice(start, start + number)) for part in flat)

    def deflection(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return alpha, arcsec, along x and y, at positions in the image plane, arcsec."""
        none = np.zeros(np.broadcast(theta_x, theta_y).shape)
        found = [part.deflection(theta_x, theta_y) for part in self.components]
        alpha_x, alpha_y = found.pop(0) if found else (none, none)
        for along_x, along_y in found:
            alpha_x, alpha_y = alpha_x + along_x, alpha_y + along_y
        return alpha_x, alpha_y

    def ray_shoot(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return beta = theta - alpha(theta): where in the source plane a ray ends, arcsec."""
        alpha_x, alpha_y = self.deflection(theta_x, theta_y)
        return theta_x - alpha_x, theta_y - alpha_y

    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2."""
        return self._sum(lambda part: part.potential(theta_x, theta_y), theta_x, theta_y)

    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa, the surface density over the critical one."""
        return self._sum(lambda part: part.convergence(theta_x, theta_y), theta_x, theta_y)

    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential."""
        none = np.zeros(np.broadcast(theta_x, theta_y).shape)
        total = Hessian(none, none, none)
        for part in self.components:
            pairs = zip(total, part.hessian(theta_x, theta_y), strict=True)
            total = Hessian(*(one + other for one, other in pairs))
        return total

    def jacobian(self, theta_x: Positions, theta_y: Positions) -> Jacobian:
        """Return d beta / d theta."""
        xx, xy, yy = self.hessian(theta_x, theta_y)
        return Jacobian(1.0 - xx, -xy, 1.0 - yy)

    def magnification(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return mu, with the sign of the parity; infinite on a critical curve."""
        with np.errstate(divide="ignore"):
            return 1.0 / self.jacobian(theta_x, theta_y).determinant

    def parity(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return 1 where images are as the source is, -1 where they are mirrored."""
        return np.sign(self.jacobian(theta_x, theta_y).determinant)

    def _sum(
        self, value: Callable[[Component], Values], theta_x: Positions, theta_y: Positions
    ) -> Values:
        total = np.zeros(np.broadcast(theta_x, theta_y).shape)
        for part in self.components:
            total = total + value(part)
        return total
