"""The values of an expression: numbers, texts, and conditions that may be unknown.

A number that is missing makes every comparison with it unknown, and what follows from the
unknown is unknown too (Kleene's three values, as in SQL): neither a condition nor its
contrary holds for a galaxy that was not measured.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ARITHMETIC", "COMPARISONS", "Condition", "Number", "Text", "Value", "bits"]

Array = NDArray[Any]

_EXACT = 2.0**53
"""Whole numbers below are exact as floats."""


@dataclass(frozen=True, slots=True)
class Number:
    """Floats; NaN where there is no value."""

    values: Array


@dataclass(frozen=True, slots=True)
class Text:
    """Texts."""

    values: Array


@dataclass(frozen=True, slots=True)
class Condition:
    """Where something holds, and where it does not; where neither is set it is unknown."""

    yes: Array
    no: Array

    @classmethod
    def of(cls, holds: Array, known: Array) -> Condition:
        """Tell where something holds, among the places where that is known."""
        return cls(holds & known, ~holds & known)

    def __invert__(self) -> Condition:
        return Condition(self.no, self.yes)

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Condition) -> Condition:
        return Condition(self.yes | other.yes, self.no & other.no)


Value = Number | Text | Condition

ARITHMETIC: Mapping[str, Callable[[Array, Array], Array]] = MappingProxyType(
    {
        "Add": np.add,
        "Sub": np.subtract,
        "Mult": np.multiply,
        "Div": np.divide,
        "Mod": np.mod,
        "Pow": np.power,
    }
)
"""Operators between numbers, by the name of their syntax node; all in 64-bit floats."""

COMPARISONS: Mapping[str, Callable[[Array, Array], Array]] = MappingProxyType(
    {
        "Lt": operator.lt,
        "LtE": operator.le,
        "Gt": operator.gt,
        "GtE": operator.ge,
        "Eq": operator.eq,
        "NotEq": operator.ne,
    }
)
"""Comparisons, by the name of their syntax node."""


def bits(number: Number) -> Array | None:
    """Return whole numbers as integers; None if they are not all whole.

    What is missing becomes 0.
    """
    values = np.nan_to_num(number.values, nan=0.0)
    if not (np.abs(values) < _EXACT).all() or (values != np.floor(values)).any():
        return None
    return np.asarray(values, dtype=np.int64)
