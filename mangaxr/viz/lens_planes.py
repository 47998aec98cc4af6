"""A lens in both planes: how much it magnifies, and where in the source plane rays end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.observe import observe
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.lensing.trace import trace
from mangaxr.viz.canvas import new_figure
from mangaxr.viz.labels import pretty_unit
from mangaxr.viz.layout import page_layout
from mangaxr.viz.lensed import draw_panel, lens_curves, lens_words, square_box
from mangaxr.viz.page_words import write_words
from mangaxr.viz.panel import SkyMap
from mangaxr.viz.sky import draw_compass
from mangaxr.viz.style import Style, find_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_planes"]

_KEY = (
    "Lines: critical curves left, caustics right.   Purple: images are mirrored.   "
    "Net: where a square net of rays ends."
)
_MAGNIFICATION = Style("magnification", "PuOr_r", "asinh", "fixed", -30.0, 30.0)
_RAYS = 600
"""Along a side of the magnification map, and along a line of the grid."""
_LINES = 33
_JUMP = 0.05
"""Share of the picture beyond which two rays next to each other lie on two sides of a centre."""


def draw_planes(
    source: SourceMaps, lens: Lens, grid: ImageGrid, *, title: str = "", facts: str = ""
) -> Figure:
    """Draw the magnification in the image plane, and the source with the rays' ends.

    Parameters
    ----------
    source
        What is behind the lens.
    lens
        One lens.
    grid
        Whose field is drawn, in both planes.
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
    >>> from mangaxr.lensing import SIS, ImageGrid, Lens, rotating_disk
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> figure = draw_planes(source, Lens([SIS(1.0)]), ImageGrid(32, 0.1))
    >>> [axes.get_label() for axes in figure.axes]
    ['magnification', 'magnification colour bar', 'source', 'source colour bar']
    """
    page = page_layout(2)
    figure = new_figure(page.width, page.height)
    half = grid.npix * grid.pixel_scale / 2.0
    box = square_box(half)
    places = (np.arange(_RAYS) + 0.5) / _RAYS * 2 * half - half
    magnified = lens.magnification(places[np.newaxis, :], places[:, np.newaxis])
    light = observe(trace(source, Lens(), grid), coverage_min=1e-6).flux
    flux = f"Surface brightness of the source\n{pretty_unit(light.units)}"
    critical, caustics = lens_curves(lens, half)
    image = SkyMap("magnification", "Magnification\n ", magnified, _MAGNIFICATION)
    behind = SkyMap("source", flux, light.values, find_style("surface_brightness"))
    draw_panel(figure, page, 0, image, box, critical)
    _draw_net(draw_panel(figure, page, 1, behind, box, caustics), lens, half)
    draw_compass(figure.axes[0], box)
    write_words(figure, page, title=title, below=lens_words(lens), right=facts, key=_KEY)
    return figure


def _draw_net(axes: Axes, lens: Lens, half: float) -> None:
    """Draw where the lines of a square grid in the image plane end in the source plane."""
    along = np.linspace(-half, half, _RAYS)
    for place in np.linspace(-half, half, _LINES):
        fixed = np.full_like(along, place)
        for line in ((along, fixed), (fixed, along)):
            x, y = _broken(*lens.ray_shoot(*line), jump=_JUMP * 2 * half)
            axes.plot(-x, y, color="#7f7f7f", linewidth=0.3, alpha=0.7, zorder=1.5)


def _broken(
    x: NDArray[np.float64], y: NDArray[np.float64], *, jump: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Break a line where it jumps, as at a singular centre."""
    far = np.flatnonzero(np.hypot(np.diff(x), np.diff(y)) > jump) + 1
    return np.insert(x, far, np.nan), np.insert(y, far, np.nan)
