"""Maps of a slab in their units, with what rounding did to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.store.contract import SCALING_FUNCTIONS
from mangaxr.store.physical import unscaled
from mangaxr.store.validation.slab import Slab
from mangaxr.tensors.channels import parse_channel

__all__ = ["ROUNDING", "Map", "maps_of", "place_of"]

ROUNDING = 2.0**-23
"""Share by which a float32 may be off: twice what rounding does, for sums of the parts."""


@dataclass(frozen=True, slots=True)
class Map:
    """One channel of one galaxy.

    Parameters
    ----------
    galaxy
        Its place in the store.
    value
        Physical values of the pixels that have one, (pixel,).
    error
        By how much rounding may have moved them.
    where
        Rows and columns of these pixels, (2, pixel).
    covered
        Coverage of the whole map, (y, x).
    side
        Side of a pixel, arcsec.
    """

    galaxy: int
    value: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    where: npt.NDArray[np.intp]
    covered: npt.NDArray[np.float64]
    side: float

    @property
    def share(self) -> npt.NDArray[np.float64]:
        """Coverage of the pixels that have a value."""
        found: npt.NDArray[np.float64] = self.covered[tuple(self.where)]
        return found


def place_of(slab: Slab, name: str) -> int | None:
    """Return which channel is the map that a name stands for; None if there is none."""
    wanted = parse_channel(name)
    for place, channel in enumerate(slab.store.recipe.parsed_channels()):
        if (channel.family, channel.lines) == (wanted.family, wanted.lines):
            return place
    return None


def maps_of(slab: Slab, name: str) -> Iterator[Map]:
    """Give out the maps of a channel, of galaxies that are done; nothing if they lack it."""
    place = place_of(slab, name)
    if place is None or not slab.channels("tensor", "coverage")[place]:
        return
    function = SCALING_FUNCTIONS[slab.store.recipe.scaling]
    offsets, scales = (slab.column(n)[:, place] for n in ("scaling_offset", "scaling_scale"))
    sides = slab.column("pixel_scale")
    for i in np.flatnonzero(slab.done).tolist():
        tensor = slab.arrays["tensor"][i, place]
        where = np.argwhere(np.isfinite(tensor)).T
        values = tensor[tuple(where)].astype(np.float64)
        with np.errstate(over="ignore"):
            physical = unscaled(values, scales[i], offsets[i], function)
            slope = np.cosh(values) if function == "sinh" else 1.0
            error = ROUNDING * np.abs(values) * slope * scales[i]
        covered = slab.arrays["coverage"][i, place].astype(np.float64)
        # Double precision, which offset and scale are in, is not to be forgotten.
        error = error + 2.0**-49 * (abs(float(offsets[i])) + np.abs(physical))
        yield Map(int(slab.galaxies[i]), physical, error, where, covered, float(sides[i]))
