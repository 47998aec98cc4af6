"""What the panels of a picture show."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from mangaxr.store.physical import to_physical
from mangaxr.viz.layout import page_layout
from mangaxr.viz.preview import draw_preview
from mangaxr.viz.style import NO_VALUE

MakeStore = Callable[..., xr.Dataset]


def _panel(figure: Figure, name: str) -> Axes:
    (axes,) = (axes for axes in figure.axes if axes.get_label() == name)
    return axes


def _shown(figure: Figure, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the array that a panel draws, NaN where it draws none."""
    return np.ma.filled(np.ma.asarray(_panel(figure, name).images[0].get_array()), np.nan)


def test_panels_hold_physical_values(store: xr.Dataset) -> None:
    """The picture's arrays are the tensors taken back to physical units."""
    figure = draw_preview(store, "8138-3702")
    for name in ("ha_flux", "ha_vel"):
        expected = to_physical(store).sel(galaxy="8138-3702", channel=name).values
        np.testing.assert_array_equal(_shown(figure, name), expected)


def test_colour_bars_name_quantity_and_unit(make_store: MakeStore) -> None:
    """Each colour bar says what it shows, in which unit."""
    channels = ("ha_flux", "ha_vel", "ha_sigma", "d4000")
    figure = draw_preview(make_store(channels=channels), "8138-1901")
    labels = [_panel(figure, f"{name} colour bar").get_title() for name in channels]
    assert labels == [
        "Hα flux\n10⁻¹⁷ erg s⁻¹ cm⁻² arcsec⁻²",
        "Hα velocity\nkm s⁻¹",
        "Hα dispersion\nkm s⁻¹",
        "Spectral index D4000",
    ]
    assert {label.get_text() for label in figure.texts} >= {"8138-1901", "Quality: good"}


def test_velocity_is_symmetric_and_coverage_from_0_to_1(store: xr.Dataset) -> None:
    """Velocity limits lie evenly about the median; coverage always spans all of 0 to 1."""
    figure = draw_preview(store, "8138-1901")
    low, high = _panel(figure, "ha_vel").images[0].get_clim()
    median = float(to_physical(store).isel(galaxy=0, channel=1).median())
    assert high - median == pytest.approx(median - low)
    assert _panel(figure, "coverage").images[0].get_clim() == (0, 1)


def test_coverage_is_the_least_of_the_channels(store: xr.Dataset) -> None:
    """A pixel that one channel lacks is not shown as covered, and the label says so."""
    store.coverage[0, 1, 8, 8] = 0.25
    figure = draw_preview(store, "8138-1901")
    assert _shown(figure, "coverage")[8, 8] == 0.25
    assert "least of the channels" in _panel(figure, "coverage colour bar").get_title()
    alone = draw_preview(store, "8138-1901", channels=["ha_flux"])
    assert _shown(alone, "coverage")[8, 8] == 1
    assert "least" not in _panel(alone, "coverage colour bar").get_title()


def test_missing_pixels_are_drawn_in_the_colour_of_no_value(store: xr.Dataset) -> None:
    """On the canvas a NaN pixel among values has its own colour, and they have not."""
    store.tensor[0, 1, 8, 8] = np.nan
    store["psf_fwhm"][:] = np.nan
    store["reff"][:] = np.nan
    figure = draw_preview(store, "8138-1901", channels=["ha_vel"])
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1]  # type: ignore[attr-defined]
    axes = _panel(figure, "ha_vel")

    def colour(row: int, column: int) -> list[int]:
        place = ((column + 0.5) / 16, (row + 0.5) / 16)
        x, y = axes.transAxes.transform(place)
        return list(pixels[int(y), int(x)])

    missing = [round(255 * part) for part in to_rgba(NO_VALUE)]
    assert colour(8, 8) == missing
    assert colour(15, 8) == missing
    assert missing not in (colour(8, 7), colour(8, 9), colour(7, 8), colour(9, 8))


def test_a_channel_without_values_says_so(store: xr.Dataset) -> None:
    """An empty map has a note, its label, and no colour bar; the others are drawn."""
    store.tensor[0, 1] = np.nan
    figure = draw_preview(store, "8138-1901")
    empty, bar = _panel(figure, "ha_vel"), _panel(figure, "ha_vel colour bar")
    assert "no values" in [text.get_text() for text in empty.texts]
    assert not empty.images
    assert bar.get_title() == "Hα velocity\nkm s⁻¹"
    assert not bar.get_xticks().size
    assert _panel(figure, "ha_flux").images


def test_a_constant_map_is_drawn(store: xr.Dataset) -> None:
    """A map that is the same everywhere gets a scale around its value."""
    store.tensor[0] = 0.5
    figure = draw_preview(store, "8138-1901")
    for name, value in (("ha_flux", 26.0), ("ha_vel", 57.0)):
        low, high = _panel(figure, name).images[0].get_clim()
        assert low < value < high


@pytest.mark.parametrize("panels", range(2, 12))
def test_panels_stay_on_the_page_and_apart(panels: int) -> None:
    """No two panels or colour bars overlap, whatever their number."""
    page = page_layout(panels)
    boxes = [box for i in range(panels) for box in (page.panel(i), page.colour_bar(i))]
    for left, bottom, width, height in boxes:
        assert left > 0
        assert bottom > 0
        assert left + width < 1
        assert bottom + height < 1
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in itertools.combinations(boxes, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_no_text_overlaps_another(
    make_store: MakeStore, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every piece of text on the page is readable, also with many quality flags."""
    store = make_store(channels=("ha_flux", "ha_vel", "ha_sigma", "d4000")[:channels])
    store["dapqual"][:] = 0x70000001
    store["drp3qual"][:] = 0x400003FE
    figure = draw_preview(store, "8138-1901")
    drawn: list[Text] = []
    draw = Text.draw

    def noted(self: Text, renderer: RendererBase) -> None:
        if self.get_visible() and self.get_text().strip():
            drawn.append(self)
        draw(self, renderer)

    monkeypatch.setattr(Text, "draw", noted)
    figure.canvas.draw()
    boxes = [(t.get_text(), t.get_window_extent()) for t in drawn]
    assert len(boxes) > 15
    width, height = figure.get_size_inches() * figure.dpi
    for name, box in boxes:
        assert 0 <= box.x0 < box.x1 <= width, name
        assert 0 <= box.y0 < box.y1 <= height, name
    for (name, one), (other, two) in itertools.combinations(boxes, 2):
        assert not one.overlaps(two), (name, other)
