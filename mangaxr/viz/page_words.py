"""What is written on a picture: titles, the key, and the axes' names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mangaxr.viz.canvas import FONT
from mangaxr.viz.layout import PageLayout

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["label_axes", "write_words"]


def label_axes(axes: Axes, page: PageLayout, index: int) -> None:
    """Draw the ticks of a panel, and the names of its axes where it is the outermost."""
    from matplotlib.ticker import MaxNLocator

    axes.tick_params(
        labelsize=6, labelfontfamily=FONT, length=2.5, width=0.5, direction="in", pad=3,
        top=True, right=True, labelbottom=page.is_lowest(index),
        labelleft=page.is_leftmost(index),
    )  # fmt: skip
    axes.spines[:].set_linewidth(0.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if page.is_lowest(index):
        axes.set_xlabel("ΔRA cos δ  [arcsec]", fontsize=7, family=FONT, labelpad=2)
    if page.is_leftmost(index):
        axes.set_ylabel("ΔDec  [arcsec]", fontsize=7, family=FONT, labelpad=1)


def write_words(
    figure: Figure, page: PageLayout, *, title: str, below: str, right: str, key: str
) -> None:
    """Write the title, the line below it, what stands opposite of it, and the key at the foot."""
    left = page.panel(0)[0]
    for inches, text, size, weight, color in (
        (page.height - 0.08, title, 9, "bold", "black"),
        (page.height - 0.25, below, 7, "normal", "#444444"),
        (0.17, key, 6, "normal", "#444444"),
    ):
        words = figure.text(left, inches / page.height, text, fontsize=size, fontweight=weight)
        words.set(color=color, family=FONT, parse_math=False, va="top")
    facts = figure.text(1 - 0.14 / page.width, 1 - 0.10 / page.height, right, fontsize=7)
    facts.set(family=FONT, parse_math=False, ha="right", va="top")
