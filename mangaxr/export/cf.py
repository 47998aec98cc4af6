"""Variables of a store as netCDF has them, with the attributes of the CF conventions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.store.contract import STATUS

__all__ = ["CONVENTIONS", "Encoded", "attributes_of", "encode", "inverse_square", "udunits"]

CONVENTIONS = "CF-1.11"
"""The first with both texts of any length and 64-bit integers is 1.9."""

_WORDS = {"deg": "degree", "kpc": "kiloparsec"}
"""Word of astropy's units that UDUNITS spells otherwise -> a spelling that both know."""

_FLAGS: Mapping[str, Mapping[str, int]] = {"status": STATUS}
"""Integers whose values have names."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A variable ready to be written.

    Parameters
    ----------
    values
        As stored; texts as objects.
    dtype
        A NumPy type, or ``str``.
    attributes
        All but ``_FillValue``.
    fill
        ``_FillValue``; None for a variable that is never missing.
    """

    values: npt.NDArray[Any]
    dtype: Any
    attributes: dict[str, Any] = field(default_factory=dict)
    fill: float | None = None


def encode(variable: xr.DataArray) -> Encoded:
    """Say how a small variable is written.

    Parameters
    ----------
    variable
        In memory.

    Examples
    --------
    >>> encode(xr.DataArray([True], name="usable")).attributes
    {'dtype': 'bool', 'flag_values': array([0, 1], dtype=int8), 'flag_meanings': 'false true'}
    """
    attributes = attributes_of(variable.attrs)
    values = variable.values
    if values.dtype.kind in "OTU":
        return Encoded(values.astype(str).astype(object), str, attributes)
    if values.dtype == np.bool_:
        # The first of them is how xarray knows that these numbers are booleans.
        flags = {"dtype": "bool", **_flags({"false": 0, "true": 1}, np.int8)}
        return Encoded(values.astype(np.int8), np.int8, attributes | flags)
    dtype = values.dtype.newbyteorder("=")
    if str(variable.name) in _FLAGS:
        attributes |= _flags(_FLAGS[str(variable.name)], dtype)
    missing = dtype.kind == "f" and variable.dims == ("galaxy",)
    return Encoded(values, dtype, attributes, np.nan if missing else None)


def _flags(names: Mapping[str, int], dtype: Any) -> dict[str, Any]:
    values = np.array(list(names.values()), dtype=dtype)
    return {"flag_values": values, "flag_meanings": " ".join(names)}


def attributes_of(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """Return attributes as netCDF can hold them: units that UDUNITS reads, the rest as JSON."""
    held = {}
    for name, value in attributes.items():
        number = isinstance(value, int | float | np.number | np.ndarray)
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        held[str(name)] = value if number and not isinstance(value, bool) else text
    if "units" in held:
        held["units"] = udunits(str(held["units"]))
    return held


def udunits(units: str) -> str:
    """Spell a unit so that both UDUNITS and astropy read it.

    Examples
    --------
    >>> udunits("km / (kpc s)"), udunits("pix"), udunits("")
    ('km / (kiloparsec s)', '1', '1')
    """
    # UDUNITS knows no pixel; a number of them is a number.
    if units in ("", "pix"):
        return "1"
    return re.sub(r"[A-Za-z]+", lambda word: _WORDS.get(word[0], word[0]), units)


def inverse_square(units: str) -> str:
    """Return the unit of the inverse variance of a quantity.

    Examples
    --------
    >>> inverse_square("km / s"), inverse_square("1")
    ('s2 / km2', '1')
    """
    from astropy.units import Unit

    return udunits((Unit(units) ** -2).to_string())
