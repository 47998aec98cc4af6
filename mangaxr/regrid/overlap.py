"""How much of each input pixel lies in each output pixel, one axis at a time.

Pixels are squares parallel to the axes, so the area shared by two of them is the product
of what they share along y and along x. Two small matrices thus hold the whole geometry.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangaxr.errors import GridError
from mangaxr.regrid.grid import PixelGrid, checked_shape

__all__ = ["Overlap", "overlap_matrix", "overlap_of"]

# Edges are rounded to about 1e-14 of a pixel. Where two edges should coincide, a shared
# sliver of that width would give an unmeasured output pixel the value of its neighbour.
SLIVER = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The overlap of one grid with one input shape, ready to be applied to maps.

    Made by `overlap_of`. The arrays are shared by all who ask, and read-only.

    Parameters
    ----------
    y, x : ndarray
        Float64 `overlap_matrix` of each axis, (n_out, n_in), in input pixels.
    pixel_area : float
        Area of a whole output pixel, in input pixels, be it over the input or not.
    """

    y: NDArray[np.float64]
    x: NDArray[np.float64]
    pixel_area: float

    @property
    def input_shape(self) -> tuple[int, int]:
        """Number of input pixels along (y, x)."""
        return self.y.shape[1], self.x.shape[1]

    @property
    def output_shape(self) -> tuple[int, int]:
        """Number of output pixels along (y, x)."""
        return self.y.shape[0], self.x.shape[0]

    def integrate(self, layers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Integrate maps over the area of each output pixel.

        Parameters
        ----------
        layers : ndarray
            Float64 maps (..., ny, nx), finite everywhere: through a matrix product one
            NaN would reach a whole row and column, weight or none.

        Returns
        -------
        ndarray
            Float64 (..., Ny, Nx): ``y @ layers @ x.T``, in units of the map times the
            area of an input pixel.

        Examples
        --------
        >>> overlap = overlap_of(PixelGrid.field((4, 4), npix=2), (4, 4))
        >>> overlap.integrate(np.ones((4, 4)))
        array([[4., 4.],
               [4., 4.]])
        """
        # One product per map, never one for the whole stack: the numbers of a map must
        # not depend on what is stacked with it.
        return np.asarray(self.y @ (layers @ self.x.T))


def overlap_matrix(n_in: int, edges: ArrayLike) -> NDArray[np.float64]:
    """Measure the overlap of every output pixel with every input pixel along one axis.

    Input pixel i reaches from i - 0.5 to i + 0.5, output pixel j from ``edges[j]`` to
    ``edges[j + 1]``. What reaches beyond the input contributes nothing.

    Parameters
    ----------
    n_in : int
        Number of input pixels.
    edges : array_like
        Edges of the output pixels (n_out + 1), increasing, in input pixel coordinates.

    Returns
    -------
    ndarray
        Float64 (n_out, n_in), lengths in input pixels. A length below 1e-9 of the
        smaller of the two pixels is rounding of the edges and counts as 0.

    Raises
    ------
    GridError
        If there is no input pixel, or the edges are not a finite increasing sequence.

    Examples
    --------
    >>> overlap_matrix(3, [-0.5, 1.0, 2.5])
    array([[1. , 0.5, 0. ],
           [0. , 0.5, 1. ]])
    """
    edges = np.asarray(edges, dtype=np.float64)
    if n_in < 1:
        msg = f"n_in is {n_in}: expected at least one input pixel"
        raise GridError(msg)
    if edges.ndim != 1 or edges.size < 2:
        msg = f"edges has shape {edges.shape}: expected one axis with at least two edges"
        raise GridError(msg)
    if not (np.all(np.isfinite(edges)) and np.all(np.diff(edges) > 0)):
        msg = "edges must be finite and increase from one pixel to the next"
        raise GridError(msg)
    pixel = np.arange(n_in)
    lower, upper = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    length = np.minimum(upper, pixel + 0.5) - np.maximum(lower, pixel - 0.5)
    return np.where(length > SLIVER * np.minimum(upper - lower, 1.0), length, 0.0)


# A survey has a handful of shapes on a fixed grid; a grid of its own for every galaxy
# only passes through. 64 pairs of 64 x 74 matrices take 5 MB.
@lru_cache(maxsize=64)
def overlap_of(grid: PixelGrid, input_shape: tuple[int, int]) -> Overlap:
    """Return the overlap of a grid with an input of this shape, computed once for each.

    Parameters
    ----------
    grid : PixelGrid
        The target grid.
    input_shape : tuple of int
        Number of input pixels along (y, x).

    Returns
    -------
    Overlap
        Read-only matrices of both axes and the area of an output pixel.

    Raises
    ------
    GridError
        If `input_shape` is not two positive whole numbers.

    Examples
    --------
    >>> overlap = overlap_of(PixelGrid.field((74, 74), npix=64), (74, 74))
    >>> overlap.y.shape, overlap.pixel_area
    ((64, 74), 1.3369140625)
    """
    shape = checked_shape("input_shape", input_shape)
    y, x = (overlap_matrix(n, edges) for n, edges in zip(shape, grid.edges(), strict=True))
    for matrix in (y, x):
        matrix.setflags(write=False)
    return Overlap(y, x, grid.scale**2)
