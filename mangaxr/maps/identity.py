"""Checks that a file is a MAPS file, of the galaxy that its name says, with what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mangaxr.datamodel.extensions import EXTENSIONS, find_extension
from mangaxr.datamodel.keywords import DAPFRMT
from mangaxr.errors import MissingExtensionError, NotMapsError
from mangaxr.fits.cards import Cards
from mangaxr.fits.walk import HDUStart
from mangaxr.sas.layout import MAPS_NAME

__all__ = [
    "check_channels",
    "check_has_extensions",
    "check_identity",
    "check_is_maps",
    "check_map",
]

_FIRST_EXTENSION = EXTENSIONS[0].name

MAX_SIDE = 1024
"""Spaxels along a side of a map; the survey's widest have 80."""


def check_identity(path: Path, primary: Cards) -> None:
    """Refuse a file whose header names another galaxy than its file name.

    Raises
    ------
    NotMapsError
        If the two differ. A file of another name is taken at its header's word.
    """
    match = MAPS_NAME.fullmatch(path.name)
    stated = primary.text("PLATEIFU")
    if match is None or not stated:
        return
    named = f"{match['plate']}-{match['ifu']}"
    if named != stated:
        msg = (
            f"{path}: the name says {named}, the primary header PLATEIFU = {stated!r}: "
            f"rename the file, or download {named} again"
        )
        raise NotMapsError(msg)


def check_is_maps(path: Path, primary: Cards, first_extension: str) -> None:
    """Refuse a FITS file of another kind, once its first extension is known.

    Raises
    ------
    NotMapsError
        If neither DAPFRMT nor the first extension are those of a MAPS file, or if the
        header does not name the galaxy.
    """
    dapfrmt = primary.text("DAPFRMT")
    if dapfrmt != DAPFRMT and (dapfrmt or first_extension != _FIRST_EXTENSION):
        found = f"DAPFRMT = {dapfrmt!r}" if dapfrmt else f"first extension {first_extension}"
        msg = (
            f"{path}: not a MAPS file ({found}; expected DAPFRMT = {DAPFRMT!r} and first "
            f"extension {_FIRST_EXTENSION}): give the file with -MAPS- in its name"
        )
        raise NotMapsError(msg)
    if not primary.text("PLATEIFU"):
        msg = f"{path}: the primary header has no PLATEIFU: not a MaNGA MAPS file"
        raise NotMapsError(msg)


def check_map(path: Path, hdu: HDUStart) -> None:
    """Refuse an extension whose numbers are not those of a MAPS file.

    Raises
    ------
    NotMapsError
        If the numbers stand for others by BSCALE or BZERO; if a mask or bin numbers are not
        whole, or other known maps are; or if a known map is wider than any bundle's.
    """
    for keyword, neutral in (("BSCALE", 1), ("BZERO", 0)):
        value = hdu.cards.get(keyword)
        if value not in (None, neutral):
            msg = (
                f"{path}: extension {hdu.name} is scaled ({keyword} = {value!r}), which MAPS "
                f"files are not: write its values as they are, as float32 or int32"
            )
            raise NotMapsError(msg)
    row = find_extension(hdu.name)
    if row is None:
        return
    whole = row.role == "mask" or row.channels == "bin_step"
    if (hdu.bitpix > 0) != whole:
        msg = (
            f"{path}: extension {hdu.name} has BITPIX = {hdu.bitpix}, expected "
            f"{'32: bits or numbers' if whole else '-32: measured values'}; the file is damaged "
            f"or edited"
        )
        raise NotMapsError(msg)
    if max(hdu.shape[-2:]) > MAX_SIDE:
        msg = (
            f"{path}: extension {hdu.name} has maps of {hdu.shape[-2]} x {hdu.shape[-1]} spaxels: "
            f"more than {MAX_SIDE} along a side is not believed"
        )
        raise NotMapsError(msg)


def check_channels(path: Path, name: str, planes: int, channels: Sequence[str]) -> None:
    """Refuse an extension that has other than as many planes as it names.

    Raises
    ------
    NotMapsError
        If the numbers differ.
    """
    if len(channels) != planes:
        msg = (
            f"{path}: extension {name} has {planes} planes and names {len(channels)}: which is "
            f"which cannot be told; the file was edited"
        )
        raise NotMapsError(msg)


def check_has_extensions(path: Path, seen: Mapping[str, HDUStart], missing: str) -> None:
    """Refuse a file without extensions, or without one that is needed.

    Parameters
    ----------
    path
        The file.
    seen
        Its extensions by name.
    missing
        Name of an extension that was wanted and not kept; empty if there is none.

    Raises
    ------
    NotMapsError
        If there are no extensions at all.
    MissingExtensionError
        If one is missing; the message says whether the file lacks it or it is empty.
    """
    if not seen:
        msg = f"{path}: not a MAPS file: it has a primary header but no extension"
        raise NotMapsError(msg)
    if not missing:
        return
    hdu = seen.get(missing)
    if hdu is None:
        state = "is missing"
    else:
        state = "is not a map" if hdu.data_size else "is empty (analysis switched off)"
    msg = (
        f"{path}: extension {missing} {state}: choose channels that do not need it, or a file "
        f"of another DAPTYPE (it has {len(seen)} extensions)"
    )
    raise MissingExtensionError(msg)
