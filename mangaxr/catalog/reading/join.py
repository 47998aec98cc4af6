"""DAPall and DRPall as one: which row of each is which galaxy, and columns of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from mangaxr.catalog.reading.fields import Kind
from mangaxr.catalog.reading.table import BinTable
from mangaxr.datamodel.catalogs import MISSING_WORD, CatalogColumn
from mangaxr.errors import BadPlateIFUError, CatalogError
from mangaxr.fits.indexing import take
from mangaxr.plateifu import PlateIFU

__all__ = ["IDENTITY", "JoinedColumn", "Source", "align", "disagreements"]

Rows = NDArray[np.intp]

IDENTITY = ("plateifu", "daptype", "dapdone", "mangaid")
"""Columns that are read whatever is asked for."""

_BLANK: Mapping[Kind, Any] = {"bool": False, "int": MISSING_WORD, "float": np.nan, "text": ""}
"""What stands for no value."""

_SAME = 1e-6
"""Relative difference within which two floats agree: one catalogue may have rounded to 4 bytes."""

_EVERYTHING = indexing.BasicIndexer((slice(None),))


@dataclass(frozen=True, slots=True)
class Source:
    """A catalogue: its table, and the row that each galaxy has in it.

    Parameters
    ----------
    name
        Which of the two.
    table
        Where it is.
    rows
        Row of each galaxy; -1 for one that it does not have.
    measured
        The same with -1 also where the DAP has not measured the galaxy.
    """

    name: Literal["dapall", "drpall"]
    table: BinTable
    rows: Rows
    measured: Rows

    def rows_with(self, column: CatalogColumn | None) -> Rows:
        """Return the row of each galaxy that has a value of a column."""
        return self.measured if column is not None and column.measured else self.rows


def align(
    dapall: BinTable | None, drpall: BinTable | None, daptype: str
) -> tuple[tuple[PlateIFU, ...], tuple[Source, ...]]:
    """Find the galaxies of both catalogues.

    Parameters
    ----------
    dapall, drpall
        Either may be absent.
    daptype
        The analysis whose rows of `dapall` count, if it holds several.

    Returns
    -------
    galaxies : tuple of PlateIFU
        Those of DAPall in its order, then those that only DRPall has.
    sources : tuple of Source
        DAPall first.

    Raises
    ------
    CatalogError
        If a row names no galaxy, a galaxy has two rows, or there are none of `daptype`.
    """
    place: dict[PlateIFU, int] = {}
    found: list[tuple[Literal["dapall", "drpall"], BinTable, Mapping[PlateIFU, int]]] = []
    if dapall is not None:
        found.append(("dapall", dapall, _galaxies(dapall, _rows_of(dapall, daptype))))
    if drpall is not None:
        found.append(("drpall", drpall, _galaxies(drpall, np.arange(drpall.rows))))
    for _, _, rows in found:
        for galaxy in rows:
            place.setdefault(galaxy, len(place))
    sources = []
    for name, table, rows in found:
        row = np.array([rows.get(galaxy, -1) for galaxy in place], dtype=np.intp)
        sources.append(Source(name, table, row, _measured(table, row)))
    return tuple(place), tuple(sources)


def _rows_of(dapall: BinTable, daptype: str) -> Rows:
    """Return the rows of an analysis: DR15's table holds several, a table of DR17 one."""
    if dapall.name.upper() == daptype.upper() or "daptype" not in dapall.fields:
        return np.arange(dapall.rows)
    present = dapall.read("daptype")
    chosen = np.flatnonzero(present == daptype)
    if dapall.rows and not chosen.size:
        known = ", ".join(map(repr, np.unique(present).tolist()))
        msg = (
            f"{dapall.path}: table {dapall.name} has no row of DAPTYPE {daptype!r}: it has {known}"
        )
        raise CatalogError(msg)
    return chosen


def _galaxies(table: BinTable, rows: Rows) -> dict[PlateIFU, int]:
    """Map galaxies to their rows."""
    if "plateifu" not in table.fields or table.fields["plateifu"].kind != "text":
        msg = f"{table.path}: table {table.name} has no column of text PLATEIFU: it is no catalogue"
        raise CatalogError(msg)
    names = table.read("plateifu")
    found: dict[PlateIFU, int] = {}
    for row in rows.tolist():
        try:
            galaxy = PlateIFU.parse(str(names[row]))
        except BadPlateIFUError as error:
            msg = f"{table.path}: table {table.name}, row {row + 1}: {error}"
            raise CatalogError(msg) from error
        if found.setdefault(galaxy, row) != row:
            msg = (
                f"{table.path}: table {table.name} has {galaxy} twice, in rows "
                f"{found[galaxy] + 1} and {row + 1}: expected one row per galaxy"
            )
            raise CatalogError(msg)
    return found


def _measured(table: BinTable, rows: Rows) -> Rows:
    field = table.fields.get("dapdone")
    if field is None or field.kind not in ("bool", "int") or field.shape:
        return rows
    done = table.read("dapdone").astype(bool)
    return np.where((rows >= 0) & done[rows], rows, -1) if table.rows else rows


class JoinedColumn(BackendArray):
    """A column over the galaxies of both catalogues, read when indexed.

    A galaxy's value is that of the first catalogue that has one for it. Pickles as paths.

    Parameters
    ----------
    name
        In lower case.
    parts
        The catalogues that have the column, and each galaxy's row in them.
    missing
        Floats that stand for no value.
    """

    def __init__(
        self, name: str, parts: Sequence[tuple[BinTable, Rows]], missing: Iterable[float]
    ) -> None:
        fields = [table.fields[name] for table, _ in parts]
        self.shape = (len(parts[0][1]), *fields[0].shape)
        self.dtype = np.result_type(*(field.dtype for field in fields))
        self._name = name
        self._parts = tuple(parts)
        self._missing = tuple(missing)
        self._blank = _BLANK[fields[0].kind]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        chosen = np.arange(self.shape[0])[key[0]]
        galaxies = np.atleast_1d(chosen)
        values = np.full((galaxies.size, *self.shape[1:]), self._blank, self.dtype)
        empty = np.ones(galaxies.size, dtype=bool)
        for table, rows in self._parts:
            row = rows[galaxies]
            here = empty & (row >= 0)
            if here.any():
                first, last = row[here].min(), row[here].max()
                values[here] = table.read(self._name, int(first), int(last) + 1)[row[here] - first]
                empty &= ~here
        for absent in self._missing if self.dtype.kind == "f" else ():
            values[values == absent] = np.nan
        return take(values, (slice(None) if np.ndim(chosen) else 0, *key[1:]))


def disagreements(column: CatalogColumn, sources: Sequence[Source]) -> NDArray[np.bool_]:
    """Flag the galaxies for which both catalogues have different values.

    Parameters
    ----------
    column
        One that both have, with one value per galaxy. A value that one of them lacks is no
        conflict.
    sources
        Both.
    """
    rows = [source.rows_with(column) for source in sources]
    first, second = (
        JoinedColumn(column.name, [(s.table, r)], column.missing)[_EVERYTHING]
        for s, r in zip(sources, rows, strict=True)
    )
    both: NDArray[np.bool_] = np.logical_and.reduce([row >= 0 for row in rows])
    if first.dtype.kind == "f":
        both &= ~np.isnan(first) & ~np.isnan(second)
        return np.asarray(both & ~np.isclose(first, second, rtol=_SAME, atol=0.0))
    return np.asarray(both & (first != second))
