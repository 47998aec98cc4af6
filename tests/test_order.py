"""Medians, percentiles and variances of small arrays, against numpy's."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mangaxr.order import median, percentiles, variance

VALUES = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e4, 1e4))


@given(values=VALUES, shares=st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_they_are_numpys(values: npt.NDArray[np.float64], shares: list[float]) -> None:
    """The first two to the last bit: stores hold scalings that were made of them."""
    assert median(values) == np.median(values)
    assert percentiles(values, shares) == tuple(np.quantile(values, shares))
    assert variance(values) == pytest.approx(np.var(values), rel=1e-9, abs=1e-6)


def test_the_median_of_nothing_is_not_a_number() -> None:
    """As no value is."""
    assert math.isnan(median(np.empty(0)))
