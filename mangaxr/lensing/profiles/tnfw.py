"""The truncated NFW profile: a dark halo as simulations have it, cut off by the tide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.profiles.circular import Circular
from mangaxr.lensing.profiles.component import TINY, Parameter, Values, wide

__all__ = ["TNFW"]

_LEAST = 1e-4
"""Radius over Rs below which the terms of the mass cancel: alpha goes on straight to 0."""
_SERIES = (1 / 3, -1 / 5, 1 / 7, -1 / 9, 1 / 11)
_NEAR_RS = 1e-3
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


@dataclass(frozen=True, slots=True)
class TNFW(Circular):
    """A halo of density 1 / (r (r + Rs)^2) times r_trunc^2 / (r^2 + r_trunc^2).

    Parameters
    ----------
    alpha_Rs
        Deflection that it would have at ``Rs`` without an end, arcsec.
    Rs
        Scale radius, arcsec.
    r_trunc
        Truncation radius, arcsec.
    x, y
        Centre, arcsec.

    Raises
    ------
    LensError
        If ``alpha_Rs`` is negative or a radius not positive.

    Notes
    -----
    Baltz, Marshall & Oguri 2009 (arXiv:0705.0682), equations A.3 to A.11, n = 1. For the same
    mass it deflects far less than a `PJaffe`: say which. The potential is integrated from alpha.

    Examples
    --------
    >>> TNFW(0.003, 0.1, 0.5).deflection(0.1, 0.0)[0].round(5)
    np.float64(0.00279)
    """

    alpha_Rs: Parameter
    Rs: Parameter
    r_trunc: Parameter
    x: Parameter = 0.0
    y: Parameter = 0.0

    def __post_init__(self) -> None:
        self._require(
            alpha_Rs=np.all(np.asarray(self.alpha_Rs) >= 0),
            Rs=np.all(np.asarray(self.Rs) > 0),
            r_trunc=np.all(np.asarray(self.r_trunc) > 0),
        )

    def radial_deflection(self, radius: Values) -> Values:
        """Return alpha, arcsec: the mass inside a radius over the radius."""
        x, tau, strength = self._terms(radius)
        s = np.sqrt(tau**2 + x**2)
        mass = (
            (tau**2 + 1.0 + 2.0 * (x**2 - 1.0)) * _f(x)
            + tau * np.pi
            + (tau**2 - 1.0) * np.log(tau)
            + s * (-np.pi + (tau**2 - 1.0) / tau * np.log(x / (s + tau)))
        )
        below = np.minimum(radius / (x * wide(self.Rs)), 1.0)
        alpha: Values = strength * (tau / (tau**2 + 1.0)) ** 2 * mass / x * below
        return alpha

    def radial_potential(self, radius: Values) -> Values:
        """Return the potential, arcsec^2, 0 in the centre."""
        total = np.zeros(np.broadcast(radius, *self._terms(radius)).shape)
        # Nodes crowd towards the centre, where alpha has its logarithm.
        for node, weight in zip((_NODES + 1.0) / 2.0, _WEIGHTS / 2.0, strict=True):
            step = weight * 2.0 * node * radius
            total = total + step * self.radial_deflection(radius * node**2)
        return total

    def radial_convergence(self, radius: Values) -> Values:
        """Return kappa."""
        x, tau, strength = self._terms(radius)
        s = np.sqrt(tau**2 + x**2)
        shape = (
            (tau**2 + 1.0) * _one_less_f(x)
            + 2.0 * _f(x)
            - np.pi / s
            + (tau**2 - 1.0) / (tau * s) * np.log(x / (s + tau))
        )
        kappa: Values = strength / (2.0 * wide(self.Rs)) * (tau / (tau**2 + 1.0)) ** 2 * shape
        return kappa

    def _terms(self, radius: Values) -> tuple[Values, Values, Values]:
        """Return R / Rs, r_trunc / Rs, and 4 rho_s Rs^2 / Sigma_crit in arcsec."""
        scale = wide(self.Rs)
        strength = wide(self.alpha_Rs) / (1.0 + np.log(0.5))
        return np.maximum(radius / scale, _LEAST), wide(self.r_trunc) / scale, strength


def _f(x: Values) -> Values:
    """Return arccos(1/x) / sqrt(x^2 - 1), and what continues it below 1 (equation A.5)."""
    root = np.maximum(np.sqrt(np.abs((x - 1.0) * (x + 1.0))), TINY)
    # Two forms of one function: of arctanh for x near 1, where the other cancels.
    inner = np.where(
        x < 0.5, np.log((1.0 + root) / x), np.arctanh(np.where((x >= 0.5) & (x < 1.0), root, 0.0))
    )
    found: Values = np.where(x < 1.0, inner, np.arctan(root)) / root
    return found


def _one_less_f(x: Values) -> Values:
    """Return (1 - F) / (x^2 - 1), by its series near x = 1."""
    square = (x - 1.0) * (x + 1.0)
    near = np.abs(square) < _NEAR_RS
    series = sum(term * square**n for n, term in enumerate(_SERIES))
    far: Values = (1.0 - _f(x)) / np.where(near, 1.0, square)
    return np.where(near, series, far)
