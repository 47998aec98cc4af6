"""Maps of some galaxies on another grid, turned and scaled; pixels without a value weigh 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from mangaxr.ensemble.kernel import Floats

__all__ = ["Turn", "Wanted", "turned"]

Wanted = Literal["tensor", "ivar", "coverage"]

_NOTHING = 1e-6
"""Weight that may be a rounding error, of a neighbour at a whole pixel's distance."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How the galaxies of one slab are turned.

    Parameters
    ----------
    rows
        The galaxies, by position within the chunk.
    pa
        Angle that becomes +x, deg, N through E.
    center
        Shape (galaxy, 2): row and column of the object in the tensor, counted from 0.
    ratio
        Side of a new pixel, in old ones.
    npix
        New pixels along each side.
    min_coverage
        Share of a new pixel's area that must be measured for it to have a value.
    wanted
        Which of the arrays to return.
    """

    rows: npt.NDArray[np.intp]
    pa: Floats
    center: Floats
    ratio: Floats
    npix: int
    min_coverage: float
    wanted: Wanted


def turned(
    turn: Turn,
    values: npt.NDArray[np.floating],
    coverage: npt.NDArray[np.floating],
    ivar: npt.NDArray[np.floating] | None = None,
) -> npt.NDArray[np.float32]:
    """Turn the maps of a slab.

    Parameters
    ----------
    turn
        How.
    values, coverage, ivar
        Chunks (galaxy, ..., y, x); the inverse variance only if it is wanted.

    Returns
    -------
    ndarray
        Shape (galaxy, ..., npix, npix), float32.
    """
    between = values.shape[1:-2]
    shape = (turn.rows.size, *between, turn.npix, turn.npix)
    found = np.full(shape, 0.0 if turn.wanted == "coverage" else np.nan, dtype=np.float32)
    for i, row in enumerate(turn.rows):
        places, steps = _places(turn, i)
        if not np.isfinite(places).all():
            continue
        for at in np.ndindex(*between):
            error = None if ivar is None else ivar[(row, *at)]
            found[(i, *at)] = _one(
                turn, values[(row, *at)], coverage[(row, *at)], error, places, steps
            )
    return found


def _places(turn: Turn, i: int) -> tuple[Floats, int]:
    """Return the places in the old map, in pixels, of the points of the new one.

    A new pixel that is larger than an old one has several points, evenly spread: (row or
    column, y, x) in ``steps`` times as many rows and columns.
    """
    ratio = turn.ratio[i]
    steps = max(int(np.ceil(ratio - 1e-6)), 1) if np.isfinite(ratio) else 1
    points = (np.arange(turn.npix * steps) + 0.5) / steps - turn.npix / 2
    y, x = np.meshgrid(points * ratio, points * ratio, indexing="ij")
    angle = np.deg2rad(turn.pa[i])
    # Columns run to the West: +x of the new map is (-sin, cos) along (column, row) of the old.
    column = -x * np.sin(angle) - y * np.cos(angle)
    row = x * np.cos(angle) - y * np.sin(angle)
    return np.stack([row + turn.center[i, 0], column + turn.center[i, 1]]), steps


def _one(
    turn: Turn,
    value: npt.NDArray[np.floating],
    coverage: npt.NDArray[np.floating],
    ivar: npt.NDArray[np.floating] | None,
    places: Floats,
    steps: int,
) -> Floats:
    """Turn one map."""
    known = ~np.isnan(value)
    weight = np.where(known, coverage, 0.0).astype(np.float64)
    share = _sampled(weight, places, steps)
    if turn.wanted == "coverage":
        return np.clip(share, 0.0, 1.0)
    measured = share >= max(turn.min_coverage - _NOTHING, _NOTHING)
    if ivar is None:
        above = _sampled(weight * np.where(known, value, 0.0), places, steps)
        return np.divide(above, share, out=np.full_like(share, np.nan), where=measured)
    # Neighbouring spaxels share their errors: the mean keeps the mean standard deviation, of
    # those that have one, if they are half of what is measured.
    certain = known & (ivar > 0)
    weight = np.where(certain, weight, 0.0)
    sigma = np.where(certain, ivar, np.inf).astype(np.float64) ** -0.5
    above, below = (_sampled(part, places, steps) for part in (weight * sigma, weight))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(measured & (below >= 0.5 * share), (below / above) ** 2, np.nan)


def _sampled(image: Floats, places: Floats, steps: int) -> Floats:
    """Interpolate bilinearly, 0 outside, and average the points of each pixel."""
    found: Floats = map_coordinates(image, places, order=1, mode="grid-constant", cval=0.0)
    rows, columns = (size // steps for size in found.shape)
    pixels: Floats = found.reshape(rows, steps, columns, steps).mean(axis=(1, 3))
    return pixels
