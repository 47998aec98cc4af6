"""The channels a tensor can have: one row each, and families that any line can fill.

A channel is a map of the file, the unit it has in the store, and the way it is averaged
over the area of an output pixel.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mangaxr.datamodel.extensions import find_extension
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import LINES
from mangaxr.datamodel.units import astropy_unit
from mangaxr.errors import UnknownNameError
from mangaxr.maps.stream import merge_wanted

__all__ = [
    "CHANNELS",
    "DEFAULT_CHANNELS",
    "FAMILIES",
    "Channel",
    "Family",
    "Quantity",
    "parse_channel",
    "parse_channels",
    "wanted_planes",
]

Quantity = Literal["surface_brightness", "velocity", "dispersion", "ratio"]
"""How a map is averaged.

``surface_brightness``: divided by the spaxel's area, then the mean over the measured area.
``velocity``: mean weighted by the light that carries it. ``dispersion``: root of the
weighted mean of the squared, corrected dispersion. ``ratio``: mean weighted by the
continuum (equivalent widths and indices).
"""

SURFACE_BRIGHTNESS = "1e-17 erg / (s cm2 arcsec2)"
DENSITY_BRIGHTNESS = "1e-17 erg / (s cm2 Angstrom arcsec2)"


@dataclass(frozen=True, slots=True)
class Family:
    """Channels that differ only in the line or index they are of.

    Parameters
    ----------
    name
        The word before the colon in ``flux:Ha-6564``; of a single map, its channel's name.
    long_name
        What it is; ``{}`` stands for the line.
    extension
        EXTNAME the values come from.
    quantity
        How it is averaged.
    units
        Unit in the store, as astropy writes it; empty: that of the spectral index.
    weight
        EXTNAME of the light that weights it, in the same line if that is a line map.
    """

    name: str
    long_name: str
    extension: str
    quantity: Quantity
    units: str
    weight: str = ""


FAMILIES: tuple[Family, ...] = (
    Family("flux", "{} flux", "EMLINE_GFLUX", "surface_brightness", SURFACE_BRIGHTNESS),
    Family("vel", "{} velocity", "EMLINE_GVEL", "velocity", "km / s", "EMLINE_GFLUX"),
    Family("sigma", "{} dispersion", "EMLINE_GSIGMA", "dispersion", "km / s", "EMLINE_GFLUX"),
    Family("ew", "{} equivalent width", "EMLINE_GEW", "ratio", "Angstrom", "SPX_MFLUX"),
    Family("index", "spectral index {}", "SPECINDEX", "ratio", "", "SPX_MFLUX"),
    Family("stellar_vel", "stellar velocity", "STELLAR_VEL", "velocity", "km / s", "SPX_MFLUX"),
    Family(
        "stellar_sigma", "stellar dispersion", "STELLAR_SIGMA", "dispersion", "km / s", "SPX_MFLUX"
    ),
    Family("g_flux", "g-band flux", "SPX_MFLUX", "surface_brightness", DENSITY_BRIGHTNESS),
)
"""Every kind of channel. The first five take a line or index after a colon."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a tensor.

    Parameters
    ----------
    name
        Its name in the store.
    family
        What kind of map it is.
    lines
        Channels of the extension that are added up (one, but for doublets); none for a
        single map.
    """

    name: str
    family: Family
    lines: tuple[str, ...] = ()

    @property
    def long_name(self) -> str:
        """Its description."""
        labels = {line.name: line.label for line in LINES}
        return self.family.long_name.format(" + ".join(labels.get(n, n) for n in self.lines))

    @property
    def units(self) -> str:
        """Unit of its physical values, as astropy writes it."""
        if self.family.units:
            return self.family.units
        fits_unit = {index.name: index.fits_unit for index in SPECTRAL_INDICES}
        return astropy_unit(fits_unit[self.lines[0]]) or "1"

    @property
    def line(self) -> str:
        """The line or lines it is of, as the store's coordinate; empty for a single map."""
        return "+".join(self.lines)

    def extensions(self) -> dict[str, tuple[str, ...] | None]:
        """Return the extensions it is computed from, and the channels of each.

        Values, inverse variance, mask, correction; weight with its own variance and mask.
        """
        wanted: dict[str, tuple[str, ...] | None] = {}
        for name in (self.family.extension, self.family.weight):
            row = find_extension(name) if name else None
            if row is None:
                continue
            lines = self.lines if row.channels else None
            wanted |= {part: lines for part in (row.name, row.ivar, row.mask) if part}
            # STELLAR_SIGMACORR is kept whole: a cube in DR17, a map in DR15.
            if row.correction and self.family.quantity == "dispersion":
                wanted[row.correction] = lines
        return wanted


CHANNELS: dict[str, str] = {
    "ha_flux": "flux:Ha-6564",
    "ha_vel": "vel:Ha-6564",
    "ha_sigma": "sigma:Ha-6564",
    "hb_flux": "flux:Hb-4862",
    "oiii_flux": "flux:OIII-5008",
    "nii_flux": "flux:NII-6585",
    "sii_flux": "flux:SII-6718+SII-6732",
    "ha_ew": "ew:Ha-6564",
    "stellar_vel": "stellar_vel",
    "stellar_sigma": "stellar_sigma",
    "d4000": "index:D4000",
    "dn4000": "index:Dn4000",
    "g_flux": "g_flux",
}
"""Channels with a name of their own -> the family and line they are."""

DEFAULT_CHANNELS = ("ha_flux", "ha_vel")

_FAMILIES = {family.name: family for family in FAMILIES}
_NAMES = {
    "line": tuple(line.name for line in LINES),
    "spectral_index": tuple(index.name for index in SPECTRAL_INDICES),
}
_MEMBERS: dict[str, tuple[str, ...]] = {
    row.name: _NAMES[row.channels]
    for family in FAMILIES
    if (row := find_extension(family.extension)) is not None and row.channels in _NAMES
}


def parse_channel(name: str) -> Channel:
    """Read the name of a channel.

    Parameters
    ----------
    name
        A name in `CHANNELS`, or ``FAMILY:LINE`` such as ``flux:OIII-5008``; several lines
        joined with ``+`` are added up where that has a meaning (fluxes).

    Raises
    ------
    UnknownNameError
        If there is no such channel, family or line; the message suggests near ones.

    Examples
    --------
    >>> parse_channel("ha_vel").line
    'Ha-6564'
    >>> parse_channel("flux:OIII-5008").units
    '1e-17 erg / (s cm2 arcsec2)'
    """
    family_name, _, text = CHANNELS.get(name, name).partition(":")
    family = _FAMILIES.get(family_name)
    if family is None or bool(text) != (family.extension in _MEMBERS):
        takes_line = [f"{f.name}:NAME" for f in FAMILIES if f.extension in _MEMBERS]
        close = difflib.get_close_matches(name, CHANNELS, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        msg = f"unknown channel {name!r}: use {', '.join((*CHANNELS, *takes_line))}{hint}"
        raise UnknownNameError(msg)
    lines = tuple(text.split("+")) if text else ()
    for line in lines:
        known = _MEMBERS[family.extension]
        if line not in known:
            near = difflib.get_close_matches(line, known, n=3) or list(known)
            msg = f"channel {name!r}: unknown line or index {line!r}: use {', '.join(near)}"
            raise UnknownNameError(msg)
    if len(set(lines)) < len(lines):
        msg = f"channel {name!r}: a line is given twice: its flux would count double"
        raise UnknownNameError(msg)
    if len(lines) > 1 and family.quantity != "surface_brightness":
        msg = f"channel {name!r}: only fluxes of several lines can be added up"
        raise UnknownNameError(msg)
    return Channel(name, family, lines)


def parse_channels(names: Iterable[str]) -> tuple[Channel, ...]:
    """Read several names; the order is kept.

    Raises
    ------
    UnknownNameError
        If one is unknown, none is given, one is given twice, or the names are one text.
    """
    if isinstance(names, str):
        msg = f"channels is the text {names!r}: give a list of names, such as [{names!r}]"
        raise UnknownNameError(msg)
    channels = tuple(parse_channel(name) for name in names)
    repeated = {c.name for c in channels if sum(c.name == d.name for d in channels) > 1}
    if repeated or not channels:
        what = f"{sorted(repeated)[0]!r} is given twice" if repeated else "none is given"
        msg = f"channels: {what}: name each channel once, such as {','.join(DEFAULT_CHANNELS)}"
        raise UnknownNameError(msg)
    return channels


def wanted_planes(channels: Iterable[Channel]) -> dict[str, tuple[str, ...] | None]:
    """Return every extension that some channels need, with the union of their lines."""
    return merge_wanted(channel.extensions() for channel in channels)
