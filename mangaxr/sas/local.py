"""Finding MAPS files on this machine."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from mangaxr.datamodel.releases import DEFAULT_RELEASE, Release, find_release
from mangaxr.errors import MissingFileError
from mangaxr.location import locate
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import check_daptype, maps_path, maps_url
from mangaxr.sas.missing import why_missing

__all__ = ["find_maps", "sas_root"]


def sas_root(sas: str | os.PathLike[str] | None = None) -> Path:
    """Return the SAS root: the one given, else ``$SAS_BASE_DIR``, else ``~/sas``.

    It may be a URL that fsspec knows; then files are read from there.
    """
    root = os.environ.get("SAS_BASE_DIR") if sas is None else sas
    return locate(root or "~/sas").expanduser()


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
        If neither is there; the message holds the path that was tried, the URL, and the
        command that fetches it.
    UnknownNameError
        If the release or DAPTYPE is not one.
    """
    known = find_release(release)
    wanted = check_daptype(daptype, known)
    path = maps_path(sas_root(sas), known, plateifu, wanted)
    for candidate in (path, path.with_suffix("")):
        if candidate.is_file():
            return candidate
    raise MissingFileError(_how_to_get(plateifu, known, wanted, path, sas))


def _how_to_get(
    plateifu: PlateIFU,
    release: Release,
    daptype: str,
    path: Path,
    sas: str | os.PathLike[str] | None,
) -> str:
    """Say that a file is not here, and how to have it."""
    reason = why_missing(release, plateifu, daptype)
    if reason:
        return f"{plateifu}: {release.name} has no MAPS file of it: {reason}"
    options = {
        "--sas": os.fspath(sas) if sas is not None else "",
        "--release": release.name if release.name != DEFAULT_RELEASE else "",
        "--daptype": daptype if daptype != release.default_daptype else "",
    }
    given = [word for option, value in options.items() if value for word in (option, value)]
    command = shlex.join(["mangaxr", "download", str(plateifu), *given])
    return (
        f"{plateifu}: no MAPS file at {path}: fetch it with `{command}` (or download=True), from "
        f"{maps_url(release, plateifu, daptype)}; or name the root of your SAS tree with sas= "
        f"(--sas) or $SAS_BASE_DIR"
    )
