"""One column of a FITS binary table: how it is stored, and how it is read as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Field", "Kind", "field_of"]

Kind = Literal["bool", "int", "float", "text"]

_FORMAT = re.compile(r"\s*\d*([LBIJKAED])\s*")
"""The formats catalogues have; bits, complex numbers and lengths that vary are not read."""

_TRUE = ord("T")
_INTEGERS = "BIJK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column as its header describes it.

    Parameters
    ----------
    name
        As in the file.
    kind
        What its values are.
    stored
        Type of a cell in the file, big-endian; a vector is a type with a shape.
    dtype
        Type of a value once read, in the machine's byte order.
    unit
        TUNIT; empty if the header has none.
    scale, zero
        A value is ``stored * scale + zero``.
    null
        The stored integer that stands for no value.
    """

    name: str
    kind: Kind
    stored: np.dtype[Any]
    dtype: np.dtype[Any]
    unit: str = ""
    scale: float = 1.0
    zero: float = 0.0
    null: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a cell; empty for one value."""
        return self.stored.shape

    def decode(self, raw: NDArray[Any], *, missing: int) -> NDArray[Any]:
        """Turn cells into values.

        Parameters
        ----------
        raw
            As stored.
        missing
            The integer to return for `null`.

        Returns
        -------
        ndarray
            Of `dtype`: truth values, 64-bit integers, floats, or text without the blanks
            that FITS pads with.
        """
        if self.kind == "text":
            text = np.char.decode(np.ascontiguousarray(raw), "ascii", "replace")
            return np.char.strip(text, " \0").astype(self.dtype)
        if self.kind == "bool":
            return np.asarray(raw == _TRUE)
        absent = None if self.null is None else raw == self.null
        values: NDArray[Any]
        if self.kind == "int":
            values = raw.astype(np.int64) + np.int64(int(self.zero))
        elif (self.scale, self.zero) == (1.0, 0.0):
            values = raw.astype(self.dtype)
        else:
            values = (raw * self.scale + self.zero).astype(self.dtype)
        if absent is not None:
            values[absent] = missing if self.kind == "int" else np.nan
        return values


def field_of(column: Any, stored: np.dtype[Any]) -> Field | None:
    """Describe a column of a table.

    Parameters
    ----------
    column
        astropy's, of the table's ``columns``.
    stored
        Type of its cells, in either byte order.

    Returns
    -------
    Field or None
        None for a column of a format that is not read, or without any cells.
    """
    match = _FORMAT.fullmatch(str(column.format))
    if match is None or stored.itemsize == 0 or 0 in stored.shape:
        return None
    letter = match[1]
    scale = 1.0 if column.bscale in (None, "") else float(column.bscale)
    zero = 0.0 if column.bzero in (None, "") else float(column.bzero)
    base = stored.base
    kind: Kind
    if letter == "A":
        kind, dtype = "text", np.dtype(f"U{base.itemsize}")
    elif letter == "L":
        kind, dtype = "bool", np.dtype(bool)
    elif letter in _INTEGERS and scale == 1.0 and _is_offset(zero, letter):
        kind, dtype = "int", np.dtype(np.int64)
    elif letter in _INTEGERS or (scale, zero) != (1.0, 0.0):
        kind, dtype = "float", np.dtype(np.float64)
    else:
        kind, dtype = "float", base.newbyteorder("=")
    null = column.null if letter in _INTEGERS else None
    return Field(
        name=str(column.name),
        kind=kind,
        stored=stored.newbyteorder(">"),
        dtype=dtype,
        unit=str(column.unit or "").strip(),
        scale=scale,
        zero=zero,
        null=None if null in (None, "") else int(null),
    )


def _is_offset(zero: float, letter: str) -> bool:
    """Tell whether stored integers plus this are integers that 64 bits hold."""
    return zero.is_integer() and abs(zero) < 2**62 and not (zero and letter == "K")
