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

from mangaxr.datamodel.extensions import COORDINATES, find_extension
from mangaxr.datamodel.lines import rest_wavelength
from mangaxr.datamodel.units import astropy_unit
from mangaxr.errors import NotMapsError
from mangaxr.maps.attributes import dataset_attributes, variable_attributes
from mangaxr.maps.identity import check_channels
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
        self.shape = _spatial_shape(raw)

    def add(self, extension: RawExtension) -> None:
        """Add one extension as a variable."""
        dims = (*self._channel_dims(extension), *self._spatial_dims(extension))
        attrs = variable_attributes(extension)
        self.variables[extension.name.lower()] = xr.Variable(dims, self.wrap(extension), attrs)

    def finish(self) -> xr.Dataset:
        """Add the spatial coordinates and the attributes of the whole."""
        for row in COORDINATES:
            extension = self.raw.extensions.get(row.extension)
            if extension is None or row.channel not in extension.channels:
                continue
            if row.name == "r_re" and not self.raw.primary.text("REFF"):
                continue  # the DAP leaves arcsec in R/Re when it has no R_e
            check_channels(self.raw.path, extension.name, len(extension.data), extension.channels)
            at = extension.channels.index(row.channel)
            unit = _channel_unit(extension, at)
            attrs = {"long_name": row.long_name, **({"units": unit} if unit else {})}
            dims = self._spatial_dims(extension)
            self.coords[row.name] = xr.Variable(dims, self.wrap(extension, at), attrs)
        self._pixel_coordinates()
        self._refuse_taken_names()
        attrs = dataset_attributes(self.raw)
        dataset = xr.Dataset(self.variables, coords=self.coords, attrs=attrs)
        _pair(dataset)
        return dataset

    def _pixel_coordinates(self) -> None:
        axes = (("y", "North", -2), ("x", "West", -1))
        for name, direction, axis in axes if self.shape else ():
            attrs = {"long_name": f"spaxel index, increasing to the {direction}"}
            self.coords[name] = xr.Variable((name,), np.arange(self.shape[axis]), attrs)

    def _refuse_taken_names(self) -> None:
        """Refuse an extension that is called, or has a dimension called, as something else is."""
        dims = {dim for variable in self.variables.values() for dim in variable.dims}
        maps = {name for name, coord in self.coords.items() if coord.dims != (name,)}
        for name, variable in self.variables.items():
            if name in self.coords or name in dims or maps.intersection(variable.dims):
                msg = (
                    f"{self.raw.path}: extension {str(name).upper()} has the name of a "
                    f"coordinate or dimension: rename it, or leave it out with variables="
                )
                raise NotMapsError(msg)

    def _spatial_dims(self, extension: RawExtension) -> tuple[str, str]:
        """Name the last two dimensions: those of the spaxels, for every known extension."""
        shape = extension.data.shape[-2:]
        if shape == self.shape:
            return ("y", "x")
        if find_extension(extension.name) is not None:
            msg = (
                f"{self.raw.path}: extension {extension.name} has {shape[0]} x {shape[1]} "
                f"spaxels, others {self.shape[0]} x {self.shape[1]}: the file is damaged or edited"
            )
            raise NotMapsError(msg)
        name = extension.name.lower()
        return (f"{name}_y", f"{name}_x")

    def _channel_dims(self, extension: RawExtension) -> tuple[str, ...]:
        """Name a cube's leading dimension, and add the coordinate that goes with it."""
        if extension.data.ndim == 2:
            return ()
        row = find_extension(extension.name)
        own = f"{extension.name.lower()}_channel"
        dim = (row.channels if row is not None else "") or own
        if dim in _UNLABELLED:
            return (dim,)
        if len(extension.channels) != extension.data.shape[0]:
            return (own,)  # planes without names must not take another extension's
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
        return (dim,)

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
            shared = self.coords.get(f"{dim}_unit")
            differs = shared is not None and not np.array_equal(shared.values, units)
            name = f"{extension.name.lower()}_unit" if differs else f"{dim}_unit"
            self.coords[name] = xr.Variable((dim,), np.array(units))


def _spatial_shape(raw: RawMaps) -> tuple[int, ...]:
    """Return the shape (y, x) of the first extension that releases have; else of the first."""
    extensions = sorted(raw.extensions.values(), key=lambda e: find_extension(e.name) is None)
    return extensions[0].data.shape[-2:] if extensions else ()


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


def _pair(dataset: xr.Dataset) -> None:
    """Name, in CF's way, the variables that go with each, where they are present."""
    for variable in dataset.data_vars.values():
        names = [variable.attrs.get(key, "") for key in ("ivar", "mask")]
        present = [name for name in names if name in dataset]
        if present:
            variable.attrs["ancillary_variables"] = " ".join(present)
