"""A galaxy without its lens and behind it, side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.lensing.lens import Lens
from mangaxr.lensing.profiles.component import Component
from mangaxr.viz.canvas import new_figure
from mangaxr.viz.labels import pretty_unit
from mangaxr.viz.layout import PageLayout, page_layout
from mangaxr.viz.page_words import label_axes, write_words
from mangaxr.viz.panel import SkyMap, draw_map
from mangaxr.viz.sky import SkyBox, draw_compass, outlined
from mangaxr.viz.style import COVERAGE, Style, find_limits, find_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "critical_curves",
    "draw_comparison",
    "draw_panel",
    "lens_curves",
    "lens_words",
    "square_box",
]

_KEY = (
    "Lines: caustics above, critical curves below.   Light grey: no value.   "
    "Velocities on one scale, flux each on its own."
)
_ROWS = ("without the lens", "lensed")
_MAPS: tuple[tuple[str, str, Style], ...] = (
    ("flux", "Surface brightness", find_style("surface_brightness")),
    ("velocity", "Velocity", find_style("velocity")),
    ("coverage", "Coverage", COVERAGE),
)
_CURVE_STEPS = 400

Lines = list[NDArray[np.float64]]


def draw_comparison(
    unlensed: xr.Dataset, lensed: xr.Dataset, lens: Lens, *, title: str = "", facts: str = ""
) -> Figure:
    """Draw flux, velocity and coverage of a galaxy without its lens and behind it.

    Parameters
    ----------
    unlensed, lensed
        Images of one grid, by `mangaxr.lensing.observe`.
    lens
        Whose critical curves are drawn on the lensed maps, and caustics on the others.
    title, facts
        Written above, left and right.

    Returns
    -------
    matplotlib.figure.Figure
        Axes in arcsec, North up and East to the left.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.

    Examples
    --------
    >>> from mangaxr.lensing import SIS, ImageGrid, Lens, observe, rotating_disk, trace
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> lens = Lens([SIS(1.0)])
    >>> images = (observe(trace(source, one, ImageGrid(32, 0.1))) for one in (Lens(), lens))
    >>> figure = draw_comparison(*images, lens)
    >>> [axes.get_label() for axes in figure.axes][:2]
    ['flux, without the lens', 'flux, without the lens colour bar']
    """
    page = page_layout(2 * len(_MAPS))
    figure = new_figure(page.width, page.height)
    box = square_box(lensed.pixel_scale * lensed.sizes["x"] / 2.0)
    critical, caustics = lens_curves(lens, box.east)
    both = np.concatenate([image.velocity.values.ravel() for image in (unlensed, lensed)])
    for row, (image, lines) in enumerate(((unlensed, caustics), (lensed, critical))):
        for column, (name, label, style) in enumerate(_MAPS):
            i = row * len(_MAPS) + column
            limits = find_limits(style, both) if name == "velocity" else None
            text = f"{label}, {_ROWS[row]}\n{pretty_unit(image[name].units)}"
            sky_map = SkyMap(f"{name}, {_ROWS[row]}", text, image[name].values, style, limits)
            draw_panel(figure, page, i, sky_map, box, lines)
    draw_compass(figure.axes[0], box)
    write_words(figure, page, title=title, below=lens_words(lens), right=facts, key=_KEY)
    return figure


def critical_curves(lens: Lens, half: float) -> Lines:
    """Return where the magnification is infinite: lines (n, 2) of x and y, arcsec.

    Parameters
    ----------
    lens
        One lens.
    half
        How far from the axis they are looked for, arcsec.

    Examples
    --------
    >>> from mangaxr.lensing import SIS, Lens
    >>> (ring,) = critical_curves(Lens([SIS(1.0)]), 2.0)
    >>> np.hypot(*ring.T).round(3).min(), np.hypot(*ring.T).round(3).max()
    (np.float64(1.0), np.float64(1.0))
    """
    from contourpy import contour_generator  # matplotlib's own

    places = np.linspace(-half, half, _CURVE_STEPS)
    determinant = lens.jacobian(places[np.newaxis, :], places[:, np.newaxis]).determinant
    # Near a singular centre it has no bound, and lines between such values would be off.
    bounded = np.clip(determinant, -1.0, 1.0)
    lines: Any = contour_generator(places, places, bounded).lines(0.0)
    return [np.asarray(line, dtype=np.float64) for line in lines]


def lens_words(lens: Lens) -> str:
    """Write a lens in a line, without what is as by default.

    Examples
    --------
    >>> from mangaxr.lensing import SIE, Lens, Shear
    >>> lens_words(Lens([SIE(1.0, 0.1, 0.05), Shear(0.02, -0.01)]))
    'SIE(theta_E=1, e1=0.1, e2=0.05) + Shear(g1=0.02, g2=-0.01)'
    """
    return " + ".join(
        f"{type(part).__name__}({', '.join(_said(part))})" for part in lens.components
    )


def _said(part: Component) -> Iterator[str]:
    for field in dataclasses.fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        if value != field.default:
            yield f"{field.name}={value:.3g}"


def lens_curves(lens: Lens, half: float) -> tuple[Lines, Lines]:
    """Return the critical curves within a field, and the caustics that they are mapped to."""
    critical = critical_curves(lens, half)
    return critical, [np.stack(lens.ray_shoot(*line.T), axis=-1) for line in critical]


def square_box(half: float) -> SkyBox:
    """Return a field around the axis, half of whose side is given in arcsec."""
    return SkyBox(east=half, west=-half, south=-half, north=half)


def draw_panel(
    figure: Figure, page: PageLayout, index: int, sky_map: SkyMap, box: SkyBox, lines: Lines
) -> Axes:
    """Draw a map with its colour bar, and critical curves or caustics on it."""
    axes = figure.add_axes(page.panel(index), label=sky_map.name)
    bar = figure.add_axes(page.colour_bar(index), label=f"{sky_map.name} colour bar")
    draw_map(axes, bar, sky_map, box)
    _draw_lines(axes, lines)
    label_axes(axes, page, index)
    return axes


def _draw_lines(axes: Axes, lines: Lines) -> None:
    """Draw lines of x to the West on axes to the East."""
    for line in lines:
        (drawn,) = axes.plot(-line[:, 0], line[:, 1], color="black", linewidth=0.6)
        drawn.set_path_effects(outlined(1.2))
