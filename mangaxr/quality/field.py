"""The maps that metrics are made of, cut out of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.extensions import COORDINATES, find_extension
from mangaxr.datamodel.maskbits import DAPPIXMASK
from mangaxr.maps.geometry import SKY_EXTENSION, Geometry
from mangaxr.maps.measured import Measured, MeasuredPlanes

__all__ = ["OPTIONAL", "Field", "field_of", "wanted_by_quality"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LINE = "Ha-6564"
_FLUX, _VELOCITY, _STARS = "EMLINE_GFLUX", "EMLINE_GVEL", "STELLAR_VEL"
_SEEN, _SNR, _BINS = "SPX_MFLUX_IVAR", "SPX_SNR", "BINID"

_PLANES = {row.name: row for row in COORDINATES}
_ELLIPSE = _PLANES["r_arcsec"].extension
_FORESTAR = next(bit.value for bit in DAPPIXMASK if bit.name == "FORESTAR")

_STARS_PARTS = frozenset(
    part
    for row in (find_extension(_STARS),)
    if row is not None
    for part in (row.name, row.ivar, row.mask)
)
OPTIONAL = _STARS_PARTS | {_ELLIPSE, _SEEN, _SNR, _BINS}
"""Extensions that a file may lack; metrics that need them are then NaN."""


def wanted_by_quality() -> dict[str, tuple[str, ...] | None]:
    """Return the extensions that metrics read, and the channels of each."""
    wanted: dict[str, tuple[str, ...] | None] = dict.fromkeys(
        (SKY_EXTENSION, _ELLIPSE, _SEEN, _SNR, _BINS)
    )
    for name in (_STARS, _FLUX, _VELOCITY):
        row = find_extension(name)
        if row is not None:
            lines = (LINE,) if row.channels else None
            wanted |= dict.fromkeys((row.name, row.ivar, row.mask), lines)
    return wanted


@dataclass(frozen=True, slots=True)
class Field:
    """One galaxy as metrics see it. Maps are (y, x).

    Parameters
    ----------
    geometry
        Where the spaxels are.
    radius, radius_re
        Semi-major-axis radius in arcsec and in R_e; NaN everywhere where it is unknown.
    bundle
        Spaxels that the bundle saw.
    flux
        H-alpha, 1e-17 erg/s/cm2/spaxel.
    strong
        Spaxels whose H-alpha flux is valid and at least ``min_snr`` times its error.
    velocity
        Of the gas, km/s, where H-alpha is strong.
    stars
        Stellar velocity, km/s; None if the file lacks it, its variance or its mask.
    gas_bins, star_bins
        BINID of the line fits and of the stars; -1 where there is none.
    covered_by_star
        Spaxels flagged FORESTAR.
    snr
        S/N of the g-band continuum; None if the file has none.
    flux_at, velocity_at
        Places of the valid spaxels of both in the flattened map: numpy takes by places
        several times as quickly as by a mask.
    facts
        Values of the primary header by name.
    """

    geometry: Geometry
    radius: Array
    radius_re: Array
    bundle: Flags
    flux: Measured
    strong: Flags
    velocity: Measured
    stars: Measured | None
    gas_bins: npt.NDArray[np.int64]
    star_bins: npt.NDArray[np.int64]
    covered_by_star: Flags
    snr: Array | None
    flux_at: npt.NDArray[np.intp]
    velocity_at: npt.NDArray[np.intp]
    facts: Mapping[str, Any]

    def fact(self, name: str) -> float:
        """Return a number of the header; NaN if it lacks it."""
        return float(self.facts.get(name, np.nan))

    @property
    def spaxel_area(self) -> float:
        """Area of a spaxel, arcsec2."""
        return self.geometry.spaxel**2


def field_of(planes: MeasuredPlanes, facts: Mapping[str, Any], *, min_snr: float) -> Field:
    """Cut the maps out of a file's planes.

    Raises
    ------
    NotMapsError
        If the extensions are of different shapes.
    """
    geometry = planes.geometry
    shape = geometry.shape
    flux = planes.measured(_FLUX, LINE)
    found = planes.measured(_VELOCITY, LINE)
    strong = flux.valid & (flux.value >= min_snr * flux.sigma)
    with_velocity = found.valid & strong
    known = facts.get("reff", 0.0) > 0.0
    velocity_row = find_extension(_VELOCITY)
    mask = planes.integers(velocity_row.mask if velocity_row else "", LINE)
    return Field(
        geometry=geometry,
        radius=_coordinate(planes, "r_arcsec"),
        # Without R_e the DAP leaves arcsec in this plane.
        radius_re=_coordinate(planes, "r_re") if known else np.full(shape, np.nan),
        bundle=_bundle(planes),
        flux=flux,
        strong=strong,
        velocity=Measured(found.value, found.sigma, with_velocity),
        stars=planes.measured(_STARS) if planes.raw.extensions.keys() >= _STARS_PARTS else None,
        gas_bins=_bins(planes, _VELOCITY),
        star_bins=_bins(planes, _STARS),
        covered_by_star=(mask & _FORESTAR) != 0,
        snr=_plane(planes, _SNR),
        flux_at=flux.valid.ravel().nonzero()[0],
        velocity_at=with_velocity.ravel().nonzero()[0],
        facts=facts,
    )


def _plane(planes: MeasuredPlanes, name: str) -> Array | None:
    return planes.floats(name) if name in planes.raw.extensions else None


def _coordinate(planes: MeasuredPlanes, name: str) -> Array:
    row = _PLANES[name]
    extension = planes.raw.extensions.get(row.extension)
    if extension is None or row.channel not in extension.channels:
        return np.full(planes.geometry.shape, np.nan)
    return planes.floats(row.extension, row.channel)


def _bundle(planes: MeasuredPlanes) -> Flags:
    """Where the g-band flux has a variance; everywhere if the file does not tell."""
    ivar = _plane(planes, _SEEN)
    return np.ones(planes.geometry.shape, dtype=bool) if ivar is None else ivar > 0


def _bins(planes: MeasuredPlanes, name: str) -> npt.NDArray[np.int64]:
    """Return the bins that an extension's values repeat over; each spaxel its own if unknown."""
    row, shape = find_extension(name), planes.geometry.shape
    extension = planes.raw.extensions.get(_BINS)
    if row is None or extension is None or row.bin_step >= len(extension.data):
        return np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape)
    return planes.integers(_BINS, row.bin_step)
