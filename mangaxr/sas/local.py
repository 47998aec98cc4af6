"""Finding MAPS files on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from mangaxr.datamodel.releases import DEFAULT_RELEASE, find_release
from mangaxr.errors import MissingFileError
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import check_daptype, maps_path

__all__ = ["find_maps", "sas_root"]


def sas_root(sas: str | os.PathLike[str] | None = None) -> Path:
    """Return the local SAS root: the one given, else ``$SAS_BASE_DIR``, else ``~/sas``."""
    root = os.environ.get("SAS_BASE_DIR") if sas is None else sas
    return Path(root or "~/sas").expanduser()


def find_maps(
    plateifu: PlateIFU,
    *,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
) -> Path:
    """Find the MAPS file of a galaxy in the local SAS tree.

    Parameters
    ----------
    plateifu
        The galaxy.
    sas
        Root of the tree; see `sas_root`.
    release, daptype
        Which reduction; the release's recommended DAPTYPE by default.

    Returns
    -------
    Path
        The ``.fits.gz``, or the ``.fits`` beside where it would be.

    Raises
    ------
    MissingFileError
        If neither is there; the message holds the path that was tried.
    UnknownNameError
        If the release or DAPTYPE is not one.
    """
    known = find_release(release)
    path = maps_path(sas_root(sas), known, plateifu, check_daptype(daptype, known))
    for candidate in (path, path.with_suffix("")):
        if candidate.is_file():
            return candidate
    msg = (
        f"{plateifu}: no MAPS file at {path}: download it there, or name the root of your "
        f"SAS tree with sas= (--sas) or $SAS_BASE_DIR"
    )
    raise MissingFileError(msg)
