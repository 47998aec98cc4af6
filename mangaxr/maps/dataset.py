"""Raw extensions -> one labelled Dataset: names, dimensions, coordinates, attributes.

The promises are in ``docs/spec/maps-1.0.md``. The file decides: what its headers say of
channels, units and pairing goes before the tables, which name, explain and check.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import Any, Protocol

import numpy as np
import xarray as xr

from mangaxr.datamodel.extensions import COORDINATES, Extension, find_extension
from mangaxr.datamodel.lines import rest_wavelength
from mangaxr.datamodel.maskbits import DAPPIXMASK
from mangaxr.datamodel.units import astropy_unit
from mangaxr.maps.attributes import dataset_attributes
from mangaxr.maps.stream import RawExtension, RawMaps

__all__ = ["build_dataset"]

logger = logging.getLogger(__name__)

_UNLABELLED = ("sigmacorr",)
"""Dimensions whose header labels are not to be selected by: DR17 has them swapped."""

_LABELS = {channel.channel: channel.name for channel in COORDINATES}
_LINE_DIMS = ("line", "moment_line")
_OLD_LINE_DATABASES = ("ELPMILES", "ELBMILES")


class Wrap(Protocol):
    """Turns an extension, or one of its planes, into the array of a variable."""

    def __call__(self, extension: RawExtension, plane: int | None = None, /) -> Any:
        """Return something xarray takes as data."""


def build_dataset(raw: RawMaps, wrap: Wrap, *, keep: frozenset[str] | None = None) -> xr.Dataset:
    """Label what was read of a MAPS file.

    Parameters
    ----------
    raw
        Headers and planes.
    wrap
        Turns an extension into the array of its variable: `RawExtension.native` for
        memory, or something lazy.
    keep
        EXTNAMEs that become variables; None for all. Others serve as coordinates only.

    Returns
    -------
    xarray.Dataset
        Dimensions ``line, y, x`` and others as the maps specification says.
    """
    builder = _Builder(raw, wrap)
    for extension in raw.extensions.values():
        if keep is None or extension.name in keep:
            builder.add(extension)
    return builder.finish()


class _Builder:
    """Collects variables and the coordinates they share."""

    def __init__(self, raw: RawMaps, wrap: Wrap) -> None:
        self.raw = raw
        self.wrap = wrap
        self.variables: dict[Hashable, xr.Variable] = {}
        self.coords: dict[Hashable, xr.Variable] = {}
        self.shape: tuple[int, ...] = ()

    def add(self, extension: RawExtension) -> None:
        """Add one extension as a variable."""
        dims = self._dims(extension)
        attrs = _attributes(extension)
        self.variables[extension.name.lower()] = xr.Variable(dims, self.wrap(extension), attrs)
        self._remember_shape(extension)

    def finish(self) -> xr.Dataset:
        """Add the spatial coordinates and the attributes of the whole."""
        for row in COORDINATES:
            extension = self.raw.extensions.get(row.extension)
            if extension is None or row.channel not in extension.channels:
                continue
            if row.name == "r_re" and not self.raw.primary.text("REFF"):
                continue  # the DAP leaves arcsec in R/Re when it has no R_e
            self._remember_shape(extension)
            at = extension.channels.index(row.channel)
            unit = _channel_unit(extension, at)
            attrs = {"long_name": row.long_name, **({"units": unit} if unit else {})}
            self.coords[row.name] = xr.Variable(("y", "x"), self.wrap(extension, at), attrs)
        self._pixel_coordinates()
        attrs = dataset_attributes(self.raw)
        dataset = xr.Dataset(self.variables, coords=self.coords, attrs=attrs)
        _pair(dataset)
        return dataset

    def _remember_shape(self, extension: RawExtension) -> None:
        if not self.shape:
            self.shape = extension.data.shape[-2:]

    def _pixel_coordinates(self) -> None:
        axes = (("y", "North", -2), ("x", "West", -1))
        for name, direction, axis in axes if self.shape else ():
            attrs = {"long_name": f"spaxel index, increasing to the {direction}"}
            self.coords[name] = xr.Variable((name,), np.arange(self.shape[axis]), attrs)

    def _dims(self, extension: RawExtension) -> tuple[str, ...]:
        """Name an extension's dimensions, and add the coordinate of the leading one."""
        if extension.data.ndim == 2:
            return ("y", "x")
        row = find_extension(extension.name)
        known = row is not None and row.channels
        dim = row.channels if row is not None and known else f"{extension.name.lower()}_channel"
        if dim in _UNLABELLED or len(extension.channels) != extension.data.shape[0]:
            return (dim, "y", "x")
        labels = np.array([_short_label(name) for name in extension.channels])
        present = self.coords.get(dim)
        if present is not None and not np.array_equal(present.values, labels):
            logger.warning(
                "%s: channels of %s differ from other extensions along %s",
                self.raw.path,
                extension.name,
                dim,
            )
            dim = f"{extension.name.lower()}_{dim}"
        self.coords[dim] = xr.Variable((dim,), labels)
        self._channel_coordinates(dim, extension)
        return (dim, "y", "x")

    def _channel_coordinates(self, dim: str, extension: RawExtension) -> None:
        """Add what goes with a channel: the wavelength of a line, the unit of an index."""
        if dim in _LINE_DIMS:
            old = self.raw.primary.text("EMLDB") in _OLD_LINE_DATABASES
            moments = old or dim == "moment_line"
            waves = [rest_wavelength(n, moments=moments) for n in extension.channels]
            attrs = {"units": "Angstrom", "long_name": "vacuum rest wavelength"}
            self.coords[f"{dim}_wave"] = xr.Variable((dim,), np.array(waves), attrs)
        row = find_extension(extension.name)
        if extension.cards.numbered("U") and (row is None or row.role == "data"):
            units = [_channel_unit(extension, i) or "" for i in range(len(extension.channels))]
            self.coords[f"{dim}_unit"] = xr.Variable((dim,), np.array(units))


def _short_label(name: str) -> str:
    """Give the channels of the coordinate extensions the names of the coordinates.

    The luminosity-weighted ones differ from the others by a prefix in DR15 only.
    """
    plain = name.removeprefix("Lum. weighted ")
    return _LABELS.get(plain[:1].upper() + plain[1:], name)


def _channel_unit(extension: RawExtension, channel: int) -> str | None:
    units = extension.cards.numbered("U")
    text = units[channel] if channel < len(units) else extension.cards.text("BUNIT")
    return astropy_unit(text)


def _attributes(extension: RawExtension) -> dict[str, Any]:
    """Describe one variable."""
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


def _pair(dataset: xr.Dataset) -> None:
    """Name, in CF's way, the variables that go with each, where they are present."""
    for variable in dataset.data_vars.values():
        names = [variable.attrs.get(key, "") for key in ("ivar", "mask")]
        present = [name for name in names if name in dataset]
        if present:
            variable.attrs["ancillary_variables"] = " ".join(present)
