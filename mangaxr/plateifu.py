"""The name of a MaNGA observation: plate and IFU design."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mangaxr.errors import BadPlateIFUError

__all__ = ["BUNDLE_SIZES", "PlateIFU", "plateifu_or_none", "survey_order"]

BUNDLE_SIZES: tuple[int, ...] = (19, 37, 61, 91, 127)
"""Fibres in MaNGA's science bundles."""

_PATTERN = re.compile(r"(?:manga-)?(\d{4,6})-(\d{3,6})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class PlateIFU:
    """Plate and IFU design, which together name one observation of one galaxy.

    Sorts by number, prints as the survey writes it.

    Examples
    --------
    >>> galaxy = PlateIFU.parse("8138-12704")
    >>> galaxy.plate, galaxy.ifu, galaxy.fibres
    (8138, 12704, 127)
    >>> str(galaxy)
    '8138-12704'
    """

    plate: int
    ifu: int

    def __str__(self) -> str:
        return f"{self.plate}-{self.ifu}"

    @property
    def fibres(self) -> int:
        """Fibres in the bundle, from the leading digits of the IFU design; 0 if unknown."""
        text = str(self.ifu)
        for size in sorted(BUNDLE_SIZES, reverse=True):
            if text.startswith(str(size)) and len(text) == len(str(size)) + 2:
                return size
        return 0

    @classmethod
    def parse(cls, plate: str | int | PlateIFU, ifu: str | int | None = None) -> PlateIFU:
        """Read a galaxy's name from text, or from its two numbers.

        Parameters
        ----------
        plate
            ``"8138-12704"``, a `PlateIFU`, or the plate's number if ``ifu`` is given.
        ifu
            The IFU design's number.

        Raises
        ------
        BadPlateIFUError
            If the text is anything but PLATE-IFUDESIGN.
        """
        if isinstance(plate, PlateIFU):
            return plate
        text = str(plate).strip() if ifu is None else f"{plate}-{ifu}"
        match = _PATTERN.fullmatch(text)
        if match is None:
            msg = (
                f"{text!r} does not name a galaxy: expected PLATE-IFUDESIGN, "
                f"such as '8138-12704', or the two numbers 8138, 12704"
            )
            raise BadPlateIFUError(msg)
        return cls(int(match[1]), int(match[2]))


def plateifu_or_none(name: str) -> PlateIFU | None:
    """Return a galaxy's name as numbers; None for that of a file that does not tell."""
    try:
        return PlateIFU.parse(name)
    except BadPlateIFUError:
        return None


def survey_order(name: str) -> tuple[int, PlateIFU, str]:
    """Return what to sort names by: plate and IFU design; names that are neither come last.

    Examples
    --------
    >>> sorted(["my galaxy", "10001-12701", "8138-12704"], key=survey_order)
    ['8138-12704', '10001-12701', 'my galaxy']
    """
    known = plateifu_or_none(name)
    return (0, known, "") if known else (1, PlateIFU(0, 0), name)
