"""Who in a large catalogue is good, and who is bad in one way each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CatalogTruth", "Planted", "plant", "truth_of"]

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogTruth:
    """Names of the galaxies of each class; nobody is in two.

    Parameters
    ----------
    best_rotators
        Bright, fast, deep, well inclined, in the largest bundle.
    not_tried
        Only drpall has them: the DAP had no redshift for them.
    dap_failed
        The DAP tried and did not complete.
    critical
        Flagged CRITICAL by the DRP or by the DAP.
    not_galaxy
        No target of any galaxy programme.
    face_on, edge_on
        Below 20 and above 80 degrees of inclination.
    too_small
        Half-light radius below 4 spaxels.
    no_photometry
        Not in the NASA-Sloan Atlas.
    repeats
        Observations of a galaxy that was also observed better; see `better`.
    smallest_bundle
        19 fibres, and otherwise without fault.
    better
        Each of `repeats` -> the observation of the same galaxy with the highest S/N.
    """

    best_rotators: tuple[str, ...]
    not_tried: tuple[str, ...]
    dap_failed: tuple[str, ...]
    critical: tuple[str, ...]
    not_galaxy: tuple[str, ...]
    face_on: tuple[str, ...]
    edge_on: tuple[str, ...]
    too_small: tuple[str, ...]
    no_photometry: tuple[str, ...]
    repeats: tuple[str, ...]
    smallest_bundle: tuple[str, ...]
    better: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the truth as plain JSON values."""
        return asdict(self)


Planted = Mapping[str, Rows]
"""Class -> rows; ``repeats`` and ``better`` are as long as each other."""

# Shares of the rows: of DR17's 11,273 cubes 491 were not tried and 47 failed.
_SHARES = {
    "not_tried": 491 / 11273,
    "dap_failed": 47 / 11273,
    "critical": 0.01,
    "not_galaxy": 0.01,
    "face_on": 0.05,
    "edge_on": 0.10,
    "too_small": 0.05,
    "no_photometry": 0.01,
    "repeats": 0.005,
    "better": 0.005,
}
_BEST = 50
_LEAST = 4


def plant(fibres: NDArray[np.int64], rng: np.random.Generator) -> Planted:
    """Choose the rows of each class.

    Parameters
    ----------
    fibres
        Bundle size of each row. The smallest bundles are a class of their own; the best
        rotators are in the largest.
    rng
        Decides.
    """
    number = len(fibres)
    large = rng.permutation(np.flatnonzero(fibres == fibres.max()))
    best = large[: min(_BEST, max(_LEAST, number // 40))]
    others = rng.permutation(np.setdiff1d(np.flatnonzero(fibres > fibres.min()), best))
    rows: dict[str, Rows] = {"best_rotators": np.sort(best)}
    for name, share in _SHARES.items():
        count = max(_LEAST, round(number * share))
        rows[name], others = others[:count], others[count:]
    rows["smallest_bundle"] = np.flatnonzero(fibres == fibres.min())
    return rows


def truth_of(planted: Planted, names: NDArray[np.str_]) -> CatalogTruth:
    """Name the galaxies of each class."""
    classes = {field.name for field in fields(CatalogTruth)} - {"better"}
    better = zip(names[planted["repeats"]], names[planted["better"]], strict=True)
    return CatalogTruth(
        **{name: tuple(map(str, names[planted[name]])) for name in classes},
        better={str(name): str(other) for name, other in better},
    )
