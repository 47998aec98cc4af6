"""One map with its colour bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mangaxr.viz.canvas import FONT
from mangaxr.viz.sky import SkyBox
from mangaxr.viz.style import NO_VALUE, Limits, Style, find_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.image import AxesImage

__all__ = ["SkyMap", "colour_map", "colour_norm", "draw_map", "stretched_ticks"]

_LINEAR_SHARE = 0.02
"""Share of the range over which the asinh stretch is linear."""

_MIN_DISTANCE = 0.13
"""Least distance of two ticks, as a share of the colour bar."""


@dataclass(frozen=True, slots=True)
class SkyMap:
    """What a panel shows.

    Parameters
    ----------
    name
        Label of the axes: the channel's name.
    label
        Text above the colour bar.
    values
        (y, x), in physical units; NaN where there is no value.
    style
        Its look.
    limits
        Ends of the colour scale; None for those of the values.
    """

    name: str
    label: str
    values: NDArray[np.floating[Any]]
    style: Style
    limits: Limits | None = None


def colour_norm(style: Style, limits: Limits) -> Normalize:
    """Map values to the colour scale's 0 to 1."""
    from matplotlib.colors import AsinhNorm, Normalize

    if style.stretch == "asinh":
        width = _LINEAR_SHARE * (limits.high - limits.low)
        return AsinhNorm(linear_width=width, vmin=limits.low, vmax=limits.high)
    return Normalize(limits.low, limits.high)


def colour_map(style: Style) -> Colormap:
    """Return a style's colour map, in which a missing value has a colour of its own."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    named = style.colour_map
    if isinstance(named, str):
        plain: Colormap = colormaps[named]
    else:
        plain = LinearSegmentedColormap.from_list(style.quantity, named)
    return plain.with_extremes(bad=NO_VALUE)


def draw_map(axes: Axes, bar: Axes, sky_map: SkyMap, box: SkyBox) -> AxesImage | None:
    """Draw a map and its colour bar.

    Parameters
    ----------
    axes, bar
        Where the map and the colour bar go.
    sky_map
        What to draw.
    box
        Where the map is on the sky; its first column is the easternmost.

    Returns
    -------
    matplotlib.image.AxesImage or None
        The image; None if the map has no value, which a note then says.
    """
    axes.set(facecolor=NO_VALUE, xlim=(box.east, box.west), ylim=(box.south, box.north))
    axes.set_aspect("equal")
    # A fixed height keeps the labels of a row in line, whatever the ticks.
    bar.set_title(sky_map.label, fontsize=7, family=FONT, y=3.1, pad=0, parse_math=False)
    found = find_limits(sky_map.style, sky_map.values)
    if found is None:
        bar.set(xticks=[], yticks=[])
        bar.set_frame_on(False)
        axes.text(0.5, 0.5, "no values", transform=axes.transAxes, **_CENTRED)
        return None
    limits = sky_map.limits or found
    image = axes.imshow(
        np.ma.masked_invalid(sky_map.values),
        origin="lower",
        extent=box.extent,
        interpolation="nearest",  # the default would blend values into missing ones
        cmap=colour_map(sky_map.style),
        norm=colour_norm(sky_map.style, limits),
    )
    _draw_bar(bar, image, sky_map.style, limits)
    return image


_CENTRED: dict[str, Any] = {
    "ha": "center",
    "va": "center",
    "fontsize": 8,
    "color": "#555555",
    "family": FONT,
}


def _draw_bar(bar: Axes, image: AxesImage, style: Style, limits: Limits) -> None:
    from matplotlib.colorbar import Colorbar
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    locator = (
        MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
        if style.stretch == "linear"
        else FixedLocator(stretched_ticks(colour_norm(style, limits)))
    )
    colour_bar = Colorbar(
        bar,
        image,
        orientation="horizontal",
        ticklocation="top",
        extend=limits.extend,
        ticks=locator,
        format=FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")),
    )
    colour_bar.outline.set_linewidth(0.5)
    colour_bar.ax.minorticks_off()
    bar.tick_params(labelsize=6, labelfontfamily=FONT, length=2, width=0.5, pad=1)


def stretched_ticks(norm: Normalize) -> list[float]:
    """Choose round ticks, 1, 2 or 5 times a power of ten, that are far enough apart.

    Zero comes first, then powers of ten from the largest, then the numbers between, then
    what a linear scale would have: a narrow range may hold none of the others.

    Examples
    --------
    >>> from matplotlib.colors import AsinhNorm
    >>> stretched_ticks(AsinhNorm(linear_width=2, vmin=0, vmax=100))
    [0.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    """
    from matplotlib.ticker import MaxNLocator

    low, high = float(norm.vmin or 0.0), float(norm.vmax or 0.0)
    top = math.ceil(math.log10(max(abs(low), abs(high))))
    candidates = [0.0] + [
        sign * digit * 10.0**power
        for digit in (1, 5, 2)
        for power in range(top, top - 6, -1)
        for sign in (1, -1)
    ]
    candidates += [float(tick) for tick in MaxNLocator(4).tick_values(low, high)]
    candidates = [value for value in candidates if low <= value <= high]
    chosen: dict[float, float] = {}
    for value, place in zip(candidates, np.asarray(norm(candidates)).tolist(), strict=True):
        apart = all(abs(place - other) >= _MIN_DISTANCE for other in chosen.values())
        if apart:
            chosen[value] = place
    return sorted(chosen)
