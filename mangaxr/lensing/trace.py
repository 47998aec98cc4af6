"""Tracing a source through a lens: all its moments by the same rays with the same weights.

Lensing moves light and leaves it as it is: the intensity of every ray, at every wavelength, is
that of the point in the source plane where it ends. So every moment of the line is traced by one
map, and there is no magnification in it: images are brighter for being larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.profiles.component import Values
from mangaxr.lensing.source_maps import SourceMaps

__all__ = ["Traced", "trace"]


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """The moments that arrive along each ray.

    Parameters
    ----------
    moments
        Of `mangaxr.lensing.MOMENTS`, (..., 4, traced, traced).
    grid
        Whose rays they are.
    source
        What they are of.
    """

    moments: Values
    grid: ImageGrid
    source: SourceMaps


def trace(source: SourceMaps, lens: Lens, grid: ImageGrid) -> Traced:
    """Shoot a ray from every point of an image to the source, and bring its moments back.

    Moments are interpolated linearly between the middles of the source's pixels. Outside its maps
    the source is not known: all moments are 0 there, the first, the share that was measured,
    too.

    Parameters
    ----------
    source
        What is behind the lens.
    lens
        One, or a batch of them: parameters of shape (...,) give moments (..., 4, traced, traced).
    grid
        Of the image.

    Returns
    -------
    Traced
        What `observe` makes an image of.

    Examples
    --------
    >>> from mangaxr.lensing import SIS, ImageGrid, Lens, rotating_disk, trace
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> trace(source, Lens([SIS(1.0)]), ImageGrid(32, 0.1, supersample=2)).moments.shape
    (4, 80, 80)
    """
    beta_x, beta_y = lens.ray_shoot(*grid.rays())
    shape = beta_x.shape
    middle_y, middle_x = ((size - 1) / 2.0 for size in source.flux.shape)
    column = (beta_x - source.x) / source.pixel_scale + middle_x
    row = (beta_y - source.y) / source.pixel_scale + middle_y
    found = _between(source.moments(), row.ravel(), column.ravel())
    moments = np.moveaxis(found.reshape(*shape, -1), -1, -3)
    return Traced(moments, grid, source)


def _between(maps: Values, row: Values, column: Values) -> Values:
    """Interpolate maps (k, y, x) linearly at pixel coordinates (n,); return (n, k).

    All maps of a pixel lie side by side, so that a ray finds them in one place of the memory.
    """
    number, height, width = maps.shape
    framed = np.zeros((height + 2, width + 2, number))  # a frame of nothing around
    framed[1:-1, 1:-1] = np.moveaxis(maps, 0, -1)
    pixels = framed.reshape(-1, number)
    low_row, up = _cell(row, height)
    low_column, right = _cell(column, width)
    at = low_row * (width + 2) + low_column
    corners = (
        (at, (1.0 - up) * (1.0 - right)),
        (at + 1, (1.0 - up) * right),
        (at + width + 2, up * (1.0 - right)),
        (at + width + 3, up * right),
    )
    total = np.zeros((row.size, number))
    for corner, weight in corners:
        total += pixels[corner] * weight[:, np.newaxis]
    return total


def _cell(place: Values, size: int) -> tuple[npt.NDArray[np.intp], Values]:
    """Return the pixel of a framed map below a coordinate, and how far above it that is."""
    framed = np.clip(place + 1.0, 0.0, size + 1.0)
    low = np.minimum(framed.astype(np.intp), size)
    return low, framed - low
