"""Paths and URLs of the Science Archive Server (SAS), as pure functions.

Source: mangadap ``config/defaults.py`` (``dap_method_path``) and the public tree of
``data.sdss.org/sas``.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from mangaxr.datamodel.releases import Release
from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU

__all__ = [
    "MAPS_NAME",
    "analysis_dir",
    "check_daptype",
    "dapall_path",
    "drpall_path",
    "maps_name",
    "maps_path",
]

MAPS_NAME = re.compile(
    r"manga-(?P<plate>[0-9]+)-(?P<ifu>[0-9]+)-MAPS-(?P<daptype>[A-Za-z0-9._-]+?)\.fits(?:\.gz)?"
)
"""Pattern of a MAPS file's name."""

_DAPTYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def analysis_dir(release: Release) -> PurePosixPath:
    """Directory of the DAP's products, relative to the SAS root.

    Examples
    --------
    >>> from mangaxr.datamodel.releases import find_release
    >>> print(analysis_dir(find_release("DR17")))
    dr17/manga/spectro/analysis/v3_1_1/3.1.0
    """
    manga = PurePosixPath(release.name.lower(), "manga", "spectro")
    return manga / "analysis" / release.drp / release.dap


def check_daptype(daptype: str | None, release: Release) -> str:
    """Return the analysis type to use: the one given, or the release's default.

    A type the release does not list is allowed, since people run the DAP themselves;
    one that could not be a directory name is not.

    Raises
    ------
    UnknownNameError
        If the text cannot be a DAPTYPE.
    """
    if daptype is None:
        return release.default_daptype
    if not _DAPTYPE.fullmatch(daptype):
        msg = (
            f"{daptype!r} cannot be a DAPTYPE: expected a name such as "
            f"{release.default_daptype!r} ({release.name} has {', '.join(release.daptypes)})"
        )
        raise UnknownNameError(msg)
    return daptype


def maps_name(plateifu: PlateIFU, daptype: str) -> str:
    """File name of a MAPS file.

    Examples
    --------
    >>> maps_name(PlateIFU(8138, 12704), "HYB10-MILESHC-MASTARSSP")
    'manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz'
    """
    return f"manga-{plateifu}-MAPS-{daptype}.fits.gz"


def maps_path(root: str | Path, release: Release, plateifu: PlateIFU, daptype: str) -> Path:
    """Path of a MAPS file below a local SAS root."""
    folder = analysis_dir(release) / daptype / str(plateifu.plate) / str(plateifu.ifu)
    return Path(root, folder, maps_name(plateifu, daptype))


def dapall_path(root: str | Path, release: Release) -> Path:
    """Path of the DAPall catalogue below a local SAS root."""
    name = f"dapall-{release.drp}-{release.dap}.fits"
    return Path(root, analysis_dir(release), name)


def drpall_path(root: str | Path, release: Release) -> Path:
    """Path of the DRPall catalogue below a local SAS root."""
    folder = PurePosixPath(release.name.lower(), "manga", "spectro", "redux", release.drp)
    return Path(root, folder, f"drpall-{release.drp}.fits")
