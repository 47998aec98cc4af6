"""Where the panels of a picture go, in inches."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["PageLayout", "page_layout"]

Rectangle = tuple[float, float, float, float]

_WIDTH = 7.0  # the text width of a two-column journal
_LEFT, _RIGHT, _GAP, _ROW_GAP = 0.50, 0.14, 0.20, 0.14
_TITLE, _FOOT = 0.48, 0.56
_BAR_BELOW, _BAR, _BAR_ABOVE = 0.05, 0.08, 0.42  # room for ticks and two lines of label


@dataclass(frozen=True, slots=True)
class PageLayout:
    """Sizes of a page of square panels, each with a colour bar above it.

    Parameters
    ----------
    panels
        Their number.
    columns, rows
        How they are arranged, row by row from the top left.
    side
        Side of a panel in inches.
    """

    panels: int
    columns: int
    rows: int
    side: float

    @property
    def width(self) -> float:
        """Width of the page in inches."""
        return _WIDTH

    @property
    def height(self) -> float:
        """Height of the page in inches."""
        return _TITLE + self.rows * self._row + (self.rows - 1) * _ROW_GAP + _FOOT

    @property
    def _row(self) -> float:
        return self.side + _BAR_BELOW + _BAR + _BAR_ABOVE

    def panel(self, index: int) -> Rectangle:
        """Left, bottom, width and height of a panel, as shares of the page."""
        row, column = divmod(index, self.columns)
        left = _LEFT + column * (self.side + _GAP)
        bottom = _FOOT + (self.rows - 1 - row) * (self._row + _ROW_GAP)
        return self._share(left, bottom, self.side, self.side)

    def colour_bar(self, index: int) -> Rectangle:
        """Left, bottom, width and height of a panel's colour bar, as shares of the page."""
        left, bottom, width, height = self.panel(index)
        above = bottom + height + _BAR_BELOW / self.height
        return (left, above, width, _BAR / self.height)

    def is_leftmost(self, index: int) -> bool:
        """Whether a panel has none to its left."""
        return index % self.columns == 0

    def is_lowest(self, index: int) -> bool:
        """Whether a panel has none below it."""
        return index + self.columns >= self.panels

    def _share(self, left: float, bottom: float, width: float, height: float) -> Rectangle:
        return (
            left / self.width,
            bottom / self.height,
            width / self.width,
            height / self.height,
        )


def page_layout(panels: int) -> PageLayout:
    """Arrange a number of panels on a page: up to three in a row, four as two by two.

    Examples
    --------
    >>> [(p.columns, p.rows) for p in map(page_layout, (2, 3, 4, 6))]
    [(2, 1), (3, 1), (2, 2), (3, 2)]
    """
    columns = 2 if panels == 4 else min(panels, 3)
    side = (_WIDTH - _LEFT - _RIGHT - (columns - 1) * _GAP) / columns
    return PageLayout(panels, columns, math.ceil(panels / columns), side)
