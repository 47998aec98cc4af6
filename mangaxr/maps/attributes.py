"""Headers as attributes: the primary one of the Dataset, the others of its variables."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from mangaxr.datamodel.extensions import Extension, find_extension
from mangaxr.datamodel.keywords import KEYWORDS, SPEED_OF_LIGHT, Keyword
from mangaxr.datamodel.maskbits import DAPPIXMASK, DAPQUAL, DRP3QUAL, decode
from mangaxr.datamodel.releases import release_of_versions
from mangaxr.datamodel.units import astropy_unit
from mangaxr.errors import NotMapsError
from mangaxr.fits.cards import Cards
from mangaxr.maps.stream import RawExtension, RawMaps

__all__ = ["dataset_attributes", "header_values", "variable_attributes"]

logger = logging.getLogger(__name__)

_LARGEST = 1e38
"""Numbers that float32 does not hold are no measurement; their squares overflow."""

_KINDS = {"str": str, "int": int, "float": float}

_WCS_KEYWORDS = (
    *(f"{key}{axis}" for key in ("CTYPE", "CRPIX", "CRVAL", "CDELT", "CUNIT") for axis in (1, 2)),
    *(f"{key}{i}_{j}" for key in ("PC", "CD") for i in (1, 2) for j in (1, 2)),
    *("LONPOLE", "LATPOLE", "RADESYS", "EQUINOX"),
)


def header_values(raw: RawMaps) -> dict[str, Any]:
    """Return the values of the primary header that mangaxr uses, under its own names.

    Returns
    -------
    dict
        One entry per row of ``datamodel.keywords.KEYWORDS`` that the file has, and ``z``,
        the input redshift that velocities are relative to (SCINPVEL / c).

    Raises
    ------
    NotMapsError
        If a value is of the wrong type, or too large for any.
    """
    values: dict[str, Any] = {}
    for row in KEYWORDS:
        value = raw.primary.get(row.keyword)
        if value is None or value == "":
            continue
        try:
            converted = _KINDS[row.kind](value)
            if isinstance(converted, int):
                np.int64(converted)  # what a store and netCDF can hold
        except (TypeError, ValueError, OverflowError) as error:
            raise _unusable(raw, row, value) from error
        if isinstance(converted, float) and not abs(converted) < _LARGEST:
            raise _unusable(raw, row, value)
        values[row.attribute] = converted
    if "input_cz" in values:
        values["z"] = values["input_cz"] / SPEED_OF_LIGHT
    return values


def _unusable(raw: RawMaps, row: Keyword, value: object) -> NotMapsError:
    msg = (
        f"{raw.path}: primary header {row.keyword} = {value!r} is not a usable {row.kind}: "
        f"the header was edited or is damaged"
    )
    return NotMapsError(msg)


def dataset_attributes(raw: RawMaps) -> dict[str, Any]:
    """Return the attributes of a Dataset: identity, geometry, quality, WCS, header."""
    values = header_values(raw)
    release = release_of_versions(values.get("drp_version", ""), values.get("dap_version", ""))
    attrs: dict[str, Any] = {
        "title": f"MaNGA DAP maps of {values.get('plateifu', raw.path.name)}",
        "release": release or "unreleased",
        **values,
    }
    for name, table in (("dapqual", DAPQUAL), ("drp3qual", DRP3QUAL)):
        if name in attrs:
            attrs[f"{name}_flags"] = " ".join(decode(attrs[name], table))
    attrs["source"] = raw.path.name
    first = next(iter(raw.extensions.values()), None)
    if first is not None:
        attrs["wcs"] = _wcs_cards(first.cards)
    attrs["header"] = raw.primary.lines()
    return attrs


def _wcs_cards(cards: Cards) -> str:
    """Return the celestial WCS cards of an extension, one a line."""
    wanted = set(_WCS_KEYWORDS)
    return "\n".join(line for line in cards.lines().splitlines() if line[:8].rstrip() in wanted)


def variable_attributes(extension: RawExtension) -> dict[str, Any]:
    """Return the attributes of one variable: meaning, unit, mask and inverse variance."""
    row = find_extension(extension.name)
    attrs: dict[str, Any] = {
        "long_name": row.long_name if row else extension.name,
        "extension": extension.name,
    }
    attrs |= _unit_attributes(extension, row)
    for name, keyword, paired in (
        ("ivar", "ERRDATA", row.ivar if row else ""),
        ("mask", "QUALDATA", row.mask if row else ""),
    ):
        stated = extension.cards.text(keyword)
        if stated and paired and stated != paired:
            logger.warning("%s: header pairs it with %s, not %s", extension.name, stated, paired)
        is_self = row is not None and row.role == name
        if (stated or paired) and not is_self and not _is_mask(extension, row):
            attrs[name] = (stated or paired).lower()
    if _is_mask(extension, row):
        attrs["flag_masks"] = np.array([flag.value for flag in DAPPIXMASK], dtype=np.int32)
        attrs["flag_meanings"] = " ".join(flag.name for flag in DAPPIXMASK)
    return attrs


def _is_mask(extension: RawExtension, row: Extension | None) -> bool:
    if row is not None:
        return row.role == "mask"
    return extension.cards.text("HDUCLAS2") == "QUALITY"


def _unit_attributes(extension: RawExtension, row: Extension | None) -> dict[str, str]:
    """Say the unit twice: as the file writes it and as astropy parses it."""
    if np.issubdtype(extension.data.dtype, np.integer):
        return {}  # masks and bin numbers have none
    bunit = extension.cards.text("BUNIT")
    if not bunit and extension.cards.numbered("U"):
        return {}  # a unit per channel, in a coordinate
    if not bunit and row is not None and row.channels == "spectral_index":
        return {}  # corrections and models of indices have the unit of their index
    unit = astropy_unit(bunit)
    return ({"units": unit} if unit else {}) | ({"fits_bunit": bunit} if bunit else {})
