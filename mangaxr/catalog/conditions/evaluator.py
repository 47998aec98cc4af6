"""Computing the parts of an expression, galaxy by galaxy."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.conditions.logic import (
    ARITHMETIC,
    COMPARISONS,
    Condition,
    Number,
    Text,
    Value,
    bits,
)
from mangaxr.catalog.conditions.syntax import complain
from mangaxr.catalog.ranking.inclination import inclination
from mangaxr.catalog.tables.pick import find_column, pick_entry
from mangaxr.errors import CatalogError, ExpressionError

__all__ = ["FUNCTIONS", "Evaluator"]

_MATHS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = MappingProxyType(
    {"abs": np.abs, "log10": np.log10, "sqrt": np.sqrt, "inclination": inclination}
)
"""Functions of one number that give a number."""

_FLAGS = "flags"
_ISFINITE = "isfinite"

FUNCTIONS: tuple[str, ...] = (*_MATHS, _ISFINITE, _FLAGS)
"""What an expression may call: ``flags(dapqual, "CRITICAL")`` tests a bit, or one of several."""


class Evaluator:
    """Computes the nodes of one expression.

    Parameters
    ----------
    text
        The expression, for the words of an error.
    catalog
        Whose columns it names.
    """

    def __init__(self, text: str, catalog: xr.Dataset) -> None:
        self._text = text
        self._catalog = catalog

    def value(self, node: ast.expr) -> Value:
        """Compute a node.

        Raises
        ------
        ExpressionError
            If it names what does not exist, or its parts do not go together.
        """
        match node:
            case ast.BoolOp():
                return self._joined(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compared(node)
            case ast.Call():
                return self._called(node)
            case ast.Subscript() | ast.Name():
                return self._typed(node, self._column(node))
            case ast.Constant():
                return self._constant(node)
        raise self._wrong(node, "is not allowed here: a list belongs after 'in'")

    def _wrong(self, node: ast.AST, problem: str) -> ExpressionError:
        return complain(self._text, node, problem)

    def _condition(self, node: ast.expr) -> Condition:
        value = self.value(node)
        if not isinstance(value, Condition):
            raise self._wrong(node, "is no condition: compare it with something, such as > 0")
        return value

    def _number(self, node: ast.expr) -> Number:
        value = self.value(node)
        if not isinstance(value, Number):
            raise self._wrong(node, "is not a number")
        return value

    def _joined(self, node: ast.BoolOp) -> Condition:
        first, *others = (self._condition(part) for part in node.values)
        for other in others:
            first = first & other if isinstance(node.op, ast.And) else first | other
        return first

    def _unary(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not | ast.Invert):
            return ~self._condition(node.operand)
        number = self._number(node.operand)
        return Number(-number.values) if isinstance(node.op, ast.USub) else number

    def _binary(self, node: ast.BinOp) -> Value:
        if not isinstance(node.op, ast.BitAnd | ast.BitOr):
            left, right = self._number(node.left), self._number(node.right)
            operate = ARITHMETIC[type(node.op).__name__]
            return Number(operate(left.values, right.values))
        one, other = self.value(node.left), self.value(node.right)
        is_and = isinstance(node.op, ast.BitAnd)
        if isinstance(one, Condition) and isinstance(other, Condition):
            return one & other if is_and else one | other
        if isinstance(one, Number) and isinstance(other, Number):
            words, masks = bits(one), bits(other)
            if words is not None and masks is not None:
                joined = words & masks if is_and else words | masks
                known = ~np.isnan(one.values) & ~np.isnan(other.values)
                return Number(np.where(known, joined, np.nan))
        sign = "&" if is_and else "|"
        problem = (
            f"{sign} joins two conditions, or the bits of whole numbers: put parentheses around "
            f"the comparisons, or write {'and' if is_and else 'or'}"
        )
        raise self._wrong(node, problem)

    def _compared(self, node: ast.Compare) -> Condition:
        """Compute ``a < b < c`` as ``a < b and b < c``."""
        sides = [node.left, *node.comparators]
        found = [
            self._one_of(left, right, negated=isinstance(op, ast.NotIn))
            if isinstance(op, ast.In | ast.NotIn)
            else self._pair(node, op, self.value(left), self.value(right))
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        whole = found[0]
        for other in found[1:]:
            whole = whole & other
        return whole

    def _one_of(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Condition:
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
            raise self._wrong(right, "expected a list after 'in', such as (8138, 8485)")
        value = self.value(left)
        found = [self._pair(item, ast.Eq(), value, self.value(item)) for item in right.elts]
        whole = found[0]
        for other in found[1:]:
            whole = whole | other
        return ~whole if negated else whole

    def _pair(self, node: ast.AST, op: ast.cmpop, one: Value, other: Value) -> Condition:
        compare = COMPARISONS[type(op).__name__]
        if isinstance(one, Number) and isinstance(other, Number):
            known = ~np.isnan(one.values) & ~np.isnan(other.values)
            return Condition.of(compare(one.values, other.values), known)
        if not isinstance(op, ast.Eq | ast.NotEq):
            raise self._wrong(node, "only numbers have an order: texts and conditions are == or !=")
        if isinstance(one, Text) and isinstance(other, Text):
            same = np.asarray(compare(one.values, other.values))
            return Condition.of(same, np.ones_like(same))
        if isinstance(one, Condition) and isinstance(other, Condition):
            equal = (one & other) | (~one & ~other)
            return equal if isinstance(op, ast.Eq) else ~equal
        raise self._wrong(node, "compares things of different kinds")

    def _called(self, node: ast.Call) -> Value:
        name = node.func.id.lower() if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise self._wrong(node, f"cannot be called: there are {', '.join(FUNCTIONS)}")
        if name == _FLAGS:
            return self._flagged(node)
        if len(node.args) != 1:
            raise self._wrong(node, f"{name} takes one number")
        number = self._number(node.args[0])
        if name == _ISFINITE:
            finite = np.isfinite(number.values)
            return Condition.of(finite, np.ones_like(finite))
        return Number(np.asarray(_MATHS[name](number.values), dtype=np.float64))

    def _flagged(self, node: ast.Call) -> Condition:
        if len(node.args) < 2:
            raise self._wrong(node, "flags takes a column and flag names")
        column = self._column(node.args[0])
        masks = dict(
            zip(
                str(column.attrs.get("flag_meanings", "")).split(),
                np.atleast_1d(column.attrs.get("flag_masks", ())).tolist(),
                strict=True,
            )
        )
        if not masks:
            raise self._wrong(node.args[0], "has no named flags")
        wanted = 0
        for item in node.args[1:]:
            flag = item.value if isinstance(item, ast.Constant) else None
            if not isinstance(flag, str) or flag not in masks:
                near = difflib.get_close_matches(str(flag).upper(), masks, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(masks)}"
                raise self._wrong(item, f"is no flag of {column.name}: {hint}")
            wanted |= masks[flag]
        words = np.asarray(column.values)
        known = words != column.attrs.get("no_value")
        return Condition.of((words & wanted) != 0, known)

    def _column(self, node: ast.expr) -> xr.DataArray:
        name = node.value if isinstance(node, ast.Subscript) else node
        if not isinstance(name, ast.Name):
            raise self._wrong(name, "expected the name of a column")
        try:
            column = find_column(self._catalog, name.id)
            if isinstance(node, ast.Subscript):
                column = pick_entry(column, self._label(node.slice))
        except CatalogError as error:
            raise self._wrong(node, str(error)) from error
        return column

    def _label(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        problem = "an entry is chosen by its name, such as ['Ha-6564'], never by its position"
        raise self._wrong(node, problem)

    def _typed(self, node: ast.expr, column: xr.DataArray) -> Value:
        if column.ndim > 1:
            dim = column.dims[1]
            label = column[dim].values[0] if dim in column.coords else "NAME"
            problem = f'has several values per galaxy: choose one, such as {column.name}["{label}"]'
            raise self._wrong(node, problem)
        values = np.asarray(column.values)
        if values.dtype.kind == "b":
            return Condition(values, ~values)
        if values.dtype.kind not in "iuf":
            return Text(values.astype(str))
        numbers = values.astype(np.float64)
        if "no_value" in column.attrs:
            numbers[values == column.attrs["no_value"]] = np.nan
        return Number(numbers)

    def _constant(self, node: ast.Constant) -> Value:
        value = node.value
        if isinstance(value, bool):
            return Condition(np.array(value), np.array(not value))
        if isinstance(value, str):
            return Text(np.array(value))
        if not isinstance(value, int | float):
            raise self._wrong(node, "is neither a number nor a text")
        try:
            return Number(np.array(float(value)))
        except OverflowError as error:
            raise self._wrong(node, "is too large a number") from error
