"""Finding a column of a catalog, and an entry of a vector, by what people type."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import xarray as xr

from mangaxr.datamodel.lines import LINE_ALIASES
from mangaxr.errors import CatalogError

__all__ = ["GALAXY", "find_column", "flat_name", "pick_columns", "pick_entry"]

GALAXY = "galaxy"
"""The dimension of a catalog."""

_PLATEIFU = "plateifu"
_LABELLED = re.compile(r"\s*(\w+)\s*\[\s*(?P<quote>[\"']?)(.+?)(?P=quote)\s*\]\s*")


def find_column(catalog: xr.Dataset, name: str) -> xr.DataArray:
    """Find a column, in either case; ``plateifu`` is the label of the rows.

    Raises
    ------
    CatalogError
        If there is none; the message names those most like it.
    """
    wanted = name.strip().lower()
    columns = {str(key).lower(): key for key, v in catalog.variables.items() if GALAXY in v.dims}
    if wanted == _PLATEIFU and _PLATEIFU not in columns:
        return catalog[GALAXY]
    if wanted not in columns:
        close = difflib.get_close_matches(wanted, columns, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "mangaxr catalog lists them"
        msg = f"no column is called {name!r}: {hint}"
        raise CatalogError(msg)
    return catalog[columns[wanted]]


def pick_entry(column: xr.DataArray, label: str) -> xr.DataArray:
    """Take the entry of a vector that a label names, such as ``"Ha-6564"`` or ``"r"``.

    Raises
    ------
    CatalogError
        If the column has one value per galaxy, its entries have no names, or none has
        this one.
    """
    dims = [dim for dim in column.dims if dim != GALAXY]
    if not dims:
        msg = f"{column.name} has one value per galaxy: write it without [{label!r}]"
        raise CatalogError(msg)
    if len(dims) > 1 or dims[0] not in column.coords:
        msg = f"the entries of {column.name} have no names to choose by"
        raise CatalogError(msg)
    labels = [str(name) for name in column[dims[0]].values]
    if label not in labels:
        msg = f"{column.name} has no entry {label!r}: {_nearest(label, labels)}"
        raise CatalogError(msg)
    return column.isel({dims[0]: labels.index(label)})


def _nearest(label: str, labels: list[str]) -> str:
    alias = LINE_ALIASES.get(label.lower())
    close = [alias] if alias in labels else difflib.get_close_matches(label, labels, n=3)
    return f"did you mean {', '.join(close)}?" if close else f"there are {', '.join(labels)}"


def flat_name(column: str, label: object) -> str:
    """Name the entry of a vector where it is a column of its own.

    Examples
    --------
    >>> flat_name("emline_gflux_1re", "Ha-6564")
    'emline_gflux_1re_Ha-6564'
    """
    return f"{column}_{label}"


def pick_columns(catalog: xr.Dataset, names: Iterable[str]) -> xr.Dataset:
    """Keep some columns; ``NAME[LABEL]`` keeps one entry of a vector, as a column of its own.

    Parameters
    ----------
    catalog
        As `mangaxr.open_catalog` gives it.
    names
        Columns, in either case.

    Raises
    ------
    CatalogError
        If there is no such column, or no such entry.

    Examples
    --------
    >>> from mangaxr.catalog.reading.open import open_catalog
    >>> from mangaxr.synthetic import example_survey
    >>> catalog = open_catalog(sas=example_survey())
    >>> list(pick_columns(catalog, ["z", "emline_gflux_1re[Ha-6564]"]).data_vars)
    ['z', 'emline_gflux_1re_Ha-6564']
    """
    variables: dict[str, xr.Variable] = {}
    for text in names:
        match = _LABELLED.fullmatch(text)
        if match is None:
            column = find_column(catalog, text)
            variables[str(column.name)] = column.variable
        else:
            entry = pick_entry(find_column(catalog, match[1]), match[3])
            variables[flat_name(str(entry.name), match[3])] = _alone(entry, match[3])
    variables.pop(GALAXY, None)
    dims = {dim for variable in variables.values() for dim in variable.dims} - {GALAXY}
    labels = {name: v.variable for name, v in catalog.coords.items() if {*v.dims} <= dims}
    coords = {GALAXY: catalog[GALAXY].variable, **labels}
    return xr.Dataset(variables, coords, catalog.attrs)


def _alone(entry: xr.DataArray, label: str) -> xr.Variable:
    """Say in an entry's own attributes what its place in the vector said."""
    attrs = {**entry.attrs, "long_name": f"{entry.attrs.get('long_name', entry.name)}: {label}"}
    units = [str(v.values) for name, v in entry.coords.items() if str(name).endswith("_unit")]
    alone = entry.variable.copy(deep=False)
    alone.attrs = attrs | ({"units": units[0]} if units else {})
    return alone
