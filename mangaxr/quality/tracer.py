"""The valid spaxels of a velocity field: what fits are made to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.maps.geometry import Geometry
from mangaxr.maps.measured import Measured
from mangaxr.quality.blocks import Blocks

__all__ = ["Tracer", "places_of"]

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tracer:
    """Velocities at places.

    Parameters
    ----------
    places
        Offsets from the object, arcsec to the East and North, and 1: array (3, spaxel), as
        planes, turns and moves want them.
    value, sigma
        Velocity and its error, km/s, array (spaxel,).
    bins
        Number of the bin whose value each spaxel repeats, array (spaxel,).
    blocks
        Of the spaxels.
    """

    places: Array
    value: Array
    sigma: Array
    bins: Numbers
    blocks: Blocks

    @classmethod
    def of(cls, places: Array, measured: Measured, bins: Numbers) -> Tracer:
        """Take the valid spaxels that are in a bin.

        Parameters
        ----------
        places
            Of all spaxels, as `places_of` gives them.
        measured
            The velocities.
        bins
            Map (y, x); -1 where there is none.
        """
        at = (measured.valid & (bins >= 0)).ravel().nonzero()[0]
        return cls(
            places=places.take(at, axis=1),
            value=measured.value.take(at),
            sigma=measured.sigma.take(at),
            bins=bins.take(at),
            blocks=Blocks(bins.shape, at),
        )


def places_of(geometry: Geometry) -> Array:
    """Return the offsets of all spaxels to the East and North, and 1: array (3, spaxel)."""
    (rows, columns), (row, column) = geometry.shape, geometry.center
    places = np.empty((3, rows, columns))
    places[0] = (column - np.arange(columns)) * geometry.spaxel
    places[1] = ((np.arange(rows) - row) * geometry.spaxel)[:, np.newaxis]
    places[2] = 1.0
    return places.reshape(3, -1)
