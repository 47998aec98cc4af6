"""Voronoi bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangaxr.errors import UnknownNameError
from mangaxr.synthetic.observe.binning import binning_of, spaxel_bins, voronoi_bins


def disc(size: int) -> np.ndarray:
    """Return a round footprint."""
    y, x = np.mgrid[:size, :size] - size / 2
    return np.hypot(x, y) < size / 2.2


@given(peak=st.floats(2, 60), scale=st.floats(2, 12), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_bins_partition_the_footprint(peak, scale, seed) -> None:
    """Every good spaxel is in one bin, no other is, and bin numbers have no gaps."""
    good = disc(24)
    y, x = np.mgrid[:24, :24] - 12.0
    snr = peak * np.exp(-np.hypot(x, y) / scale) + 1.0
    snr *= np.random.default_rng(seed).uniform(0.8, 1.2, snr.shape)
    bins = voronoi_bins(good, snr)
    assert ((bins.ids >= 0) == good).all()
    assert sorted(set(bins.index)) == list(range(bins.count))
    assert bins.spaxels.sum() == np.count_nonzero(good)


def test_bright_spaxels_stand_alone_and_faint_ones_are_shared() -> None:
    """Above the target a spaxel is its own bin; below, the bin grows as (10 / S/N)^2."""
    good = np.ones((40, 40), bool)
    snr = np.where(np.arange(40) < 20, 15.0, 2.0) * np.ones((40, 1))
    bins = voronoi_bins(good, snr)
    sizes = bins.spaxels[bins.ids]
    assert (sizes[:, :20] == 1).all()
    assert np.mean(np.unique(bins.ids[:, 20:], return_counts=True)[1]) == pytest.approx(25, rel=0.3)


def test_means_are_averages_over_the_bins() -> None:
    """The weighted mean of each bin, spread over its spaxels, equals a loop's."""
    rng = np.random.default_rng(2)
    plane, weight = rng.random((2, 20, 20))
    bins = voronoi_bins(disc(20), np.full((20, 20), 4.0))
    spread = bins.expand(bins.mean(plane, weight), "f8")
    for number in range(bins.count):
        inside = bins.ids == number
        expected = np.average(plane[inside], weights=weight[inside])
        np.testing.assert_allclose(spread[inside], expected)
    assert not spread[bins.ids < 0].any()


def test_running_numbers_go_up_the_columns() -> None:
    """Spaxels are numbered with y running fastest, as the pipeline's (x, y) arrays are."""
    bins = spaxel_bins(np.array([[True, True], [True, False]]))
    assert bins.ids.tolist() == [[0, 2], [1, -1]]
    assert bins.single


def test_an_unknown_binning_is_an_error() -> None:
    """A DAPTYPE of another binning is refused, with the ones that exist."""
    with pytest.raises(UnknownNameError, match=r"'NRE' is not one of SPX, VOR10, HYB10"):
        binning_of("NRE-MILESHC-MASTARSSP")
