"""The table of what the DAP was to analyse, ``drpcomplete_*.fits``, as a catalog.

Of the survey's tables it is the one the DAP keeps for itself: redshift, ellipticity, position
angle and R_e of every cube, and nothing that was measured. Source: mangadap
``docs/metadatamodel.rst`` ("DRPComplete database") and ``survey/drpcomplete.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.reading.dataset import galaxy_coordinates
from mangaxr.catalog.reading.table import BinTable, open_table
from mangaxr.datamodel.catalogs import CATALOG_COLUMNS, MISSING_FLOATS, CatalogColumn
from mangaxr.datamodel.keywords import SPEED_OF_LIGHT
from mangaxr.errors import CatalogError
from mangaxr.plateifu import PlateIFU

__all__ = ["open_drpcomplete"]

Array = NDArray[Any]

_TABLE = "DRPC"
_IDENTITY = ("plate", "ifudesign")
_CLOSE = 1e-9
"""What stands for no value went through the same sums as the values, and is rounded."""

_OWN: Mapping[str, CatalogColumn] = {
    row.name: row
    for row in (
        CatalogColumn(name="modes", long_name="DRP files there are: 1 cube, 2 cube and RSS"),
        CatalogColumn(name="catid", long_name="catalogue of the target"),
        CatalogColumn(name="catindx", long_name="row of the target in its catalogue, from 0"),
        CatalogColumn(name="trg_version", long_name="version of the catalogue", unit=""),
        CatalogColumn(name="trg_id", long_name="number of the target in the catalogue"),
        CatalogColumn(name="vdisp", long_name="dispersion that fits start from", unit="km / s"),
    )
}
"""Columns that neither DAPall nor DRPall has."""


def _same(values: Array) -> Array:
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class _Translation:
    """What a column is called in DAPall and DRPall, and how its values become theirs."""

    column: str
    name: str
    convert: Callable[[Array], Array] = _same


_TRANSLATIONS: Mapping[str, _Translation] = {
    row.column: row
    for row in (
        _Translation(column="manga_target1", name="mngtarg1"),
        _Translation(column="manga_target3", name="mngtarg3"),
        _Translation(column="vel", name="z", convert=lambda cz: cz / SPEED_OF_LIGHT),
        _Translation(column="ell", name="nsa_elpetro_ba", convert=lambda ell: 1.0 - ell),
        _Translation(column="pa", name="nsa_elpetro_phi"),
        _Translation(column="reff", name="nsa_elpetro_th50_r"),
    )
}


def open_drpcomplete(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a ``drpcomplete`` table into memory, with the names of DAPall and DRPall.

    A function of its own, and no third file of `open_catalog`: the table belongs to no
    release and no DAPTYPE, and is joined to nothing.

    Parameters
    ----------
    path
        The file; in a SAS tree it is in ``common/`` beside the DAPall.

    Returns
    -------
    xarray.Dataset
        Dimension ``galaxy``; ``mangaid``, ``objra``, ``objdec``, ``z`` (VEL / c),
        ``nsa_elpetro_ba`` (1 - ELL), ``nsa_elpetro_phi`` (PA), ``nsa_elpetro_th50_r``
        (REFF), ``mngtarg1``, ``mngtarg3``, and the other columns by their own names. NaN
        where the table has no value. `mangaxr.select` takes it with
        ``on_missing="skip"``, and makes the cuts that it allows.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If it is truncated, damaged or not FITS.
    CatalogError
        If it is another kind of table.
    """
    table = open_table(path, _TABLE)
    galaxies = _galaxies(table)
    variables = {}
    for column in table.fields:
        if column not in _IDENTITY:
            name, values = _translated(table, column)
            variables[name] = _variable(name, values)
    coords = galaxy_coordinates(galaxies)
    if "mangaid" in variables:
        coords["mangaid"] = variables.pop("mangaid")
    attrs = {"title": "MaNGA cubes to analyse: DRPComplete", "drpcomplete": table.path.name}
    return xr.Dataset(variables, coords, attrs)


def _galaxies(table: BinTable) -> list[PlateIFU]:
    absent = [name.upper() for name in _IDENTITY if name not in table.fields]
    if absent:
        msg = f"{table.path}: table {table.name} has no {' and no '.join(absent)}: no drpcomplete"
        raise CatalogError(msg)
    pairs = zip(*(table.read(name).tolist() for name in _IDENTITY), strict=True)
    galaxies = [PlateIFU.parse(*pair) for pair in pairs]
    if len(set(galaxies)) < len(galaxies):
        twice = next(galaxy for galaxy in galaxies if galaxies.count(galaxy) > 1)
        msg = f"{table.path}: table {table.name} has {twice} twice: expected a row per galaxy"
        raise CatalogError(msg)
    return galaxies


def _translated(table: BinTable, column: str) -> tuple[str, Array]:
    rule = _TRANSLATIONS.get(column, _Translation(column=column, name=column))
    values = rule.convert(table.read(column))
    if values.dtype.kind == "f":
        # The numbers that stand for none were converted like any other before they were
        # written: 1 - ELL, VEL / c. Converted back they are themselves.
        values[np.isclose(values[..., None], MISSING_FLOATS, rtol=_CLOSE, atol=0).any(-1)] = np.nan
    return rule.name, values


def _variable(name: str, values: Array) -> xr.Variable:
    row = CATALOG_COLUMNS.get(name, _OWN.get(name))
    dims = ("galaxy", *(f"{name}_{axis}" for axis in range(values.ndim - 1)))
    if row is None:
        return xr.Variable(dims, values)
    units = {"units": row.unit} if row.unit else {}
    return xr.Variable(dims, values, {"long_name": row.long_name, **units})
