"""Files of tables: CSV, ECSV and Parquet."""

from __future__ import annotations

import csv
import importlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io.ascii import InconsistentTableError
from astropy.table import Column
from astropy.table import Table as AstropyTable
from numpy.typing import NDArray

from mangaxr.catalog.tables.columns import PLATEIFU, Table, TableColumn, flattened, redescribed
from mangaxr.errors import CatalogError, MissingDependencyError, one_line

__all__ = [
    "import_pyarrow",
    "read_csv",
    "read_ecsv",
    "read_parquet",
    "write_csv",
    "write_ecsv",
    "write_parquet",
]

_TRUTH = {"True": True, "False": False}
_KEY = "mangaxr"
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError)


def write_csv(table: Table, path: Path) -> None:
    """Write comma-separated values: a vector as a column for each entry, NaN as nothing."""
    flat = flattened(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(flat)
        writer.writerows(zip(*map(_cells, flat.values()), strict=True))


def _cells(values: NDArray[Any]) -> list[Any]:
    if values.dtype == np.float32:
        # Its own text is the shortest that gives it back; as a float64 it would be longer.
        return ["" if np.isnan(v) else str(v) for v in values]
    cells: list[Any] = values.tolist()
    return ["" if v != v else v for v in cells] if values.dtype.kind == "f" else cells


def read_csv(path: Path) -> Table:
    """Read comma-separated values; what a column holds is told from all its cells."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _broken(path, error) from error
    if not rows:
        msg = f"{path}: the file is empty: expected names of columns in its first line"
        raise CatalogError(msg)
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            msg = f"{path}: row {number} has {len(row)} cells, the first line {len(header)} names"
            raise CatalogError(msg)
    columns = {
        name: TableColumn(values=_guessed([row[i].strip() for row in rows[1:]], name))
        for i, name in enumerate(header)
    }
    return Table(columns)


def _guessed(cells: Sequence[str], name: str) -> NDArray[Any]:
    """Tell numbers and truth values from text."""
    text = np.array(cells, dtype=str)
    # Python reads 1_000 as a number, which no table means by it.
    if name.lower() == PLATEIFU or not any(cells) or any("_" in cell for cell in cells):
        return text
    if all(cell in _TRUTH for cell in cells):
        return np.array([_TRUTH[cell] for cell in cells])
    for number, empty in ((int, "none"), (float, "nan")):
        try:
            return np.array([number(cell or empty) for cell in cells], dtype=number)
        except (ValueError, OverflowError):
            continue
    return text


def write_ecsv(table: Table, path: Path) -> None:
    """Write astropy's ECSV: units and meanings in the header, vectors as they are."""
    columns = [
        Column(
            # Astropy writes vectors of no rows, but does not read them.
            column.values if len(column.values) else column.values.ravel(),
            name=name,
            unit=_unit(column),
            description=column.attrs.get("long_name"),
            meta={_KEY: column.described()},
        )
        for name, column in table.columns.items()
    ]
    written = AstropyTable(columns, meta=dict(table.attrs))
    written.write(path, format="ascii.ecsv", overwrite=True)


def _unit(column: TableColumn) -> Any:
    text = column.attrs.get("units")
    return None if text is None else u.Unit(text, parse_strict="silent")


def read_ecsv(path: Path) -> Table:
    """Read astropy's ECSV."""
    try:
        with warnings.catch_warnings(action="ignore"):  # an odd header is read, or refused
            found = AstropyTable.read(path, format="ascii.ecsv")
        columns = {name: _described(found[name]) for name in found.colnames}
    except (*_UNREADABLE, InconsistentTableError) as error:
        raise _broken(path, error) from error
    return Table(columns, dict(found.meta))


def _described(cells: Any) -> TableColumn:
    """Take our own description of a column, or else what any ECSV says of it."""
    description = dict(cells.meta or {}).get(_KEY)
    if not isinstance(description, dict):
        units = {} if cells.unit is None else {"units": str(cells.unit) or "1"}
        meaning = {"long_name": str(cells.description)} if cells.description else {}
        description = {"attrs": {**meaning, **units}}
    return redescribed(_filled(cells), description)


def _filled(cells: Any) -> NDArray[Any]:
    """Return plain values; what is masked is NaN, or empty text."""
    values = np.asarray(cells)
    if values.dtype.kind not in "biuf":
        values = values.astype(str)
    mask = getattr(cells, "mask", None)
    if mask is not None and np.any(mask):
        values = values.astype(np.float64) if values.dtype.kind in "biu" else values.copy()
        values[np.asarray(mask)] = np.nan if values.dtype.kind == "f" else ""
    return values


def write_parquet(table: Table, path: Path) -> None:
    """Write Parquet: vectors as lists of fixed size, units and labels in the schema."""
    arrow, parquet = import_pyarrow()
    arrays, fields = [], []
    for name, column in table.columns.items():
        values = arrow.array(column.values.ravel())
        if column.values.ndim > 1:
            values = arrow.FixedSizeListArray.from_arrays(values, column.values.shape[1])
        arrays.append(values)
        fields.append(
            arrow.field(name, values.type, metadata={_KEY: json.dumps(column.described())})
        )
    schema = arrow.schema(fields, metadata={_KEY: json.dumps(dict(table.attrs))})
    parquet.write_table(arrow.Table.from_arrays(arrays, schema=schema), path)


def read_parquet(path: Path) -> Table:
    """Read Parquet; columns of what is neither values nor vectors are passed over."""
    arrow, parquet = import_pyarrow()
    try:
        found = parquet.read_table(path)
        columns = {}
        for field in found.schema:
            values = _values(arrow, found.column(field.name))
            if values is not None:
                columns[field.name] = redescribed(values, _stored(field.metadata))
        attrs = _stored(found.schema.metadata)
    except (*_UNREADABLE, arrow.ArrowException) as error:
        raise _broken(path, error) from error
    return Table(columns, attrs)


def _values(arrow: Any, cells: Any) -> NDArray[Any] | None:
    kind = cells.type
    if arrow.types.is_fixed_size_list(kind) and not cells.null_count:
        whole = cells.combine_chunks()
        return np.asarray(whole.flatten()).reshape(-1, kind.list_size)
    if arrow.types.is_nested(kind):
        return None
    values = np.asarray(cells)
    if values.dtype.kind in "biuf":
        return values
    return np.array(["" if cell is None else str(cell) for cell in values], dtype=str)


def _stored(metadata: Any) -> dict[str, Any]:
    text = (metadata or {}).get(_KEY.encode())
    stored = json.loads(text) if text else {}
    return stored if isinstance(stored, dict) else {}


def import_pyarrow() -> tuple[Any, Any]:
    """Import what Parquet needs.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        msg = "Parquet files need pyarrow: pip install 'mangaxr[parquet]', or write .ecsv instead"
        raise MissingDependencyError(msg) from error


def _broken(path: Path, error: Exception) -> CatalogError:
    reason = one_line(error)
    msg = f"{path}: cannot be read as a table ({reason}): expected {path.suffix} with a header"
    return CatalogError(msg)
