"""Where the bundles of a large survey are: plates, IFU designs, places on the sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.synthetic.observe.footprint import BUNDLES

__all__ = ["Bundles", "place_bundles"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_FIRST_PLATE, _LAST_PLATE = 7443, 12772
_SOUTH, _NORTH = -10.0, 65.0  # deg
_FIELD = 1.4  # deg; a plate's useful radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundles:
    """Bundles in the order of drpall; all arrays have a value per bundle.

    Parameters
    ----------
    plate, design
        Their numbers.
    fibres
        Fibres of the bundle.
    radius
        Of the bundle, centre to corner, arcsec.
    ra, dec
        Of the bundle, deg.
    plate_ra, plate_dec
        Of the plate's centre, deg.
    """

    plate: Integers
    design: Integers
    fibres: Integers
    radius: Array
    ra: Array
    dec: Array
    plate_ra: Array
    plate_dec: Array

    @property
    def names(self) -> NDArray[np.str_]:
        """Plate and IFU design as text."""
        pairs = zip(self.plate.tolist(), self.design.tolist(), strict=True)
        return np.array([f"{plate}-{design}" for plate, design in pairs])


def place_bundles(number: int, rng: Generator) -> Bundles:
    """Fill plates with the 17 science bundles that each has, until there are enough."""
    kinds = list(BUNDLES.values())
    designs = [row.fibres * 100 + k for row in kinds for k in range(1, row.designs + 1)]
    plates = -(-number // len(designs))
    chosen = np.sort(rng.choice(np.arange(_FIRST_PLATE, _LAST_PLATE + 1), plates, replace=False))
    which = np.repeat(np.arange(plates), len(designs))[:number]
    design = np.tile(designs, plates)[:number].astype(np.int64)
    fibres = design // 100
    radius = np.select([fibres == row.fibres for row in kinds], [row.diameter / 2 for row in kinds])
    centre_ra = rng.uniform(0.0, 360.0, plates)[which]
    south, north = np.sin(np.radians([_SOUTH, _NORTH])).tolist()
    centre_dec = np.degrees(np.arcsin(rng.uniform(south, north, plates)))[which]
    away, angle = _FIELD * np.sqrt(rng.random(number)), rng.uniform(0.0, 2.0 * np.pi, number)
    dec = centre_dec + away * np.cos(angle)
    return Bundles(
        plate=chosen[which].astype(np.int64),
        design=design,
        fibres=fibres,
        radius=radius,
        ra=np.mod(centre_ra + away * np.sin(angle) / np.cos(np.radians(dec)), 360.0),
        dec=dec,
        plate_ra=centre_ra,
        plate_dec=centre_dec,
    )
