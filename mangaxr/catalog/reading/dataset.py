"""The joined catalogues as a Dataset: variables, labels, units, attributes."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from astropy import units as u
from xarray.core import indexing

from mangaxr.catalog.reading.fields import Field
from mangaxr.catalog.reading.join import JoinedColumn, Source, disagreements
from mangaxr.catalog.reading.labels import dims_of, labels_of
from mangaxr.catalog.reading.table import BinTable
from mangaxr.datamodel.catalogs import (
    CATALOG_COLUMNS,
    FIXED_LABELS,
    LABEL_KEYWORDS,
    MISSING_FLOATS,
    MISSING_WORD,
    CatalogColumn,
)
from mangaxr.datamodel.units import astropy_unit
from mangaxr.errors import CatalogError
from mangaxr.plateifu import PlateIFU

__all__ = ["build_catalog", "galaxy_coordinates"]

logger = logging.getLogger(__name__)

_NAMES = ("galaxy", "plateifu", "plate", "ifudesign", "ifudsgn")
"""What says which galaxy it is: read off the label, whatever the files call it."""

_TARGET = "mangaid"
_LISTED = 5  # galaxies that contradict each other


def build_catalog(
    galaxies: Sequence[PlateIFU], sources: Sequence[Source], columns: Iterable[str] | None
) -> xr.Dataset:
    """Label the columns of the catalogues.

    Parameters
    ----------
    galaxies
        As `mangaxr.catalog.reading.join.align` gives them.
    sources
        The catalogues, of which the first that has a value gives it.
    columns
        Names, in either case; all if None.

    Returns
    -------
    xarray.Dataset
        Over ``galaxy``; nothing is read but the targets' names, and what is compared.

    Raises
    ------
    CatalogError
        If a column does not exist, or the entries of a vector have no sure names.
    """
    having = _columns(sources)
    wanted = [n for n in having if n != _TARGET] if columns is None else _chosen(columns, having)
    tables = {name: having[name][0].table for name in wanted}
    dims = {name: dims_of(tables[name], name, CATALOG_COLUMNS.get(name)) for name in wanted}
    labelled = {dim: tables[name] for name, cell in dims.items() for dim in cell}
    coords = galaxy_coordinates(galaxies)
    if _TARGET in having and not having[_TARGET][0].table.fields[_TARGET].shape:
        coords[_TARGET] = _variable(_TARGET, having[_TARGET], ()).load()
    coords |= _label_coordinates(labelled)
    taken = {*coords, *labelled}
    variables = {n: _variable(n, having[n], dims[n]) for n in wanted if n not in taken}
    for name in taken & set(wanted):
        logger.warning("column %s has the name of a dimension: it is left out", name.upper())
    conflicts = _conflicts(galaxies, having, {_TARGET, *wanted})
    return xr.Dataset(variables, coords, {"conflicts": conflicts} if conflicts else {})


def _columns(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """Map columns to the catalogues that have them, in the order of the files."""
    having: dict[str, list[Source]] = {}
    for source in sources:
        for name, field in source.table.fields.items():
            if name in _NAMES:
                continue
            others = having.setdefault(name, [])
            # One that holds something else by the same name is not a second source of it.
            if not others or _alike(field, others[0].table.fields[name]):
                others.append(source)
    return having


def _alike(one: Field, other: Field) -> bool:
    return (one.kind, one.shape) == (other.kind, other.shape)


def _chosen(columns: Iterable[str], having: Mapping[str, Any]) -> list[str]:
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    wanted: dict[str, None] = {}
    for given in names:
        name = given.strip().lower()
        if name not in having and name not in _NAMES:
            close = difflib.get_close_matches(name, having, n=3)
            hint = f"did you mean {', '.join(close)}?" if close else "mangaxr catalog lists them"
            msg = f"no column of the catalogues is called {given!r}: {hint}"
            raise CatalogError(msg)
        if name not in (*_NAMES, _TARGET):
            wanted[name] = None
    return list(wanted)


def galaxy_coordinates(galaxies: Sequence[PlateIFU]) -> dict[str, xr.Variable]:
    """Label the rows of a catalog: plate and IFU together, and each by itself."""
    plates, ifus = (
        np.array([getattr(galaxy, part) for galaxy in galaxies], dtype=np.int64)
        for part in ("plate", "ifu")
    )
    labels = np.array([str(galaxy) for galaxy in galaxies], dtype=str)
    return {
        "galaxy": xr.Variable("galaxy", labels, {"long_name": "plate and IFU design"}),
        "plate": xr.Variable("galaxy", plates, {"long_name": "plate", "units": "1"}),
        "ifudesign": xr.Variable("galaxy", ifus, {"long_name": "IFU design", "units": "1"}),
    }


def _variable(name: str, sources: Sequence[Source], cell: tuple[str, ...]) -> xr.Variable:
    """Make the variable of a column: read when first used, and then kept."""
    row = CATALOG_COLUMNS.get(name)
    parts = [(source.table, source.rows_with(row)) for source in sources]
    column = JoinedColumn(name, parts, MISSING_FLOATS if row is None else row.missing)
    attrs: dict[str, Any] = {"long_name": row.long_name} if row is not None else {}
    attrs |= _unit(name, row, sources[0].table.fields[name])
    attrs["catalog"] = " ".join(source.name for source in sources)
    if column.dtype.kind == "i":
        attrs["no_value"] = MISSING_WORD
        if row is not None and row.flags:
            attrs["flag_masks"] = np.array([flag.value for flag in row.flags], dtype=np.int64)
            attrs["flag_meanings"] = " ".join(flag.name for flag in row.flags)
    lazy: Any = indexing.LazilyIndexedArray(column)
    kept: Any = indexing.MemoryCachedArray
    return xr.Variable(("galaxy", *cell), kept(indexing.CopyOnWriteArray(lazy)), attrs)


def _unit(name: str, row: CatalogColumn | None, field: Field) -> dict[str, str]:
    """Say the unit: the file's, if it states one that can be read, or else the known one."""
    if field.kind in ("bool", "text"):
        return {}
    known = row.unit if row is not None else ""
    stated = _parsable(field.unit) if field.unit else None
    if stated and known and u.Unit(stated) != u.Unit(known):
        logger.warning("column %s is in %s, not %s as known", name.upper(), stated, known)
        return {"units": stated}
    unit = known or stated
    return {"units": unit} if unit else {}


def _parsable(fits_unit: str) -> str | None:
    known = astropy_unit(fits_unit)
    if known is not None:
        return known
    try:
        u.Unit(fits_unit)
    except (ValueError, TypeError):
        return None
    return fits_unit


def _label_coordinates(labelled: Mapping[str, BinTable]) -> dict[str, xr.Variable]:
    """Name the entries along the dimensions that have names."""
    coords: dict[str, xr.Variable] = {}
    for dim in (*LABEL_KEYWORDS, *FIXED_LABELS):
        if dim in labelled:
            labels = labels_of(labelled[dim], dim)
            coords[dim] = xr.Variable(dim, labels.names)
            if labels.units is not None:
                coords[f"{dim}_unit"] = xr.Variable(dim, labels.units)
    return coords


def _conflicts(
    galaxies: Sequence[PlateIFU], having: Mapping[str, list[Source]], wanted: set[str]
) -> str:
    """Say where the catalogues contradict each other."""
    found = []
    for name, row in CATALOG_COLUMNS.items():
        if not row.compared or name not in wanted or len(having.get(name, ())) < 2:
            continue
        places = np.flatnonzero(disagreements(row, having[name])).tolist()
        if places:
            listed = ", ".join(str(galaxies[i]) for i in places[:_LISTED])
            more = ", ..." if len(places) > _LISTED else ""
            found.append(f"{name} of {len(places)} galaxies ({listed}{more})")
    text = "; ".join(found)
    if text:
        # No warning: that the DAP was given a corrected redshift is usual.
        logger.info("DAPall and DRPall disagree, DAPall's value is used: %s", text)
    return text
