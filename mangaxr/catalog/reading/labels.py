"""The names of a vector column's entries: from the catalogue's header, or fixed."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangaxr.catalog.reading.table import BinTable
from mangaxr.datamodel.catalogs import (
    FIXED_LABELS,
    LABEL_KEYWORDS,
    UNIT_KEYWORDS,
    CatalogColumn,
    ColumnDim,
)
from mangaxr.datamodel.units import astropy_unit
from mangaxr.errors import CatalogError

__all__ = ["Labels", "dims_of", "labels_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labels:
    """Names along a dimension, and a unit for each where they have different ones."""

    names: NDArray[np.str_]
    units: NDArray[np.str_] | None = None


def dims_of(table: BinTable, name: str, row: CatalogColumn | None) -> tuple[str, ...]:
    """Name the dimensions of a column, less the first: those of a cell.

    Parameters
    ----------
    table
        Where it is.
    name
        The column, in lower case.
    row
        What is known of it.

    Returns
    -------
    tuple of str
        Empty for one value per galaxy. A dimension whose entries have no names is the
        column's own.

    Raises
    ------
    CatalogError
        If the header does not name as many entries as the column has.
    """
    shape = table.fields[name].shape
    dim = row.dim if row is not None else ""
    if dim in LABEL_KEYWORDS:
        labels = labels_of(table, dim)
        if shape != labels.names.shape:
            cell = " x ".join(map(str, shape)) or "1"
            key = LABEL_KEYWORDS[dim]
            msg = (
                f"{table.path}: column {name.upper()} has {cell} values per galaxy but the header "
                f"names {labels.names.size} ({key}1 to {key}{labels.names.size}): which is which "
                f"cannot be told; leave the column out with columns="
            )
            raise CatalogError(msg)
        return (dim,)
    if dim and shape == (len(FIXED_LABELS[dim]),):
        return (dim,)
    if dim:
        logger.warning(
            "%s: %s has cells of shape %s, not %d as known: its values stay without names",
            *(table.path, name, shape, len(FIXED_LABELS[dim])),
        )
    return tuple(f"{name}_{axis}" for axis in range(len(shape)))


def labels_of(table: BinTable, dim: ColumnDim) -> Labels:
    """Return the names along a dimension.

    Raises
    ------
    CatalogError
        If the header's numbers have gaps, or a name comes twice.
    """
    if dim in FIXED_LABELS:
        return Labels(np.array(FIXED_LABELS[dim]))
    names = _numbered(table, LABEL_KEYWORDS[dim])
    if dim not in UNIT_KEYWORDS:
        return Labels(names)
    units = _numbered(table, UNIT_KEYWORDS[dim], distinct=False)
    if units.size != names.size:
        return Labels(names)
    return Labels(names, np.array([astropy_unit(unit) or unit for unit in units]))


def _numbered(table: BinTable, key: str, *, distinct: bool = True) -> NDArray[np.str_]:
    """Return the values of ``KEY1``, ``KEY2`` ... (``KEY01`` too) in the order of numbers."""
    pattern = re.compile(rf"{key}0*([1-9][0-9]*)")
    found = {
        int(match[1]): str(value).strip()
        for keyword, value in table.header.items()
        if (match := pattern.fullmatch(keyword))
    }
    names = [found[number] for number in sorted(found)]
    if sorted(found) != list(range(1, len(found) + 1)):
        missing = min(set(range(1, len(found) + 1)) - set(found))
        msg = (
            f"{table.path}: the header names {len(found)} entries with {key} but not {key}{missing}"
        )
        raise CatalogError(msg)
    if distinct and len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"{table.path}: the header's {key} keywords name {twice!r} twice"
        raise CatalogError(msg)
    return np.array(names, dtype=str)
