"""Grades: from a quantity to 0 ... 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.catalog.ranking.quantities import QUANTITIES
from mangaxr.catalog.ranking.terms import TERMS, Grade
from mangaxr.errors import CriteriaError

_NUMBER = st.floats(-1e6, 1e6)


def test_every_term_grades_a_quantity() -> None:
    """A term is named after the quantity it grades."""
    assert set(TERMS) <= set(QUANTITIES)


@given(value=_NUMBER, ends=st.tuples(_NUMBER, _NUMBER).filter(lambda e: abs(e[0] - e[1]) > 1e-3))
def test_a_ramp_is_the_straight_line_clipped(value: float, ends: tuple[float, float]) -> None:
    """Between worst and best the grade is linear, beyond them 0 and 1, rising or falling."""
    worst, best = ends
    grade = Grade(term="snr", weight=1.0, worst=worst, best=best)
    expected = min(max((value - worst) / (best - worst), 0.0), 1.0)
    assert float(grade(value)) == pytest.approx(expected, abs=1e-9)


def test_a_window_falls_on_both_sides() -> None:
    """Inside `best` the grade is 1, outside `worst` 0, and linear between."""
    grade = Grade(term="inclination", weight=1.0, worst=(25.0, 75.0), best=(40.0, 65.0))
    values = [0, 25, 32.5, 40, 50, 65, 70, 75, 90]
    np.testing.assert_allclose(grade(values), [0, 0, 0.5, 1, 1, 1, 0.5, 0, 0])


def test_flux_is_graded_by_its_logarithm() -> None:
    """A tenth of a decade counts the same anywhere; what is not positive earns nothing."""
    grade = Grade(term="ha_flux", weight=1.0, worst=100.0, best=10000.0)
    np.testing.assert_allclose(
        grade([-5.0, 0.0, 100.0, 1000.0, 10000.0, 1e9]), [0, 0, 0, 0.5, 1, 1]
    )


def test_what_is_missing_has_no_grade() -> None:
    """NaN stays NaN."""
    for term in TERMS:
        assert np.isnan(Grade(term=term, weight=1.0, worst=1.0, best=2.0)(np.nan))


@pytest.mark.parametrize(
    ("term", "weight", "worst", "best", "words"),
    [
        ("beauty", 1.0, 0.0, 1.0, "no term of a score is called 'beauty'"),
        ("snr", 0.0, 0.0, 1.0, "weight above 0"),
        ("snr", np.nan, 0.0, 1.0, "weight above 0"),
        ("snr", 1.0, 2.0, 2.0, "two different numbers"),
        ("snr", 1.0, np.nan, 2.0, "two different numbers"),
        ("snr", 1.0, (0.0, 1.0), 2.0, "pairs"),
        ("snr", 1.0, (0.0, 5.0), (4.0, 6.0), "pairs"),
        ("ha_flux", 1.0, 0.0, 10.0, "positive numbers"),
    ],
)
def test_what_makes_no_grade_is_an_error(
    term: str, weight: float, worst: object, best: object, words: str
) -> None:
    """Impossible numbers are refused in one line that says what is expected."""
    with pytest.raises(CriteriaError, match=words):
        Grade(term=term, weight=weight, worst=worst, best=best)  # type: ignore[arg-type]
