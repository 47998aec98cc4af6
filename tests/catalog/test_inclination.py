"""Inclinations from axis ratios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.catalog.ranking.inclination import inclination


@given(degrees=st.floats(0.0, 90.0), q0=st.floats(0.0, 0.9))
def test_an_oblate_spheroid_seen_at_an_angle_gives_the_angle_back(
    degrees: float, q0: float
) -> None:
    """The projected axis ratio of a spheroid, from its geometry, is inverted.

    A spheroid of axes a, a, c seen at inclination i has the shadow's minor axis
    sqrt(a^2 cos^2 i + c^2 sin^2 i).
    """
    i = np.radians(degrees)
    ratio = np.sqrt(np.cos(i) ** 2 + (q0 * np.sin(i)) ** 2)
    found = np.radians(float(inclination(ratio, q0=q0)))
    # Near face-on and edge-on the arccos turns rounding of 1e-16 into 1e-8.
    assert found == pytest.approx(i, abs=1e-6)


def test_published_value() -> None:
    """Tully & Fisher's corrected inclination of b/a = 0.5, q0 = 0.2, is 62.1 degrees."""
    assert float(inclination(0.5)) == pytest.approx(62.11, abs=0.01)


@pytest.mark.parametrize("ratio", [np.nan, -999.0, -1.0, 0.0, 1.01])
def test_no_axis_ratio_no_inclination(ratio: float) -> None:
    """What cannot be an axis ratio gives NaN and no number."""
    assert np.isnan(inclination(ratio))


def test_thinner_than_a_disk_is_edge_on() -> None:
    """An axis ratio below q0 is 90 degrees."""
    assert float(inclination(0.1)) == 90.0
