"""Checks that a file is a MAPS file, and of the galaxy that its name says."""

from __future__ import annotations

from pathlib import Path

from mangaxr.datamodel.extensions import EXTENSIONS
from mangaxr.datamodel.keywords import DAPFRMT
from mangaxr.errors import NotMapsError
from mangaxr.maps.cards import Cards
from mangaxr.sas.layout import MAPS_NAME

__all__ = ["check_identity", "check_is_maps"]

_FIRST_EXTENSION = EXTENSIONS[0].name


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
