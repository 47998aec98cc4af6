"""A table of a FITS file, of which only the columns and rows that are asked for are read."""

from __future__ import annotations

import dataclasses
import gzip
import io
import os
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from mangaxr.catalog.reading.fields import Field, field_of
from mangaxr.datamodel.catalogs import MISSING_WORD
from mangaxr.errors import CatalogError, CorruptFileError, MissingFileError, one_line

__all__ = ["BinTable", "Header", "first_header", "open_table"]

Header = Mapping[str, Any]
"""Cards of a table's header and of the file's first; the table's own go first."""

_BLOCK = 1 << 20
"""Bytes read at a time."""

_OF_COLUMNS = re.compile(r"T[A-Z]+[0-9]+|")
"""Keywords that describe one column, and blank ones."""

# What astropy raises about headers that make no sense, besides its own error.
_NONSENSE = (
    *(OSError, EOFError, zlib.error, fits.VerifyError, ValueError, TypeError, KeyError),
    *(IndexError, AttributeError, OverflowError, AssertionError, UnicodeError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinTable:
    """Where a table is in its file, and what its columns are; it holds no file open.

    A read goes through the rows in blocks: memory stays small, a column can be read while
    others are not, and a file that changes meanwhile is an error. (Mapped into memory, a
    file that shrinks ends the process; and it is hardly faster.)
    """

    path: Path
    name: str
    header: Header
    rows: int
    fields: Mapping[str, Field]
    record: np.dtype[np.void]
    offset: int
    stamp: tuple[int, int]
    loaded: Mapping[str, NDArray[Any]] = dataclasses.field(default_factory=dict)

    def with_columns(self, names: Iterable[str]) -> BinTable:
        """Return the table with some columns in memory, read in one pass through its rows.

        Parameters
        ----------
        names
            In lower case; those that the table does not have are passed over.
        """
        wanted = [name for name in dict.fromkeys(names) if name in self.fields]
        return dataclasses.replace(self, loaded=self._read(wanted, 0, self.rows))

    def read(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Read one column, or some consecutive rows of it.

        Parameters
        ----------
        name
            In lower case.
        start, stop
            Rows, counted from 0; to the end by default.

        Returns
        -------
        ndarray
            (row, ...), in the machine's byte order; integers are 64-bit, and -999 where
            the file says that they are null.

        Raises
        ------
        CorruptFileError
            If the file ends early, or has changed since it was opened.
        """
        stop = self.rows if stop is None else stop
        if name in self.loaded:
            return self.loaded[name][start:stop]
        return self._read([name], start, stop)[name]

    def _read(self, names: Sequence[str], start: int, stop: int) -> dict[str, NDArray[Any]]:
        fields = [self.fields[name] for name in names]
        size, count = self.record.itemsize, max(stop - start, 0)
        block = np.empty((max(1, _BLOCK // size), size), np.uint8)
        with self._data() as file:
            columns = [np.empty((count, *field.shape), field.stored.base) for field in fields]
            file.seek(start * size, os.SEEK_CUR)
            for first in range(0, count, len(block)):
                part = block[: count - first]
                if file.readinto(part.data) != part.nbytes:
                    raise CorruptFileError(self._ends_early())
                rows = part.view(self.record)[:, 0]
                for column, field in zip(columns, fields, strict=True):
                    column[first : first + len(part)] = rows[field.name]
        return {
            name: field.decode(column, missing=MISSING_WORD)
            for name, field, column in zip(names, fields, columns, strict=True)
        }

    def _ends_early(self) -> str:
        return f"{self.path}: the file ends within table {self.name}: it is truncated"

    @contextmanager
    def _data(self) -> Iterator[io.BufferedIOBase]:
        """Open the file at the table's first row."""
        if _stamp(self.path) != self.stamp:
            msg = f"{self.path}: the file has changed since it was opened: open it again"
            raise CorruptFileError(msg)
        if _is_compressed(self.path):
            size = self.rows * self.record.itemsize
            content = _inflated(self.path, self.stamp, self.offset, size)
            if len(content) < size:
                raise CorruptFileError(self._ends_early())
            yield io.BytesIO(content)
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            yield file


def open_table(path: str | os.PathLike[str], *names: str) -> BinTable:
    """Find a table in a FITS file, ``.fits`` or ``.fits.gz``.

    Parameters
    ----------
    path
        The file.
    names
        EXTNAMEs to look for; the first that is there is taken, or else the file's only
        table.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If it is truncated, damaged or not FITS.
    CatalogError
        If it has no such table; the message lists those it has.
    """
    file = Path(path).expanduser()
    with _reading(file) as (hdus, notes):
        found, present = _choose(hdus, names)
        table = None if found is None else _describe(file, hdus[0].header, found)
    if table is None:
        has = f"it has {', '.join(map(repr, present))}" if present else "it has no table"
        msg = f"{file}: no table {names[0]!r}: {has}"
        if notes:  # astropy passes over what it cannot read at the end of a file
            msg = f"{msg}, and what follows is damaged ({one_line(notes[0].message)})"
            raise CorruptFileError(msg)
        if _is_compressed(file):
            with _inflating(file) as stream:  # whose end it takes for the file's
                while stream.read(_BLOCK):
                    pass
        raise CatalogError(msg)
    needed = table.offset + table.rows * table.record.itemsize
    if not _is_compressed(file) and table.stamp[0] < needed:
        msg = (
            f"{file}: the file ends within table {table.name}: expected at least {needed} bytes, "
            f"found {table.stamp[0]}: it is truncated"
        )
        raise CorruptFileError(msg)
    return table


def first_header(path: str | os.PathLike[str]) -> Header:
    """Return the header that a FITS file begins with.

    Raises
    ------
    MissingFileError, CorruptFileError
        As `open_table`.
    """
    with _reading(Path(path).expanduser()) as (hdus, _):
        return _cards(hdus[0].header)


@contextmanager
def _reading(file: Path) -> Iterator[tuple[Any, list[warnings.WarningMessage]]]:
    """Open a file for its headers, with a list of what astropy warns of meanwhile."""
    if not file.is_file():
        msg = f"{file}: no such file"
        raise MissingFileError(msg)
    try:
        with (
            file.open("rb") as stream,  # astropy leaves open what it opens and cannot read
            warnings.catch_warnings(record=True, action="always") as notes,
            fits.open(stream, memmap=False) as hdus,
        ):
            yield hdus, notes
    except _NONSENSE as error:
        reason = one_line(error)
        msg = f"{file}: cannot be read as a FITS file ({reason}): it is damaged or of another kind"
        raise CorruptFileError(msg) from error


def _choose(hdus: Any, names: tuple[str, ...]) -> tuple[Any, list[str]]:
    """Return the table of one of the names, or the only one; None, and those there are."""
    tables: dict[str, Any] = {}
    for hdu in hdus:  # which reads on only as far as it has to
        if isinstance(hdu, fits.BinTableHDU):
            tables.setdefault(hdu.name.upper(), hdu)
            if hdu.name.upper() == names[0].upper():
                break
    wanted = [tables[name.upper()] for name in names if name.upper() in tables]
    chosen = wanted or (list(tables.values()) if len(tables) == 1 else [None])
    return chosen[0], list(tables)


def _describe(path: Path, primary: Any, hdu: Any) -> BinTable:
    record = hdu.columns.dtype.newbyteorder(">")
    fields: dict[str, Field] = {}
    for column in hdu.columns:
        field = field_of(column, record[column.name])
        if field is not None:
            fields.setdefault(field.name.lower(), field)
    if record.itemsize != hdu.header["NAXIS1"] or record.itemsize == 0:
        msg = f"columns of {record.itemsize} bytes in rows of {hdu.header['NAXIS1']}"
        raise ValueError(msg)
    return BinTable(
        path=path,
        name=hdu.name,
        header={**_cards(primary), **_cards(hdu.header)},
        rows=int(hdu.header["NAXIS2"]),
        fields=fields,
        record=record,
        offset=int(hdu.fileinfo()["datLoc"]),
        stamp=_stamp(path),
    )


def _cards(header: Any) -> dict[str, Any]:
    return {keyword: header[keyword] for keyword in header if not _OF_COLUMNS.fullmatch(keyword)}


def _stamp(path: Path) -> tuple[int, int]:
    """Return the size and time of a file, by which a change shows."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _is_compressed(path: Path) -> bool:
    return path.suffix == ".gz"


@contextmanager
def _inflating(path: Path) -> Iterator[gzip.GzipFile]:
    try:
        with gzip.open(path) as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: cannot be inflated ({error}): the file is damaged or truncated"
        raise CorruptFileError(msg) from error


@lru_cache(maxsize=2)
def _inflated(path: Path, _stamp: tuple[int, int], offset: int, size: int) -> bytes:
    """Inflate a table once, for all its columns."""
    with _inflating(path) as file:
        file.seek(offset)
        return file.read(size)
