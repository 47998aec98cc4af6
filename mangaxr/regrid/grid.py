"""The target grid: square pixels, placed in the pixel coordinates of the input."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mangaxr.errors import GridError

__all__ = ["PixelGrid", "checked_shape"]


@dataclass(frozen=True, slots=True)
class PixelGrid:
    """A grid of square pixels, laid parallel to the axes over an input grid.

    Coordinates are those of the input array, axis order (y, x): the centre of its first
    pixel is 0, that of its last n - 1, and the array reaches from -0.5 to n - 0.5.

    Parameters
    ----------
    shape : tuple of int
        Number of output pixels along (y, x).
    scale : float
        Side of an output pixel, in input pixels: above 1 the output is coarser.
    center : tuple of float
        Input coordinate (y, x) of the middle of the output field, in pixels.

    Raises
    ------
    GridError
        If the shape is not two positive whole numbers, the scale not positive and
        finite, or the centre not two finite numbers.

    Examples
    --------
    >>> grid = PixelGrid(shape=(2, 2), scale=1.5, center=(1.0, 1.0))
    >>> grid.edges()[0]
    array([-0.5,  1. ,  2.5])
    """

    shape: tuple[int, int]
    scale: float
    center: tuple[float, float]

    def __post_init__(self) -> None:
        # Plain, hashable Python values: grids are keys of the cache of overlap matrices.
        object.__setattr__(self, "shape", checked_shape("PixelGrid.shape", self.shape))
        object.__setattr__(self, "scale", _checked_scale(self.scale))
        object.__setattr__(self, "center", _checked_center(self.center))

    @classmethod
    def field(cls, input_shape: tuple[int, int], npix: int) -> Self:
        """Fit the whole input onto a square of pixels, its middle kept in the middle.

        The longer axis of the input fills the output exactly; both axes share one scale,
        so a shorter axis leaves output pixels on either side that see no input.

        Parameters
        ----------
        input_shape : tuple of int
            Number of input pixels along (y, x).
        npix : int
            Number of output pixels along each axis.

        Returns
        -------
        PixelGrid
            `npix` x `npix` pixels of ``max(input_shape) / npix`` input pixels each.

        Raises
        ------
        GridError
            If `input_shape` or `npix` are not positive whole numbers.

        Examples
        --------
        >>> PixelGrid.field((74, 72), npix=64)
        PixelGrid(shape=(64, 64), scale=1.15625, center=(36.5, 35.5))
        """
        ny, nx = checked_shape("input_shape", input_shape)
        shape = checked_shape("PixelGrid.shape", (npix, npix))
        return cls(shape, max(ny, nx) / shape[0], ((ny - 1) / 2, (nx - 1) / 2))

    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the input coordinates of the output pixels' edges.

        Returns
        -------
        edges_y, edges_x : ndarray
            Float64, one more than there are pixels on that axis, in input pixels.

        Examples
        --------
        >>> PixelGrid.field((3, 3), npix=2).edges()[1]
        array([-0.5,  1. ,  2.5])
        """
        y, x = (
            middle + (np.arange(n + 1, dtype=np.float64) - n / 2) * self.scale
            for n, middle in zip(self.shape, self.center, strict=True)
        )
        return y, x

    def pixel_centers(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the input coordinates of the output pixels' centres.

        Returns
        -------
        y, x : ndarray
            Float64, one per output pixel on that axis, in input pixels.

        Examples
        --------
        >>> PixelGrid.field((3, 3), npix=2).pixel_centers()[0]
        array([0.25, 1.75])
        """
        y, x = (
            middle + (np.arange(n, dtype=np.float64) - (n - 1) / 2) * self.scale
            for n, middle in zip(self.shape, self.center, strict=True)
        )
        return y, x


def checked_shape(name: str, shape: tuple[int, int]) -> tuple[int, int]:
    """Return a (y, x) shape as two plain positive integers.

    Parameters
    ----------
    name : str
        What the shape is called where it came from, for the message.
    shape : tuple of int
        Number of pixels along (y, x).

    Returns
    -------
    tuple of int
        The same two numbers, as `int`.

    Raises
    ------
    GridError
        If they are not two whole numbers of at least 1.

    Examples
    --------
    >>> checked_shape("input_shape", (74, 74))
    (74, 74)
    """
    try:
        ny, nx = (operator.index(n) for n in shape)
    except (TypeError, ValueError):
        ny = nx = 0
    if min(ny, nx) < 1:
        msg = f"{name} is {shape!r}: expected two whole numbers (y, x), each at least 1"
        raise GridError(msg)
    return ny, nx


def _checked_scale(scale: float) -> float:
    try:
        value = float(scale)
    except (TypeError, ValueError):
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        msg = (
            f"PixelGrid.scale is {scale!r}: expected input pixels per output pixel, "
            "a finite number above 0"
        )
        raise GridError(msg)
    return value


def _checked_center(center: tuple[float, float]) -> tuple[float, float]:
    try:
        y, x = (float(c) for c in center)
    except (TypeError, ValueError):
        y = x = math.nan
    if not (math.isfinite(y) and math.isfinite(x)):
        msg = f"PixelGrid.center is {center!r}: expected two finite input coordinates (y, x)"
        raise GridError(msg)
    return y, x
