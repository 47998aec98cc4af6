"""The elliptical power law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.lensing.profiles.component import TINY, Hessian, Parameter, Values, wide
from mangaxr.lensing.profiles.elliptical import Elliptical

__all__ = ["EPL"]

_PRECISION = 1e-16
_MOST_TERMS = 1000


@dataclass(frozen=True, slots=True)
class EPL(Elliptical):
    """An ellipsoid whose density falls as a power of the radius.

    Parameters
    ----------
    theta_E
        Einstein radius, arcsec, the geometric mean of those along the axes.
    gamma
        Slope of the density in three dimensions, between 1 and 3; 2 is isothermal.
    e1, e2
        Ellipticity: ``|e| = (1 - q) / (1 + q)``, at twice the position angle.
    x, y
        Centre, arcsec.

    Raises
    ------
    LensError
        If ``theta_E`` is negative, ``gamma`` not between 1 and 3, or the ellipticity not below 1.

    Notes
    -----
    Tessore & Metcalf 2015 (arXiv:1507.01819): alpha is a series in (1 - q) / (1 + q), taken as
    far as double precision goes. With t = gamma - 1, kappa = (2 - t) / 2 (b / R)^t,
    R^2 = q^2 x^2 + y^2 and b = theta_E sqrt(q).

    Examples
    --------
    >>> steep = EPL(1.0, 2.0, 0.0, 0.0).deflection(3.0, 4.0)
    >>> [float(a.round(12)) for a in steep]
    [0.6, 0.8]
    """

    theta_E: Parameter
    gamma: Parameter
    e1: Parameter
    e2: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0

    def __post_init__(self) -> None:
        gamma = np.asarray(self.gamma)
        self._require(
            theta_E=np.all(np.asarray(self.theta_E) >= 0),
            gamma=np.all((gamma > 1) & (gamma < 3)),
            e1=self._require_ellipse(),
        )

    def along_deflection(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Return alpha, arcsec, along the axes."""
        alpha = self._complex_deflection(x, y)
        return alpha.real, alpha.imag

    def along_potential(self, x: Values, y: Values) -> Values:
        """Return the potential, arcsec^2: alpha is homogeneous in the position."""
        alpha = self._complex_deflection(x, y)
        return (x * alpha.real + y * alpha.imag) / (3.0 - wide(self.gamma))

    def along_convergence(self, x: Values, y: Values) -> Values:
        """Return kappa."""
        slope, _, strength, radius = self._terms(x, y)
        return (2.0 - slope) / 2.0 * (strength / radius) ** slope

    def along_hessian(self, x: Values, y: Values) -> Hessian:
        """Return the second derivatives of the potential along the axes (equation 17)."""
        slope = wide(self.gamma) - 1.0
        radius = np.maximum(np.hypot(x, y), TINY)
        direction = (x + 1j * y) / radius
        kappa = self.along_convergence(x, y)
        shear = direction * ((1.0 - slope) * self._complex_deflection(x, y) / radius)
        shear = shear - direction**2 * kappa
        return Hessian(kappa + shear.real, shear.imag, kappa - shear.real)

    def _complex_deflection(self, x: Values, y: Values) -> npt.NDArray[np.complex128]:
        slope, q, strength, radius = self._terms(x, y)
        flat = (1.0 - q) / (1.0 + q)
        term = np.asarray((q * x + 1j * y) / radius, dtype=np.complex128)
        turn = -flat * term**2
        total = term
        for n in range(1, _number_of_terms(float(np.max(flat)))):
            term = term * turn * ((2 * n - (2.0 - slope)) / (2 * n + (2.0 - slope)))
            total = total + term
        scale = 2.0 * strength / (1.0 + q) * (strength / radius) ** (slope - 1.0)
        alpha: npt.NDArray[np.complex128] = scale * total
        return alpha

    def _terms(self, x: Values, y: Values) -> tuple[Values, Values, Values, Values]:
        """Return t, q, b and R."""
        q = self.axis_ratio
        radius = np.maximum(np.hypot(q * x, y), TINY)
        return wide(self.gamma) - 1.0, q, wide(self.theta_E) * np.sqrt(q), radius


def _number_of_terms(flat: float) -> int:
    """Return how many terms there are before the rest is below double precision."""
    if flat == 0.0:
        return 1
    return min(int(np.log(_PRECISION) / np.log(flat)) + 2, _MOST_TERMS)
