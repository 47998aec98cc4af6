"""Opening the survey's catalogues."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from mangaxr.catalog.reading.dataset import build_catalog
from mangaxr.catalog.reading.join import IDENTITY, align
from mangaxr.catalog.reading.table import BinTable, Header, first_header, open_table
from mangaxr.datamodel.releases import (
    DEFAULT_RELEASE,
    Release,
    find_release,
    release_of_versions,
)
from mangaxr.errors import CatalogError, MissingFileError
from mangaxr.location import is_local
from mangaxr.sas.layout import check_daptype, dapall_path, drpall_path
from mangaxr.sas.local import sas_root

__all__ = ["CatalogFile", "open_catalog"]

CatalogFile = str | os.PathLike[str] | Literal[False] | None
"""A path; False to do without the file; None to look for it in the SAS tree."""

_DAPALL_TABLE = "DAPALL"
"""The table of all analyses together that DR15 has in place of one for each."""

_DRPALL_TABLE = "MANGA"
_NONE = "none"
_VERSIONS = {"drp_version": "VERSDRP3", "dap_version": "VERSDAP"}


def open_catalog(
    *,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
    columns: str | Iterable[str] | None = None,
    dapall: CatalogFile = None,
    drpall: CatalogFile = None,
) -> xr.Dataset:
    """Open DAPall and DRPall as one table of galaxies, lazily.

    A column is read when it is first used, and kept; columns that are asked for by name are
    read at once, in one pass. Where both files have a column, DAPall's
    value is taken; galaxies that only DRPall has are there too, after the others. A galaxy
    without a value has NaN, -999 in a column of integers (their ``no_value``), empty text,
    or False; so do columns that the DAP measures where it did not complete (``dapdone``).

    Parameters
    ----------
    sas
        Root of the SAS tree; ``$SAS_BASE_DIR`` or ``~/sas`` by default.
    release
        ``"DR17"``, ``"DR15"`` ... or its MPL name: which files to look for. A file given by
        its path says itself which release it is of.
    daptype
        Binning and templates; the release's recommended one by default.
    columns
        Names, in either case, of the columns to open; all by default.
    dapall, drpall
        Path of a file that is elsewhere; False to do without it. Of two files that are
        looked for, one may be absent.

    Returns
    -------
    xarray.Dataset
        Dimension ``galaxy``, labelled by plate and IFU, with the coordinates ``plate``,
        ``ifudesign`` and ``mangaid``; vectors are labelled along ``line`` (Gaussian fits),
        ``moment_line`` (summed fluxes), ``spectral_index``, ``band``, ``radius_bin`` or
        ``nsa_band``. Attributes name the release, the DAPTYPE and the files, and
        ``conflicts`` between them if there are any.

    Raises
    ------
    MissingFileError
        If neither file is there, or one that was given by its path is not.
    CorruptFileError
        If a file is truncated, damaged or not FITS.
    CatalogError
        If a file has no table of the DAPTYPE or no such column, or its rows or vectors
        cannot be told apart.
    UnknownNameError
        If the release or DAPTYPE is not one.

    Examples
    --------
    >>> from mangaxr.synthetic import example_survey
    >>> catalog = open_catalog(sas=example_survey())
    >>> catalog.galaxy.values.tolist()
    ['8001-1901', '8001-1902', '8002-1901']
    >>> halpha = catalog.emline_gflux_1re.sel(line="Ha-6564")
    >>> halpha.dims, halpha.units
    (('galaxy',), '1e-17 erg / (s cm2)')
    >>> few = open_catalog(sas=example_survey(), columns=["z", "NSA_ELPETRO_BA"])
    >>> list(few.data_vars)
    ['z', 'nsa_elpetro_ba']
    """
    root, known = sas_root(sas), find_release(release)
    if not is_local(root):
        msg = f"{root}: catalogs are read from this machine: bring them with `mangaxr download`"
        raise CatalogError(msg)
    analysed = _find(dapall, dapall_path(root, known))
    stated = _release_of(dapall, known)
    kind = check_daptype(daptype, stated or known)
    # DAPall given by its path may be of another release: so is the DRPall to look for.
    reduced = _find(drpall, drpall_path(root, stated or known))
    if analysed is None and reduced is None:
        raise MissingFileError(_nowhere(root, known, dapall, drpall))
    dap = None if analysed is None else open_table(analysed, kind, _DAPALL_TABLE)
    drp = None if reduced is None else open_table(reduced, _DRPALL_TABLE)
    if columns is not None:
        columns = [columns] if isinstance(columns, str) else list(columns)
        dap, drp = (table and _read_ahead(table, columns) for table in (dap, drp))
    dataset = build_catalog(*align(dap, drp, kind), columns)
    if columns is not None:
        dataset = dataset.load()
    facts: dict[str, Any] = {"title": "MaNGA galaxies: DAPall and DRPall"}
    if stated is not None:
        facts["release"] = stated.name
    if dap is not None:
        facts |= {"daptype": kind, **_versions(dap.header)}
    facts |= {"dapall": _name(dap), "drpall": _name(drp)}
    return dataset.assign_attrs({**facts, **dataset.attrs})


def _read_ahead(table: BinTable, columns: Iterable[str]) -> BinTable:
    """Read what is asked for together with what tells the galaxies apart."""
    return table.with_columns((*IDENTITY, *(name.strip().lower() for name in columns)))


def _find(given: CatalogFile, expected: Path) -> Path | None:
    """Return the file to open; None for none."""
    if given is False:
        return None
    if given is not None:
        return Path(given).expanduser()
    candidates = (expected, expected.with_name(f"{expected.name}.gz"))
    return next((path for path in candidates if path.is_file()), None)


def _release_of(dapall: CatalogFile, asked_for: Release) -> Release | None:
    """Tell the release; None for a run of the DAP that is no public release's."""
    if dapall is None or dapall is False:
        return asked_for
    versions = _versions(first_header(dapall))
    if len(versions) < len(_VERSIONS):
        return asked_for
    pair = tuple(versions.values())
    if pair == (asked_for.drp, asked_for.dap):
        return asked_for  # DR15 and DR16 are the same files
    name = release_of_versions(*pair)
    return find_release(name) if name else None


def _versions(header: Header) -> dict[str, str]:
    return {name: str(header[key]) for name, key in _VERSIONS.items() if key in header}


def _name(table: BinTable | None) -> str:
    return _NONE if table is None else table.path.name


def _nowhere(root: Path, release: Release, dapall: CatalogFile, drpall: CatalogFile) -> str:
    pairs = ((dapall, dapall_path(root, release)), (drpall, drpall_path(root, release)))
    tried = [str(path) for given, path in pairs if given is None]
    if not tried:
        return "no catalogue to open: both dapall and drpall are False"
    other = "" if release.name == DEFAULT_RELEASE else f" --release {release.name}"
    return (
        f"no catalogue of {release.name}: there is no {' and no '.join(tried)}: run 'mangaxr "
        f"download --what dapall,drpall{other} --sas {root}', or name the root of your SAS tree "
        f"with sas= (--sas) or $SAS_BASE_DIR"
    )
