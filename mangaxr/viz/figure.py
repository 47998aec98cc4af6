"""The picture of one galaxy, put together from its parts."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import xarray as xr

from mangaxr.store.physical import to_physical
from mangaxr.viz.canvas import new_figure
from mangaxr.viz.labels import channel_label, quality_text, title_text
from mangaxr.viz.layout import PageLayout, page_layout
from mangaxr.viz.page_words import label_axes, write_words
from mangaxr.viz.panel import SkyMap, draw_map
from mangaxr.viz.sky import draw_compass, draw_psf, draw_reff, sky_box
from mangaxr.viz.style import COVERAGE, find_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_galaxy"]

_KEY = "Ellipse: 1 Rₑ.   Dashed circle: PSF FWHM.   Light grey: no value."


def draw_galaxy(galaxy: xr.Dataset) -> Figure:
    """Draw every channel of a galaxy, and the coverage.

    Parameters
    ----------
    galaxy
        A store of one galaxy, with the channels to draw, in memory.

    Raises
    ------
    UnknownNameError
        If a channel's quantity has no style.
    MissingDependencyError
        If matplotlib is not installed.
    """
    maps, box = _sky_maps(galaxy), sky_box(galaxy)
    page = page_layout(len(maps))
    figure = new_figure(page.width, page.height)
    for i, sky_map in enumerate(maps):
        axes = figure.add_axes(page.panel(i), label=sky_map.name)
        bar = figure.add_axes(page.colour_bar(i), label=f"{sky_map.name} colour bar")
        draw_map(axes, bar, sky_map, box)
        draw_reff(axes, galaxy)
        if sky_map.style is not COVERAGE:
            draw_psf(axes, galaxy, box)
        label_axes(axes, page, i)
    draw_compass(figure.axes[0], box)
    _write_words(figure, page, galaxy)
    return figure


def _sky_maps(galaxy: xr.Dataset) -> list[SkyMap]:
    """Return what the panels show: each channel, and the least of their coverages."""
    physical = to_physical(galaxy)
    maps = []
    for i, name in enumerate(galaxy.channel.values):
        channel = galaxy.isel(channel=i)
        style = find_style(str(channel.channel_quantity.values))
        values = physical.isel(channel=i).values
        maps.append(SkyMap(str(name), channel_label(channel), values, style))
    one = galaxy.sizes["channel"] == 1
    label = "Coverage" if one else "Coverage, least of the channels"
    label += "\nshare of the pixel's area"
    return [*maps, SkyMap("coverage", label, galaxy.coverage.min("channel").values, COVERAGE)]


def _write_words(figure: Figure, page: PageLayout, galaxy: xr.Dataset) -> None:
    """Write the title, the quality and the key."""
    quality = quality_text(int(galaxy.dapqual), int(galaxy.drp3qual))
    write_words(
        figure,
        page,
        title=str(galaxy.galaxy.values),
        below=textwrap.fill(f"Quality: {quality}", 105),
        right=title_text(galaxy),
        key=_KEY,
    )
