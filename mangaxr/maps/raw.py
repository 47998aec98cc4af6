"""What was read of one MAPS file: headers and planes, before they are labelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mangaxr.errors import MissingExtensionError
from mangaxr.fits.cards import Cards

__all__ = ["RawExtension", "RawMaps"]


@dataclass(frozen=True, slots=True)
class RawExtension:
    """One extension as read.

    Parameters
    ----------
    name
        EXTNAME.
    cards
        Its header.
    data
        The planes kept, in the file's byte order: (channel, y, x) or (y, x).
    channels
        Names of the planes kept; empty for a single map.
    """

    name: str
    cards: Cards
    data: npt.NDArray[np.generic]
    channels: tuple[str, ...]

    def native(self, plane: int | None = None) -> npt.NDArray[np.generic]:
        """Return all planes, or one, in the machine's byte order; a copy."""
        data = self.data if plane is None else self.data[plane]
        return data.astype(data.dtype.newbyteorder("="))


@dataclass(frozen=True, slots=True)
class RawMaps:
    """What was read of one MAPS file.

    Parameters
    ----------
    path
        The file.
    primary
        Its primary header.
    extensions
        What was kept, by name.
    complete
        Whether the file was read to its end.
    sha256
        Of the file, if it was hashed.

    Raises
    ------
    MissingExtensionError
        If an extension is asked for that was not read.
    """

    path: Path
    primary: Cards
    extensions: Mapping[str, RawExtension]
    complete: bool
    sha256: str = ""

    def __getitem__(self, name: str) -> RawExtension:
        try:
            return self.extensions[name]
        except KeyError:
            msg = f"{self.path}: extension {name} is missing, and what goes with it needs it"
            raise MissingExtensionError(msg) from None
