"""The five science bundles: map size, hexagon on the sky, depth towards its edge.

Sources: Drory et al. 2015, AJ 149, 77 (bundles), Law et al. 2016, AJ 152, 83 (cubes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU

__all__ = ["BUNDLES", "Bundle", "bundle_of", "depth", "hexagon_distance", "map_size"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A size of fibre bundle.

    Parameters
    ----------
    fibres
        Fibres in the bundle.
    designs
        How many such bundles a plate has; their IFU designs are ``fibres * 100 + 1`` on.
    diameter
        Corner to corner on the sky, arcsec.
    map_sizes
        Spaxels along the side of the square maps, as real files have them.
    """

    fibres: int
    designs: int
    diameter: float
    map_sizes: tuple[int, ...]


BUNDLES: Mapping[int, Bundle] = MappingProxyType(
    {
        row.fibres: row
        for row in (
            Bundle(19, 2, 12.5, (34, 32)),
            Bundle(37, 4, 17.5, (44, 42)),
            Bundle(61, 4, 22.5, (54, 52)),
            Bundle(91, 2, 27.5, (64, 62)),
            Bundle(127, 5, 32.5, (74, 72, 76)),
        )
    }
)
"""MaNGA's bundles by number of fibres."""

# The dithered fibres reach beyond the hexagon, and their light fades out over this far.
_FADE = 0.35
_RISE = 1.5


def bundle_of(plateifu: PlateIFU) -> Bundle:
    """Return the bundle that an IFU design names.

    Raises
    ------
    UnknownNameError
        If the IFU design is not one of a science bundle.
    """
    bundle = BUNDLES.get(plateifu.fibres)
    if bundle is None:
        designs = ", ".join(f"{b.fibres}01" for b in BUNDLES.values())
        msg = f"{plateifu}: IFU design {plateifu.ifu} is of no science bundle: use {designs} ..."
        raise UnknownNameError(msg)
    return bundle


def map_size(plateifu: PlateIFU) -> int:
    """Return the side of a galaxy's maps in spaxels, always even.

    Examples
    --------
    >>> map_size(PlateIFU(8001, 12701)), map_size(PlateIFU(8001, 1902))
    (74, 32)
    """
    sizes = bundle_of(plateifu).map_sizes
    return sizes[(plateifu.ifu % 100 - 1) % len(sizes)]


def hexagon_distance(sky_x: Array, sky_y: Array, diameter: float) -> Array:
    """Measure how far inside a bundle's hexagon points lie.

    Parameters
    ----------
    sky_x, sky_y
        Offsets from the bundle's centre, arcsec.
    diameter
        Corner to corner, arcsec; two corners lie due East and West.

    Returns
    -------
    ndarray
        Distance to the nearest edge's line in arcsec; negative outside.
    """
    x, y, radius = np.abs(sky_x), np.abs(sky_y), diameter / 2.0
    root3 = np.sqrt(3.0)
    result: Array = np.minimum(radius * root3 / 2.0 - y, (root3 * (radius - x) - y) / 2.0)
    return result


def depth(distance: Array) -> Array:
    """Return the exposure at points of a bundle relative to its middle.

    Parameters
    ----------
    distance
        From `hexagon_distance`, arcsec.

    Returns
    -------
    ndarray
        0 where nothing was observed, rising over the outermost arcsec to 1.

    Examples
    --------
    >>> depth(np.array([-1.0, 5.0])).tolist()
    [0.0, 1.0]
    """
    fade = np.clip(distance + _FADE, 0.0, None) / (_FADE + _RISE)
    return np.where(distance > -_FADE, np.clip(fade, 0.05, 1.0), 0.0)
