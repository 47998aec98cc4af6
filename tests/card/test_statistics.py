"""Statistics of channels are those of the physical values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mangaxr
from mangaxr.card.statistics import Moments, channel_statistics

numbers = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=20)


@given(st.lists(numbers, max_size=5), st.sampled_from([0.0, 1e8]))
def test_numbers_in_parts_are_as_numbers_at_once(parts: list[list[float]], offset: float) -> None:
    """Count, mean, deviation and extremes do not depend on how the numbers are cut."""
    moments = Moments()
    for part in parts:
        moments.add(np.array(part) + offset)
    whole = np.array([value for part in parts for value in part]) + offset
    known = whole[~np.isnan(whole)]
    assert moments.count == known.size
    if known.size:
        assert moments.mean == pytest.approx(known.mean(), rel=1e-12, abs=1e-6)
        assert moments.std == pytest.approx(known.std(), rel=1e-6, abs=1e-6)
        assert (moments.least, moments.largest) == (known.min(), known.max())
    else:
        assert np.isnan([moments.mean, moments.std, moments.least, moments.largest]).all()


def test_statistics_are_those_of_physical_values(built: Path) -> None:
    """They are what numpy says of `to_physical`, over the galaxies that did not fail."""
    store = mangaxr.open_store(built).isel(galaxy=[0, 1])
    physical = mangaxr.to_physical(store).load()
    found = channel_statistics(mangaxr.open_store(built, chunks=None))
    assert [row.channel for row in found] == ["ha_vel", "ha_flux", "sii_flux"]
    for row in found:
        values = physical.sel(channel=row.channel).values
        tensor = store.tensor.sel(channel=row.channel).values.astype(float)
        assert row.pixels == 2 * 16 * 16
        assert row.physical.count == np.isfinite(values).sum() > 20
        assert row.share == pytest.approx(np.isfinite(values).mean())
        assert row.physical.mean == pytest.approx(np.nanmean(values))
        assert row.physical.std == pytest.approx(np.nanstd(values))
        assert row.physical.least == np.nanmin(values)
        assert row.physical.largest == np.nanmax(values)
        assert row.tensor.mean == pytest.approx(np.nanmean(tensor))
        assert row.tensor.std == pytest.approx(np.nanstd(tensor))
        assert row.units == str(physical.sel(channel=row.channel).channel_units.values)
