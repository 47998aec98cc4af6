"""How much of a galaxy was measured."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL
from mangaxr.quality.cells import countable
from mangaxr.quality.field import Field
from mangaxr.quality.rings import ring_of

__all__ = ["measure_coverage"]

Flags = npt.NDArray[np.bool_]

_CRITICAL = {
    name: bit.value
    for name, table in (("drp3qual", DRP3QUAL), ("dapqual", DAPQUAL))
    for bit in table
    if bit.name == "CRITICAL"
}
_RING, _RINGS, _COVERED = 0.1, 80, 0.9
"""Width of a ring, R_e; how many there are; the share of one that must be covered."""
_TOUCHING = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
"""Neighbours of a spaxel: those that share a side with it."""


def measure_coverage(field: Field) -> dict[str, float]:
    """Compute the coverage metrics; what cannot be computed is left out."""
    bundle = field.bundle
    in_bundle = np.count_nonzero(bundle)
    found = {
        "masked_fraction": 1.0 - len(field.flux_at) / bundle.size,
        "valid_spaxels": float(len(field.velocity_at)),
        "independent_bins": float(_distinct(field.gas_bins.take(field.velocity_at))),
        "largest_hole": largest_hole(field.flux.valid) * field.spaxel_area,
        "critical": float(_critical(field)),
        "covered_radius_re": _covered_radius(field),
    }
    for name, reach in (("valid_fraction_1re", 1.0), ("valid_fraction_1p5re", 1.5)):
        found[name] = _share_within(field, reach)
    if in_bundle:
        found["masked_fraction_bundle"] = (
            1.0 - np.count_nonzero(field.flux.valid & bundle) / in_bundle
        )
        found["star_fraction"] = np.count_nonzero(field.covered_by_star & bundle) / in_bundle
    return found


def _distinct(bins: npt.NDArray[np.int64]) -> int:
    known = bins if bins.min(initial=0) >= 0 else bins[bins >= 0]
    return int(np.count_nonzero(np.bincount(countable(known))))


def _critical(field: Field) -> bool:
    return any(int(field.facts.get(name, 0)) & bit for name, bit in _CRITICAL.items())


def _share_within(field: Field, reach: float) -> float:
    """Return the share of an ellipse that has a velocity; of all of it, off the array too."""
    inside = field.radius_re <= reach
    number = np.count_nonzero(inside)
    if not number:
        return math.nan
    semi_major = reach * field.fact("reff")
    area = math.pi * semi_major**2 * (1.0 - field.facts.get("ellipticity", 0.0))
    whole = float(area / field.spaxel_area)
    if not (whole > number and _leaves(inside)):
        whole = float(number)
    return np.count_nonzero(inside & field.velocity.valid) / whole


def _leaves(inside: Flags) -> bool:
    """Whether a region touches the array's edge, beyond which it may go on."""
    return bool(inside[0].any() or inside[-1].any() or inside[:, 0].any() or inside[:, -1].any())


def _covered_radius(field: Field) -> float:
    """Return the radius in R_e up to which every ring is in the bundle."""
    ring = ring_of(field.radius_re.ravel(), _RING, _RINGS)
    every = np.bincount(ring, minlength=_RINGS)[:_RINGS]
    seen = np.bincount(ring, field.bundle.ravel(), minlength=_RINGS)[:_RINGS]
    held = every.nonzero()[0]
    if not len(held):
        return math.nan
    # A narrow ring about the middle may hold no spaxel's centre: it is as its neighbours.
    short = (seen < _COVERED * every).nonzero()[0]
    return _RING * float(short[0] if len(short) else held[-1] + 1)


def largest_hole(valid: Flags) -> int:
    """Count the spaxels of the largest group of invalid ones that valid ones enclose.

    Spaxels that meet at a corner alone do not touch.

    Examples
    --------
    >>> ring = np.ones((5, 5), dtype=bool)
    >>> ring[2, 2] = ring[0, 0] = False
    >>> largest_hole(ring)
    1
    """
    # Holes are in the rows and columns that have gaps. Most maps have none, or few.
    columns = _with_gaps(valid)
    rows = _with_gaps(valid.T) if len(columns) else columns
    if not len(rows):
        return 0
    # Half a second that a process which measures nothing, and most maps, need not spend.
    from scipy import ndimage

    box = tuple(slice(max(0, int(at[0]) - 1), int(at[-1]) + 2) for at in (rows, columns))
    labels, _ = ndimage.label(~valid[box], _TOUCHING)
    sizes = np.bincount(labels.ravel())
    for outside in (0, labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        sizes[outside] = 0
    return int(sizes.max())


def _with_gaps(valid: Flags) -> npt.NDArray[np.intp]:
    """Return the columns that have an invalid spaxel between valid ones."""
    runs = np.add.reduce(valid[1:] > valid[:-1], axis=0) + valid[0]
    found: npt.NDArray[np.intp] = (runs > 1).nonzero()[0]
    return found
