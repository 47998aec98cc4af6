"""Opening MAPS files: by galaxy, or by path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import xarray as xr

from mangaxr.datamodel.releases import DEFAULT_RELEASE
from mangaxr.location import locate
from mangaxr.maps.backend import MangaxrBackend
from mangaxr.maps.dataset import build_dataset
from mangaxr.maps.stream import read_maps
from mangaxr.maps.variables import (
    coordinate_extensions,
    optional_extensions,
    variable_extensions,
)
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.local import find_maps

__all__ = ["Chunks", "load_maps_file", "open_maps", "open_maps_file"]

Chunks = int | Mapping[Any, Any] | Literal["auto"] | None


def open_maps(
    plate: str | int | PlateIFU,
    ifu: str | int | None = None,
    *,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
    variables: Iterable[str] | None = None,
    sas: str | os.PathLike[str] | None = None,
    chunks: Chunks = None,
    verify: bool = False,
    download: bool = False,
) -> xr.Dataset:
    """Open the MAPS file of a galaxy in the local SAS tree, lazily.

    Parameters
    ----------
    plate, ifu
        ``open_maps(8138, 12704)`` or ``open_maps("8138-12704")``.
    release
        ``"DR17"``, ``"DR15"`` ... or its MPL name.
    daptype
        Binning and templates; the release's recommended one by default.
    variables
        Names of the variables to open; all by default. Fewer read less of the file.
    sas
        Root of the SAS tree; ``$SAS_BASE_DIR`` or ``~/sas`` by default.
    chunks
        As in `xarray.open_dataset`: dask arrays, whose tasks carry the path.
    verify
        Check the gzip CRC and the FITS checksums of the whole file.
    download
        Fetch the file into the tree if it is not there; see `mangaxr.download`.

    Returns
    -------
    xarray.Dataset
        Dimensions ``line, y, x``; see the maps specification.

    Raises
    ------
    BadPlateIFUError
        If the text does not name a galaxy.
    MissingFileError
        If the file is not in the tree; the message holds the path, the URL, and the
        command that fetches it.
    DownloadError
        If it was to be fetched, and could not be.
    CorruptFileError, NotMapsError, MissingExtensionError, UnknownNameError
        As `open_maps_file`.

    Examples
    --------
    >>> import mangaxr
    >>> survey = mangaxr.synthetic.example_survey()
    >>> ds = mangaxr.open_maps("8001-1901", sas=survey)
    >>> ds.emline_gflux.sel(line="Ha-6564").dims
    ('y', 'x')
    """
    galaxy = PlateIFU.parse(plate, ifu)
    if download:
        # The HTTP library takes a tenth of a second to import; who reads need not wait.
        from mangaxr.sas.download import fetch_maps

        fetch_maps(galaxy, sas=sas, release=release, daptype=daptype)
    path = find_maps(galaxy, sas=sas, release=release, daptype=daptype)
    return open_maps_file(path, variables=variables, chunks=chunks, verify=verify)


def open_maps_file(
    path: str | os.PathLike[str],
    *,
    variables: Iterable[str] | None = None,
    chunks: Chunks = None,
    verify: bool = False,
) -> xr.Dataset:
    """Open any MAPS file, ``.fits`` or ``.fits.gz``, lazily.

    A compressed file is inflated once: opening it walks the stream for the headers and
    keeps what it inflated in a bounded cache until the planes are used.

    Parameters
    ----------
    path
        The file; also a URL that fsspec knows.
    variables, chunks, verify
        As in `open_maps`.

    Returns
    -------
    xarray.Dataset
        Variables are the EXTNAMEs in lower case, coordinates and attributes as the maps
        specification says.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If the file is truncated, damaged or not FITS.
    NotMapsError
        If it is a FITS file of another kind, or its header names another galaxy.
    MissingExtensionError
        If it lacks a variable that was asked for.
    UnknownNameError
        If no release has a variable of that name.
    """
    return xr.open_dataset(
        str(locate(path)), engine=MangaxrBackend, chunks=chunks, variables=variables, verify=verify
    )


def load_maps_file(
    path: str | os.PathLike[str],
    *,
    variables: Iterable[str] | None = None,
    verify: bool = False,
) -> xr.Dataset:
    """Read a MAPS file into memory at once, without the cache.

    Parameters, result and errors are those of `open_maps_file`. With ``variables`` the
    reader stops as soon as they are in.
    """
    wanted = None if variables is None else variable_extensions(variables)
    read = None if wanted is None else dict.fromkeys((*coordinate_extensions(), *wanted))
    raw = read_maps(path, read, optional=optional_extensions(wanted), verify=verify)
    keep = None if wanted is None else frozenset(wanted)
    return build_dataset(raw, lambda extension, plane=None, /: extension.native(plane), keep=keep)
