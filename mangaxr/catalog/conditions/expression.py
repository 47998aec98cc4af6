"""Conditions on a catalog's columns, as text: ``z < 0.05 and snr_med["r"] > 10``.

The text is never run: it is parsed, its parts are checked against a short list of what may
be there, and each is computed here.
"""

from __future__ import annotations

import ast

import numpy as np
import xarray as xr

from mangaxr.catalog.conditions.evaluator import FUNCTIONS, Evaluator
from mangaxr.catalog.conditions.logic import Condition
from mangaxr.catalog.conditions.syntax import complain, parse
from mangaxr.catalog.tables.pick import GALAXY

__all__ = ["FUNCTIONS", "columns_of", "evaluate"]


def columns_of(expression: str) -> tuple[str, ...]:
    """Name the columns that an expression is about, in lower case.

    Raises
    ------
    ExpressionError
        If it is not one.

    Examples
    --------
    >>> columns_of('log10(nsa_elpetro_mass) > 9 and Z < 0.05 and not flags(dapqual, "CRITICAL")')
    ('nsa_elpetro_mass', 'z', 'dapqual')
    """
    tree = parse(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    names.sort(key=lambda node: node.col_offset)
    return tuple(dict.fromkeys(node.id.lower() for node in names))


def evaluate(expression: str, catalog: xr.Dataset) -> xr.DataArray:
    """Tell for which galaxies a condition holds.

    Parameters
    ----------
    expression
        Comparisons of columns (in either case), joined by ``and``, ``or``, ``not`` (or
        ``&``, ``|``, ``~``, with parentheses around the comparisons); ``+ - * / % **``;
        ``in (...)``; `FUNCTIONS`; ``snr_med["r"]`` for an entry of a vector.
    catalog
        As `mangaxr.open_catalog` gives it; only the columns that are named are read.

    Returns
    -------
    xarray.DataArray
        Truth values over ``galaxy``. Where a value is missing a comparison is not true,
        and neither is its contrary: ``not z > 0.1`` needs a z, too. ``not isfinite(z)``
        finds those without.

    Raises
    ------
    ExpressionError
        If it cannot be read, names what does not exist, or is no condition.

    Examples
    --------
    >>> from mangaxr.catalog.reading.open import open_catalog
    >>> from mangaxr.synthetic import example_survey
    >>> catalog = open_catalog(sas=example_survey())
    >>> bright = evaluate('emline_gflux_1re["Ha-6564"] > 1000 and dapdone', catalog)
    >>> bright.dims, bright.dtype
    (('galaxy',), dtype('bool'))
    """
    tree = parse(expression)
    with np.errstate(all="ignore"):  # what has no result, such as 0/0, is missing
        value = Evaluator(expression, catalog).value(tree)
    if not isinstance(value, Condition):
        problem = "is no condition: compare it with something, such as > 0"
        raise complain(expression, tree, problem)
    holds = np.broadcast_to(value.yes, catalog.sizes[GALAXY]).copy()
    coords = {GALAXY: catalog[GALAXY].variable}
    return xr.DataArray(holds, coords, (GALAXY,), attrs={"expression": expression})
