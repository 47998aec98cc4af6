"""Paths and URLs of the Science Archive Server (SAS), as pure functions.

Source: mangadap ``config/defaults.py`` (``dap_method_path``) and the public tree of
``data.sdss.org/sas``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

from mangaxr.datamodel.releases import Release
from mangaxr.errors import DownloadError, UnknownNameError
from mangaxr.location import locate
from mangaxr.plateifu import PlateIFU

__all__ = [
    "DEFAULT_BASE_URL",
    "MAPS_NAME",
    "PRODUCTS",
    "Product",
    "analysis_dir",
    "check_base_urls",
    "check_daptype",
    "dapall_path",
    "drpall_path",
    "join_url",
    "maps_name",
    "maps_path",
    "maps_url",
    "relative_maps_path",
]

DEFAULT_BASE_URL = "https://data.sdss.org/sas"
"""Where the public archive is."""

MAPS_NAME = re.compile(
    r"manga-(?P<plate>[0-9]+)-(?P<ifu>[0-9]+)-MAPS-(?P<daptype>[A-Za-z0-9._-]+?)\.fits(?:\.gz)?"
)
"""Pattern of a MAPS file's name."""

_IN_TREE = re.compile(
    r"(?:.*/)?(?P<relative>[^/]+/manga/spectro/analysis/[^/]+/[^/]+/(?P<daptype>[^/]+)"
    r"/(?P<plate>[0-9]+)/(?P<ifu>[0-9]+)/manga-(?P=plate)-(?P=ifu)-MAPS-(?P=daptype)"
    r"\.fits(?:\.gz)?)"
)

_DAPTYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@cache
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
    return locate(root) / str(PRODUCTS["maps"].relative(release, plateifu, daptype))


def relative_maps_path(path: Path) -> str:
    """Return the path of a MAPS file below the root of its tree; empty if it is in none.

    Examples
    --------
    >>> from mangaxr.datamodel.releases import find_release
    >>> path = maps_path("/sas", find_release("DR17"), PlateIFU(8138, 12704), "HYB10-X-Y")
    >>> relative_maps_path(path)
    'dr17/manga/spectro/analysis/v3_1_1/3.1.0/HYB10-X-Y/8138/12704/manga-8138-12704-MAPS-HYB10-X-Y.fits.gz'
    >>> relative_maps_path(Path("Downloads", path.name))
    ''
    """
    match = _IN_TREE.fullmatch(path.absolute().as_posix())
    return match["relative"] if match else ""


def dapall_path(root: str | Path, release: Release) -> Path:
    """Path of the DAPall catalogue below a local SAS root."""
    return locate(root) / str(_dapall(release))


def drpall_path(root: str | Path, release: Release) -> Path:
    """Path of the DRPall catalogue below a local SAS root."""
    return locate(root) / str(_drpall(release))


def maps_url(
    release: Release, plateifu: PlateIFU, daptype: str, *, base_url: str = DEFAULT_BASE_URL
) -> str:
    """URL of a MAPS file.

    Examples
    --------
    >>> from mangaxr.datamodel.releases import find_release
    >>> url = maps_url(find_release("DR17"), PlateIFU(8138, 12704), "HYB10-MILESHC-MASTARSSP")
    >>> url.startswith("https://data.sdss.org/sas/dr17/manga/spectro/analysis/v3_1_1/3.1.0/HYB10")
    True
    """
    return join_url(base_url, PRODUCTS["maps"].relative(release, plateifu, daptype))


def join_url(base_url: str, path: PurePosixPath | str) -> str:
    """Return the URL of a file whose path is relative to the SAS root."""
    return f"{base_url.rstrip('/')}/{path}"


def check_base_urls(base_urls: Iterable[str] | str) -> tuple[str, ...]:
    """Return the base URLs of servers, of which there may be one or several.

    Raises
    ------
    DownloadError
        If there is none, or one is not of the web.
    """
    urls = (base_urls,) if isinstance(base_urls, str) else tuple(base_urls)
    for url in urls:
        if not _is_web(url):
            msg = f"{url!r} is not a base URL: expected one such as {DEFAULT_BASE_URL}"
            raise DownloadError(msg)
    if not urls:
        msg = f"no base URL: give one such as {DEFAULT_BASE_URL}"
        raise DownloadError(msg)
    return urls


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    rest = parts.query or parts.fragment  # which a path cannot be added to
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not rest


def _galaxy_file(release: Release, plateifu: PlateIFU, daptype: str, name: str) -> PurePosixPath:
    # One path from one text: a ranking asks for thousands.
    folder = f"{analysis_dir(release)}/{daptype}/{plateifu.plate}/{plateifu.ifu}"
    return PurePosixPath(f"{folder}/{name}")


def _redux_dir(release: Release) -> PurePosixPath:
    return PurePosixPath(release.name.lower(), "manga", "spectro", "redux", release.drp)


def _maps(release: Release, plateifu: PlateIFU, daptype: str) -> PurePosixPath:
    return _galaxy_file(release, plateifu, daptype, maps_name(plateifu, daptype))


def _modelcube(release: Release, plateifu: PlateIFU, daptype: str) -> PurePosixPath:
    name = f"manga-{plateifu}-LOGCUBE-{daptype}.fits.gz"
    return _galaxy_file(release, plateifu, daptype, name)


def _cube(release: Release, plateifu: PlateIFU, _daptype: str) -> PurePosixPath:
    stack = _redux_dir(release) / str(plateifu.plate) / "stack"
    return stack / f"manga-{plateifu}-LOGCUBE.fits.gz"


def _dapall(release: Release) -> PurePosixPath:
    return analysis_dir(release) / f"dapall-{release.drp}-{release.dap}.fits"


def _drpall(release: Release) -> PurePosixPath:
    return _redux_dir(release) / f"drpall-{release.drp}.fits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A kind of file that the archive has.

    Parameters
    ----------
    name
        What a user calls it.
    meaning
        What it holds.
    per_galaxy
        Whether there is one for each galaxy, or one for the release.
    of_dap
        Whether it exists only where the DAP could analyse the galaxy.
    relative
        Path below the SAS root, from release, galaxy and DAPTYPE.
    """

    name: str
    meaning: str
    per_galaxy: bool
    of_dap: bool = False
    relative: Callable[[Release, PlateIFU, str], PurePosixPath]


_ROWS = (
    Product(name="maps", meaning="maps of the DAP", per_galaxy=True, of_dap=True, relative=_maps),
    Product(
        name="modelcube",
        meaning="model cube of the DAP",
        per_galaxy=True,
        of_dap=True,
        relative=_modelcube,
    ),
    Product(name="cube", meaning="data cube of the DRP", per_galaxy=True, relative=_cube),
    Product(
        name="dapall",
        meaning="catalogue of the DAP",
        per_galaxy=False,
        relative=lambda release, _galaxy, _daptype: _dapall(release),
    ),
    Product(
        name="drpall",
        meaning="catalogue of the DRP",
        per_galaxy=False,
        relative=lambda release, _galaxy, _daptype: _drpall(release),
    ),
)

PRODUCTS: Mapping[str, Product] = MappingProxyType({row.name: row for row in _ROWS})
"""Product by name."""
