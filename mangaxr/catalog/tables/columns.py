"""A Dataset over galaxies as plain columns, which is what table files hold, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.tables.pick import GALAXY, flat_name
from mangaxr.errors import BadPlateIFUError, CatalogError, one_line
from mangaxr.plateifu import PlateIFU

__all__ = ["PLATEIFU", "Table", "TableColumn", "flattened", "from_table", "redescribed", "to_table"]

PLATEIFU = "plateifu"
"""The column that holds the labels of the rows, always the first that is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column: (row,), or (row, entry) with the name of the entries' dimension.

    Parameters
    ----------
    values
        Native numpy values.
    dim
        Empty for one value per row.
    labels
        Names of the entries, if they have names.
    beside
        What else is known of each entry: the values of other coordinates along `dim`.
    attrs
        Those of the variable.
    is_coord
        Whether it is a coordinate of the rows.
    """

    values: NDArray[Any]
    dim: str = ""
    labels: tuple[str, ...] = ()
    beside: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    is_coord: bool = False

    def described(self) -> dict[str, Any]:
        """Return all but the values, as what JSON and YAML know; `redescribed` undoes it."""
        return {
            "attrs": dict(self.attrs),
            "dim": self.dim,
            "labels": list(self.labels),
            "beside": {name: list(values) for name, values in self.beside.items()},
            "is_coord": self.is_coord,
        }


def redescribed(values: NDArray[Any], description: Mapping[str, Any]) -> TableColumn:
    """Put a column together again; what the description lacks is left empty.

    Raises
    ------
    ValueError
        If the values do not fit the description.
    """
    labels = tuple(map(str, description.get("labels", ())))
    if labels:
        values = values.reshape(-1 if values.ndim == 1 else len(values), len(labels))
    return TableColumn(
        values=values,
        dim=str(description.get("dim", "")),
        labels=labels,
        beside=dict(description.get("beside", {})),
        attrs=dict(description.get("attrs", {})),
        is_coord=bool(description.get("is_coord", False)),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, in order, and attributes of the whole."""

    columns: Mapping[str, TableColumn]
    attrs: Mapping[str, Any] = field(default_factory=dict)


def to_table(dataset: xr.Dataset) -> Table:
    """Take what a Dataset has over ``galaxy`` as columns; the first are the labels."""
    columns = {PLATEIFU: _column(dataset.variables[GALAXY], dataset, is_coord=True)}
    for name in (*dataset.coords, *dataset.data_vars):
        variable = dataset.variables[name]
        if variable.dims[:1] == (GALAXY,) and name not in (GALAXY, PLATEIFU):
            columns[str(name)] = _column(variable, dataset, is_coord=name in dataset.coords)
    return Table(columns, plain(dataset.attrs))


def _column(variable: xr.Variable, dataset: xr.Dataset, *, is_coord: bool) -> TableColumn:
    values, attrs = variable.values, plain(variable.attrs)
    if values.dtype.kind not in "biuf":
        values = values.astype(str)
    if values.ndim == 1:
        return TableColumn(values=values, attrs=attrs, is_coord=is_coord)
    dim = str(variable.dims[1])
    along = {
        str(name): coord.values.tolist()
        for name, coord in dataset.coords.items()
        if coord.dims == (dim,) and variable.ndim == 2
    }
    return TableColumn(
        values=values.reshape(len(values), math.prod(values.shape[1:])),
        dim=dim,
        labels=tuple(map(str, along.pop(dim, ()))),
        beside=along,
        attrs=attrs,
        is_coord=is_coord,
    )


def plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Return attributes as what JSON and YAML know."""
    return {
        str(key): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for key, value in attrs.items()
    }


def flattened(table: Table) -> dict[str, NDArray[Any]]:
    """Return columns of one value per row: those of a vector are called by its labels."""
    flat: dict[str, NDArray[Any]] = {}
    for name, column in table.columns.items():
        if column.values.ndim == 1:
            flat[name] = column.values
            continue
        labels: Sequence[object] = column.labels or range(column.values.shape[1])
        flat |= {flat_name(name, x): column.values[:, i] for i, x in enumerate(labels)}
    return flat


def from_table(table: Table, path: Path) -> xr.Dataset:
    """Label columns again, by the one that names the galaxies.

    Raises
    ------
    CatalogError
        If there is no such column, a row of it names no galaxy, or columns contradict
        each other.
    """
    named = next((n for n in table.columns if n.strip().lower() in (PLATEIFU, GALAXY)), None)
    if named is None:
        found = ", ".join(list(table.columns)[:5])
        msg = f"{path}: no column {PLATEIFU}, which names the galaxies: the first are {found}"
        raise CatalogError(msg)
    labels = []
    for row, text in enumerate(table.columns[named].values.tolist()):
        try:
            labels.append(str(PlateIFU.parse(str(text))))
        except BadPlateIFUError as error:
            msg = f"{path}: column {named}, row {row + 1}: {error}"
            raise CatalogError(msg) from error
    variables: dict[str, Any] = {}
    attrs = _arrays(table.columns[named].attrs)
    coords: dict[str, Any] = {GALAXY: (GALAXY, np.array(labels, dtype=str), attrs)}
    for name, column in table.columns.items():
        if name == named:
            continue
        dims = (GALAXY, column.dim or f"{name}_0")[: column.values.ndim]
        kept = coords if column.is_coord else variables
        kept[name] = (dims, column.values, _arrays(column.attrs))
        if column.labels:
            coords[column.dim] = np.array(column.labels, dtype=str)
        coords |= {other: (column.dim, np.array(v)) for other, v in column.beside.items()}
    try:
        return xr.Dataset(variables, coords, _arrays(table.attrs))
    except ValueError as error:
        msg = f"{path}: its columns do not go together ({one_line(error)})"
        raise CatalogError(msg) from error


def _arrays(attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: np.array(v) if isinstance(v, list) else v for key, v in attrs.items()}
