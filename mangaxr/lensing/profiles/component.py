"""What every part of a lens can say: where it sends a ray, and how it distorts there."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from mangaxr.errors import LensError

__all__ = ["TINY", "Component", "Hessian", "Parameter", "Positions", "Values", "wide"]

Values = npt.NDArray[np.float64]
Positions = float | Values
"""Angles on the sky, arcsec, of any shape."""

Parameter = float | Values
"""One number, or one for each lens of a batch."""

TINY = 1e-100
"""Radius, arcsec, that stands for none: what diverges in the centre stays finite."""


class Hessian(NamedTuple):
    """Second derivatives of the lensing potential, without a unit."""

    xx: Values
    xy: Values
    yy: Values


def wide(parameter: Parameter) -> Values:
    """Return a parameter so that it broadcasts over positions: (...,) becomes (..., 1, 1).

    Examples
    --------
    >>> wide([1.0, 2.0]).shape, wide(1.0).shape
    ((2, 1, 1), ())
    """
    values = np.asarray(parameter, dtype=np.float64)
    return values[..., None, None] if values.ndim else values


class Component(ABC):
    """A part of a lens in one plane.

    Positions are arcsec in the image plane, arrays that broadcast with each other. Parameters are
    numbers, or arrays (...,) of a batch of lenses: then positions are grids (h, w), and
    results (..., h, w). Subclasses are frozen dataclasses of such parameters.
    """

    __slots__ = ()

    @abstractmethod
    def deflection(self, theta_x: Positions, theta_y: Positions) -> tuple[Values, Values]:
        """Return alpha, arcsec, along x and y."""

    @abstractmethod
    def potential(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return the lensing potential, arcsec^2, whose gradient alpha is."""

    @abstractmethod
    def convergence(self, theta_x: Positions, theta_y: Positions) -> Values:
        """Return kappa, the surface density over the critical one."""

    @abstractmethod
    def hessian(self, theta_x: Positions, theta_y: Positions) -> Hessian:
        """Return the second derivatives of the potential."""

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch that the parameters make: () for one lens."""
        return np.broadcast_shapes(*(np.shape(value) for value in self._parameters().values()))

    def flat(self, shape: tuple[int, ...]) -> Self:
        """Return all lenses of a batch in one axis, each parameter that varies an array (n,)."""
        return self._each(lambda value: np.broadcast_to(value, shape).ravel())

    def chosen(self, which: slice) -> Self:
        """Return some lenses of a batch (n,)."""
        return self._each(lambda value: value[which])

    def _each(self, change: Callable[[Values], Values]) -> Self:
        """Return the component with each parameter that varies changed.

        What is made of good parameters needs no second look: it would take as long as the rays.
        """
        other = object.__new__(type(self))
        for name, value in self._parameters().items():
            changed = change(np.asarray(value)) if np.ndim(value) else value
            object.__setattr__(other, name, changed)
        return other

    def _parameters(self) -> dict[str, Parameter]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    def _require(self, **conditions: bool | np.bool_) -> None:
        """Refuse parameters that are not numbers, or of which a condition does not hold.

        Parameters
        ----------
        conditions
            Name of a parameter -> whether it is as it must be.

        Raises
        ------
        LensError
            With the parameter and its value.
        """
        values = self._parameters()
        numbers = {name: bool(np.all(np.isfinite(value))) for name, value in values.items()}
        for name, holds in (*numbers.items(), *conditions.items()):
            if not holds:
                msg = f"{type(self).__name__}: {name} = {values[name]} is no such parameter"
                raise LensError(msg)
