"""Colour maps and limits."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.colors import to_rgba

from mangaxr.errors import UnknownNameError
from mangaxr.tensors.channels import Quantity
from mangaxr.viz.panel import colour_map, colour_norm, stretched_ticks
from mangaxr.viz.style import COVERAGE, NO_VALUE, STYLES, Limits, Style, find_limits, find_style

_MAPS = hnp.arrays(np.float64, (5, 5), elements=st.floats(-1e4, 1e4) | st.just(float("nan")))


def test_every_quantity_of_a_channel_has_a_style() -> None:
    """No channel that can be built lacks a row."""
    assert {style.quantity for style in STYLES} == set(get_args(Quantity))


def test_an_unknown_quantity_is_an_error() -> None:
    """The message lists the quantities there are."""
    with pytest.raises(UnknownNameError, match="'colour': expected one of surface_brightness"):
        find_style("colour")


@pytest.mark.parametrize("style", [*STYLES, COVERAGE], ids=lambda s: s.quantity)
def test_no_map_passes_through_the_colour_of_no_value(style: Style) -> None:
    """A missing value cannot be taken for a value, and is set as the map's bad colour."""
    colours = colour_map(style)
    shades = colours(np.linspace(0, 1, 256))[:, :3]
    missing = np.array(to_rgba(NO_VALUE)[:3])
    assert tuple(colours.get_bad()) == to_rgba(NO_VALUE)
    if style is not COVERAGE:  # coverage is never missing
        assert np.abs(shades - missing).max(axis=1).min() > 0.03


@given(values=_MAPS, style=st.sampled_from(STYLES))
def test_limits_are_in_order_and_say_what_is_cut(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]], style: Style
) -> None:
    """Limits exist exactly if there is a value, are ordered, and own up to clipping."""
    limits = find_limits(style, values)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        assert limits is None
        return
    assert limits is not None
    assert limits.low < limits.high
    assert limits.below == (finite.min() < limits.low)
    assert limits.above == (finite.max() > limits.high)


@given(values=_MAPS.filter(lambda a: bool(np.isfinite(a).any())))
def test_velocity_scale_is_symmetric_about_the_median(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    """The median velocity has the middle colour."""
    limits = find_limits(find_style("velocity"), values)
    assert limits is not None
    median = np.nanmedian(values)
    assert (limits.low + limits.high) / 2 == pytest.approx(median, abs=1e-9)
    assert float(colour_norm(find_style("velocity"), limits)(median)) == pytest.approx(0.5)


def test_receding_is_red_and_approaching_blue() -> None:
    """The ends of the velocity map are the colours everyone expects."""
    colours = colour_map(find_style("velocity"))
    red, _, blue = colours(0.95)[:3]
    assert red > 2 * blue
    red, _, blue = colours(0.05)[:3]
    assert blue > 2 * red


def test_an_outlier_does_not_set_the_limits() -> None:
    """One absurd velocity leaves the scale to the others."""
    values = np.append(np.linspace(-100, 100, 999), 1e6)
    limits = find_limits(find_style("velocity"), values)
    assert limits is not None
    assert limits.high < 101
    assert limits.above


def test_a_systemic_velocity_shifts_the_limits() -> None:
    """How far the scale reaches depends on the spread, not on the velocity of the whole."""
    values = np.linspace(-100, 100, 101)
    still, moving = (find_limits(find_style("velocity"), values + v) for v in (0, 5000))
    assert still is not None
    assert moving is not None
    assert moving.low == pytest.approx(still.low + 5000)
    assert moving.high == pytest.approx(still.high + 5000)


@given(low=st.floats(-100, 100), span=st.floats(1e-3, 1e5))
def test_stretched_ticks_are_inside_and_apart(low: float, span: float) -> None:
    """Every flux scale has at least two ticks, none crowding another."""
    limits = Limits(low, low + span, below=False, above=False)
    norm = colour_norm(find_style("surface_brightness"), limits)
    ticks = stretched_ticks(norm)
    assert len(ticks) >= 2
    assert low <= min(ticks) <= max(ticks) <= low + span
    assert np.diff(np.asarray(norm(ticks))).min() >= 0.13 - 1e-9
