"""Writing a catalog, or a ranking, to a file, and reading it again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import xarray as xr

from mangaxr.catalog.tables.columns import Table, from_table, to_table
from mangaxr.catalog.tables.formats import (
    import_pyarrow,
    read_csv,
    read_ecsv,
    read_parquet,
    write_csv,
    write_ecsv,
    write_parquet,
)
from mangaxr.catalog.tables.pick import GALAXY, pick_columns
from mangaxr.errors import CatalogError, MissingFileError, one_line

__all__ = ["TABLE_SUFFIXES", "check_table_path", "read_table", "write_table"]


@dataclass(frozen=True, slots=True)
class _Format:
    """How a kind of file is written and read."""

    write: Callable[[xr.Dataset, Path], None]
    read: Callable[[Path], xr.Dataset]


def _tabular(write: Callable[[Table, Path], None], read: Callable[[Path], Table]) -> _Format:
    return _Format(
        lambda dataset, path: write(to_table(dataset), path),
        lambda path: from_table(read(path), path),
    )


def _write_netcdf(dataset: xr.Dataset, path: Path) -> None:
    dataset.to_netcdf(path, engine="netcdf4")


def _read_netcdf(path: Path) -> xr.Dataset:
    try:
        found = xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError, KeyError) as error:
        reason = one_line(error)
        msg = f"{path}: cannot be read as a table ({reason}): expected netCDF"
        raise CatalogError(msg) from error
    if GALAXY not in found.coords or found[GALAXY].dims != (GALAXY,):
        msg = f"{path}: no coordinate {GALAXY}, which names the galaxies: it is no catalog"
        raise CatalogError(msg)
    return found


_FORMATS: Mapping[str, _Format] = MappingProxyType(
    {
        ".csv": _tabular(write_csv, read_csv),
        ".ecsv": _tabular(write_ecsv, read_ecsv),
        ".parquet": _tabular(write_parquet, read_parquet),
        ".nc": _Format(_write_netcdf, _read_netcdf),
    }
)

TABLE_SUFFIXES: tuple[str, ...] = tuple(_FORMATS)
"""Kinds of files that tables are written to and read from."""


def write_table(dataset: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write what a Dataset has over ``galaxy``, in the format that the file's name says.

    CSV holds numbers alone, with a column ``emline_gflux_1re_Ha-6564`` for each entry of a
    vector; ECSV and Parquet keep vectors, units and attributes; netCDF keeps everything.
    The file appears when it is complete, and the same Dataset gives the same bytes.

    Parameters
    ----------
    dataset
        A catalog or a ranking. Its labels become the column ``plateifu``.
    path
        Ends with ``.csv``, ``.ecsv``, ``.parquet`` or ``.nc``; a file that exists is
        replaced.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    CatalogError
        If the name ends otherwise, or the file cannot be written.
    MissingDependencyError
        If pyarrow, which Parquet needs, is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from mangaxr.catalog.reading.open import open_catalog
    >>> from mangaxr.synthetic import example_survey
    >>> catalog = open_catalog(sas=example_survey(), columns=["z"])
    >>> with TemporaryDirectory() as folder:
    ...     file = write_table(catalog, f"{folder}/sample.csv")
    ...     print(file.read_text(encoding="utf-8").splitlines()[0])
    plateifu,plate,ifudesign,mangaid,z
    """
    file = Path(path).expanduser()
    chosen = _format_of(file)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        chosen.write(dataset, partial)
        partial.replace(file)
    except OSError as error:
        msg = f"{file}: cannot be written ({error.strerror or error})"
        raise CatalogError(msg) from error
    finally:
        partial.unlink(missing_ok=True)
    return file


def check_table_path(path: str | os.PathLike[str]) -> None:
    """Make sure that a table could be written, before the work that fills it.

    Raises
    ------
    CatalogError
        If the name does not end like a table's, or its folder is not there.
    MissingDependencyError
        If pyarrow, which Parquet needs, is not installed.
    """
    file = Path(path).expanduser()
    chosen = _format_of(file)
    if chosen is _FORMATS[".parquet"]:
        import_pyarrow()
    if not file.parent.is_dir():
        msg = f"{file}: there is no folder {file.parent}"
        raise CatalogError(msg)


def read_table(
    path: str | os.PathLike[str], columns: str | Iterable[str] | None = None
) -> xr.Dataset:
    """Read a table of galaxies: what `write_table` wrote, or any with a column ``plateifu``.

    Parameters
    ----------
    path
        Ends with ``.csv``, ``.ecsv``, ``.parquet`` or ``.nc``.
    columns
        Names of the columns to keep; all by default.

    Returns
    -------
    xarray.Dataset
        Over ``galaxy``, in memory, in the order of the file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CatalogError
        If the name ends otherwise, the file is broken, or it names no galaxies or lacks
        a column.
    MissingDependencyError
        If pyarrow, which Parquet needs, is not installed.
    """
    file = Path(path).expanduser()
    chosen = _format_of(file)
    if not file.is_file():
        msg = f"{file}: no such table"
        raise MissingFileError(msg)
    found = chosen.read(file)
    if columns is None:
        return found
    return pick_columns(found, (columns,) if isinstance(columns, str) else columns)


def _format_of(file: Path) -> _Format:
    suffix = file.suffix.lower()
    if suffix not in _FORMATS:
        msg = f"{file}: a table ends with {', '.join(TABLE_SUFFIXES)}, not {suffix or 'nothing'!r}"
        raise CatalogError(msg)
    return _FORMATS[suffix]
