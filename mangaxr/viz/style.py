"""How each kind of quantity looks: colour map, stretch and limits, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mangaxr.errors import UnknownNameError

__all__ = ["COVERAGE", "NO_VALUE", "STYLES", "Limits", "Style", "find_limits", "find_style"]

NO_VALUE = "#dcdce1"
"""Colour of a pixel without a value; none of the colour maps passes through it."""


@dataclass(frozen=True, slots=True)
class Style:
    """The look of one kind of quantity.

    Parameters
    ----------
    quantity
        The store's ``channel_quantity``.
    colour_map
        Name in matplotlib, or colours to blend from the lowest value to the highest.
    stretch
        ``asinh`` is linear around zero and logarithmic above, so that noise below zero
        shows as what it is.
    rule
        ``percentile``: from ``low`` to ``high`` percent of the values. ``symmetric``: the
        median, and to both sides ``high`` percent of the distances from it. ``fixed``:
        from ``low`` to ``high`` in the channel's unit.
    low, high
        See ``rule``.
    """

    quantity: str
    colour_map: str | tuple[str, ...]
    stretch: Literal["linear", "asinh"]
    rule: Literal["percentile", "symmetric", "fixed"]
    low: float
    high: float


STYLES: tuple[Style, ...] = (
    Style("surface_brightness", "magma", "asinh", "percentile", 1.0, 99.8),
    Style("velocity", "RdBu_r", "linear", "symmetric", 0.0, 98.0),  # receding is red
    Style("dispersion", "viridis", "linear", "percentile", 1.0, 99.0),
    Style("ratio", "cividis", "linear", "percentile", 1.0, 99.0),
)
"""One row per quantity of a channel."""

COVERAGE = Style("coverage", ("white", "#6e6e73"), "linear", "fixed", 0.0, 1.0)
"""The look of the share of a pixel that was measured: white is none, grey all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Ends of a colour scale, and whether values lie beyond them."""

    low: float
    high: float
    below: bool
    above: bool

    @property
    def extend(self) -> Literal["neither", "min", "max", "both"]:
        """The ends of the colour bar that are pointed, in matplotlib's words."""
        if self.below and self.above:
            return "both"
        return "min" if self.below else "max" if self.above else "neither"


def find_style(quantity: str) -> Style:
    """Return the row of a quantity.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> find_style("velocity").colour_map
    'RdBu_r'
    """
    for style in STYLES:
        if style.quantity == quantity:
            return style
    known = ", ".join(style.quantity for style in STYLES)
    msg = f"no style for the quantity {quantity!r}: expected one of {known}"
    raise UnknownNameError(msg)


def find_limits(style: Style, values: NDArray[np.floating[Any]]) -> Limits | None:
    """Choose the ends of the colour scale of a map.

    Parameters
    ----------
    style
        The quantity's row.
    values
        The map, in physical units, NaN where there is no value; any shape.

    Returns
    -------
    Limits or None
        In the unit of ``values``; None if the map has no finite value at all.

    Examples
    --------
    >>> find_limits(find_style("velocity"), np.array([-80.0, 10.0, 90.0, np.nan]))
    Limits(low=-79.6, high=99.6, below=True, above=False)
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return None
    if style.rule == "fixed":
        low, high = style.low, style.high
    elif style.rule == "symmetric":
        middle = float(np.median(finite))
        reach = _not_zero(float(np.percentile(np.abs(finite - middle), style.high)), middle)
        low, high = middle - reach, middle + reach
    else:
        low, high = (float(p) for p in np.percentile(finite, (style.low, style.high)))
        if high == low:
            low, high = low - _not_zero(0.0, low), high + _not_zero(0.0, low)
    return Limits(low, high, bool(finite.min() < low), bool(finite.max() > high))


def _not_zero(reach: float, value: float) -> float:
    """Give a map that is the same everywhere a colour scale of some width."""
    return reach if reach > 0 else 0.05 * abs(value) or 1.0
