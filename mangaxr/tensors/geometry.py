"""The tensor's grid over the spaxels of a map."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mangaxr.errors import NotMapsError
from mangaxr.maps.geometry import Geometry
from mangaxr.regrid.grid import PixelGrid
from mangaxr.tensors.recipe import Recipe

__all__ = ["TensorGrid", "tensor_grid"]


@dataclass(frozen=True, slots=True)
class TensorGrid:
    """The target grid and what its pixels mean on the sky.

    ``pixel_scale`` is the side of an output pixel in arcsec; ``sky_x``, ``sky_y`` are the
    offset of the grid's middle from the object in arcsec, positive to the East and North.
    """

    grid: PixelGrid
    pixel_scale: float
    sky_x: float
    sky_y: float


def tensor_grid(geometry: Geometry, recipe: Recipe, reff: float) -> TensorGrid:
    """Lay the recipe's grid over a map.

    Parameters
    ----------
    geometry
        Where the spaxels are.
    recipe
        Grid, scale and number of pixels.
    reff
        Effective radius in arcsec, NaN if unknown; only the grid ``re`` needs it.

    Raises
    ------
    NotMapsError
        If the grid needs R_e and the file has none.
    """
    if recipe.grid == "field":
        grid = PixelGrid.field(geometry.shape, recipe.npix)
    else:
        unit = reff if recipe.grid == "re" else 1.0
        if not (unit > 0 and math.isfinite(unit)):
            stated = "has no REFF" if math.isnan(reff) else f"REFF = {reff:g}"
            msg = (
                f"{geometry.path}: primary header {stated}: the grid 're' needs R_e in arcsec; "
                f"choose the grid 'field' or 'arcsec'"
            )
            raise NotMapsError(msg)
        scale = (recipe.pixel_scale or 1.0) * unit / geometry.spaxel
        grid = PixelGrid((recipe.npix, recipe.npix), scale, geometry.center)
    y, x = grid.center
    return TensorGrid(
        grid,
        grid.scale * geometry.spaxel,
        -(x - geometry.center[1]) * geometry.spaxel,
        (y - geometry.center[0]) * geometry.spaxel,
    )
