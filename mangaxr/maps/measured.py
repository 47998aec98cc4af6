"""Planes of a file as measured maps: value, error, and where both are to be used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.extensions import find_extension
from mangaxr.errors import NotMapsError
from mangaxr.maps.geometry import geometry_of
from mangaxr.maps.identity import check_channels
from mangaxr.maps.raw import RawMaps

__all__ = ["Measured", "MeasuredPlanes"]

_NO_MEASUREMENT = 1e20
"""Values from which on a map is damaged there: in float32 their sums and squares overflow."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured map (y, x): values, standard deviation, and where both are to be used.

    Values and errors are float64, and 0 where they are not to be used, so that no infinity
    under a mask meets an operator.
    """

    value: npt.NDArray[np.float64]
    sigma: npt.NDArray[np.float64]
    valid: npt.NDArray[np.bool_]


class MeasuredPlanes:
    """The planes of one file, each decoded once.

    Parameters
    ----------
    raw
        The file.
    bits
        Bits of a mask plane that make a spaxel bad.

    Raises
    ------
    NotMapsError
        If the spaxels are not square, with West along x and North along y.
    """

    def __init__(self, raw: RawMaps, bits: int) -> None:
        self.raw = raw
        self.geometry = geometry_of(raw)
        self._bits = bits
        self._measured: dict[tuple[str, str], Measured] = {}

    def measured(self, name: str, line: str = "") -> Measured:
        """Return a map; a spaxel counts if its mask allows it and it has a variance.

        Parameters
        ----------
        name
            EXTNAME of the values.
        line
            Channel of the extension by its name; none for a single map.

        Raises
        ------
        NotMapsError
            If the maps are not of the file's shape.
        """
        key = (name, line)
        if key not in self._measured:
            self._measured[key] = self._read(name, line)
        return self._measured[key]

    def _read(self, name: str, line: str) -> Measured:
        row = find_extension(name)
        value = self.floats(name, line)
        ivar = self.floats(row.ivar, line) if row else np.ones_like(value)
        valid = (np.abs(value) < _NO_MEASUREMENT) & (ivar > 0) & (ivar < np.inf)
        if row is not None and row.mask:
            valid &= (self.integers(row.mask, line) & self._bits) == 0
        sigma = 1.0 / np.sqrt(np.where(valid, ivar, np.inf))
        return Measured(np.where(valid, value, 0.0), sigma, valid)

    def floats(self, name: str, line: str | int = "") -> npt.NDArray[np.float64]:
        """Return one plane (y, x) as float64, by the name or place of its channel.

        Raises
        ------
        NotMapsError
            If it is not of the file's shape, or which plane is which cannot be told.
        """
        # Damaged bytes may be a NaN of the kind that is to signal, of which numpy warns.
        with np.errstate(invalid="ignore"):
            return self._plane(name, line).astype(np.float64)

    def integers(self, name: str, line: str | int = "") -> npt.NDArray[np.int64]:
        """Return one plane as int64; errors are those of `floats`."""
        return self._plane(name, line).astype(np.int64)

    def _plane(self, name: str, line: str | int) -> npt.NDArray[np.generic]:
        """Return one plane as the file has it, in its byte order."""
        extension = self.raw[name]
        at: int | None = line if isinstance(line, int) else None
        if isinstance(line, str) and line in extension.channels:
            check_channels(self.raw.path, name, len(extension.data), extension.channels)
            at = extension.channels.index(line)
        plane = extension.data if at is None or extension.data.ndim != 3 else extension.data[at]
        if plane.shape != self.geometry.shape:
            shapes = (plane.shape, self.geometry.shape)
            found, expected = (" x ".join(map(str, shape)) for shape in shapes)
            msg = (
                f"{self.raw.path}: extension {name} has maps of {found}, expected {expected} "
                f"as in the others: the file is damaged or not as the DAP writes it"
            )
            raise NotMapsError(msg)
        return plane
