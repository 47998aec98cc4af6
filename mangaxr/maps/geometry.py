"""Where the spaxels of a map are on the sky."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mangaxr.errors import NotMapsError
from mangaxr.maps.raw import RawMaps

__all__ = ["SKY_EXTENSION", "Geometry", "geometry_of"]

SKY_EXTENSION = "SPX_SKYCOO"

_BELIEVED = (1e-3, 1e3)
"""Arcsec that the side of a spaxel may have; MaNGA's have 0.5."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Placement of a map: its shape, the side of a spaxel in arcsec, the object's position.

    ``center`` is the (y, x) spaxel coordinate at which the on-sky offset is zero; ``path``
    is the file, for messages.
    """

    path: Path
    shape: tuple[int, int]
    spaxel: float
    center: tuple[float, float]


def geometry_of(raw: RawMaps) -> Geometry:
    """Read the placement of the spaxels off SPX_SKYCOO, which every MAPS file has.

    The offsets are linear in the spaxel indices; X falls along the last axis (West is to
    the right), Y rises along the one before.

    Raises
    ------
    NotMapsError
        If the coordinates are not those of square spaxels with West along x.
    """
    planes = raw[SKY_EXTENSION].data
    if planes.ndim != 3 or min(planes.shape) < 2:
        size = " x ".join(map(str, planes.shape))
        msg = f"{raw.path}: extension {SKY_EXTENSION} is {size}: expected 2 planes of a map"
        raise NotMapsError(msg)
    ny, nx = planes.shape[-2:]
    with np.errstate(invalid="ignore"):  # NaNs and infinities are refused below
        first_x, last_x = planes[0, 0, :: nx - 1].astype(np.float64).tolist()
        first_y, last_y = planes[1, :: ny - 1, 0].astype(np.float64).tolist()
    step_x, step_y = (last_x - first_x) / (nx - 1), (last_y - first_y) / (ny - 1)
    low, high = _BELIEVED
    if not (step_x < 0 and low < step_y < high and abs(step_x + step_y) < 0.01 * step_y):
        msg = (
            f"{raw.path}: extension {SKY_EXTENSION} steps by {step_x:g}, {step_y:g} arcsec "
            f"along x, y: expected square spaxels with West along x and North along y"
        )
        raise NotMapsError(msg)
    # Rounded to the precision of the file's float32, so that the spaxel is 0.5 and not
    # 0.49999994 and galaxies of one size share their overlap matrices.
    return Geometry(raw.path, (ny, nx), round(step_y, 5), (-first_y / step_y, -first_x / step_x))
