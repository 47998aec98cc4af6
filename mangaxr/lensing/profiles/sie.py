"""The isothermal ellipsoid, singular or with a core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.profiles.component import TINY, Hessian, Parameter, Values, wide
from mangaxr.lensing.profiles.elliptical import Elliptical

__all__ = ["SIE"]

_NEARLY_ROUND = 1e-3
"""sqrt(1 - q^2) below which the inverse functions are taken from their series."""


@dataclass(frozen=True, slots=True)
class SIE(Elliptical):
    """An isothermal ellipsoid: singular (SIE), or with a core (NIE).

    Parameters
    ----------
    theta_E
        Einstein radius, arcsec, the geometric mean of those along the axes.
    e1, e2
        Ellipticity: ``|e| = (1 - q) / (1 + q)``, at twice the position angle.
    x, y
        Centre, arcsec.
    core
        Core radius, arcsec.

    Raises
    ------
    LensError
        If ``theta_E`` or ``core`` is negative, or the ellipticity not below 1.

    Notes
    -----
    Along the axes, with b = theta_E sqrt(q), s = core / sqrt(q), f = sqrt(1 - q^2) and
    psi = sqrt(q^2 (s^2 + x^2) + y^2): alpha = b/f (atan(f x / (psi + s)),
    atanh(f y / (psi + q^2 s))), kappa = b / 2 psi (Kormann, Schneider & Bartelmann 1994;
    Keeton 2001, astro-ph/0102341).

    Examples
    --------
    >>> round = SIE(1.0, 0.0, 0.0).deflection(3.0, 4.0)
    >>> [float(a.round(12)) for a in round]
    [0.6, 0.8]
    """

    theta_E: Parameter
    e1: Parameter
    e2: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0
    core: Parameter = 0.0

    def __post_init__(self) -> None:
        self._require(
            theta_E=np.all(np.asarray(self.theta_E) >= 0),
            e1=self._require_ellipse(),
            core=np.all(np.asarray(self.core) >= 0),
        )

    def along_deflection(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Return alpha, arcsec, along the axes."""
        q, strength, core, psi = self._terms(x, y)
        f = np.sqrt(1.0 - q**2)
        along = strength * _over(f, x / (psi + core), np.arctan, -1.0)
        return along, strength * _over(f, y / (psi + q**2 * core), _arctanh, 1.0)

    def along_potential(self, x: Values, y: Values) -> Values:
        """Return the potential, arcsec^2."""
        q, strength, core, psi = self._terms(x, y)
        along, across = self.along_deflection(x, y)
        spread = np.hypot(psi + core, np.sqrt(1.0 - q**2) * x)
        middle = np.where(core > 0, core * np.log(spread / np.maximum((1.0 + q) * core, TINY)), 0.0)
        return x * along + y * across - strength * middle

    def along_convergence(self, x: Values, y: Values) -> Values:
        """Return kappa."""
        _, strength, _, psi = self._terms(x, y)
        return strength / (2.0 * psi)

    def along_hessian(self, x: Values, y: Values) -> Hessian:
        """Return the second derivatives of the potential along the axes."""
        q, strength, core, psi = self._terms(x, y)
        spread = (psi + core) ** 2 + (1.0 - q**2) * x**2
        xx = strength * (psi + core - x * (q**2 * x / psi)) / spread
        return Hessian(xx, -strength * x * (y / psi) / spread, strength / psi - xx)

    def _terms(self, x: Values, y: Values) -> tuple[Values, Values, Values, Values]:
        """Return q, b, s and psi."""
        q = self.axis_ratio
        core = wide(self.core) / np.sqrt(q)
        psi = np.sqrt(q**2 * (core**2 + x**2) + y**2)
        return q, wide(self.theta_E) * np.sqrt(q), core, np.maximum(psi, TINY)


def _arctanh(value: Values) -> Values:
    """Return atanh to 1e-16: quicker than numpy's, which is right to the last digit."""
    return 0.5 * np.log((1.0 + value) / (1.0 - value))


def _over(f: Values, value: Values, function: Callable[[Values], Values], sign: float) -> Values:
    """Return function(f value) / f, for f = 0 too; atan and atanh differ in a sign."""
    if np.all(f >= _NEARLY_ROUND):
        return function(f * value) / f
    square = (f * value) ** 2
    series = value * (1.0 + sign * square / 3.0 + square**2 / 5.0)
    safe = np.maximum(f, _NEARLY_ROUND)
    return np.where(f < _NEARLY_ROUND, series, function(safe * value) / safe)
