"""Tracing a source through a lens: all its moments by the same rays with the same weights.

Lensing moves light and leaves it as it is: the intensity of every ray, at every wavelength, is
that of the point in the source plane where it ends. So every moment of the line is traced by one
map, and there is no magnification in it: images are brighter for being larger.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.interpolate import framed, interpolate
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.profiles.component import Values
from mangaxr.lensing.source_maps import SourceMaps

__all__ = ["RAYS_AT_A_TIME", "Traced", "trace"]

RAYS_AT_A_TIME = 1 << 15
"""Rays of a batch that are traced, or observed, together.

Few enough that what they need on the way stays small: large arrays are given back to the system
each time, and fetching their pages anew had taken half of the time.
"""


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
    maps = framed(source.moments())
    rays = grid.rays()
    # All in one piece from the start: what is large and short-lived is paid for page by page.
    found = np.empty((math.prod(lens.shape), grid.traced, grid.traced, maps.shape[-1]))
    start = 0
    for part in lens.parts(max(1, RAYS_AT_A_TIME // grid.traced**2)):
        traced = _along(rays, maps, source, part)
        found[start : start + len(traced)] = traced
        start += len(traced)
    moments = np.moveaxis(found.reshape(*lens.shape, *found.shape[1:]), -1, -3)
    return Traced(moments, grid, source)


def _along(rays: tuple[Values, Values], maps: Values, source: SourceMaps, lens: Lens) -> Values:
    """Return the moments of the rays through lenses of one axis, (lens, traced, traced, 4)."""
    beta_x, beta_y = lens.ray_shoot(*rays)
    middle_y, middle_x = ((size - 1) / 2.0 for size in source.flux.shape)
    column = (beta_x - source.x) / source.pixel_scale + middle_x
    row = (beta_y - source.y) / source.pixel_scale + middle_y
    found = interpolate(maps, row.ravel(), column.ravel())
    return found.reshape(-1, *row.shape[-2:], maps.shape[-1])
