"""Tests of the overlap matrices."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.errors import GridError
from mangaxr.regrid import PixelGrid, overlap_matrix, overlap_of


@st.composite
def axes(draw: st.DrawFn) -> tuple[int, list[Fraction]]:
    """Draw a number of input pixels and rational edges in and around them."""
    n_in = draw(st.integers(1, 40))
    edge = st.fractions(min_value=-5, max_value=n_in + 5, max_denominator=64)
    edges = draw(st.lists(edge, min_size=2, max_size=30, unique=True))
    return n_in, sorted(edges)


@given(axes())
def test_overlap_is_that_of_exact_rational_arithmetic(axis: tuple[int, list[Fraction]]) -> None:
    """Every length equals the intersection of the two intervals, computed with fractions."""
    n_in, edges = axis
    half = Fraction(1, 2)
    expected = [
        [float(max(min(hi, i + half) - max(lo, i - half), Fraction(0))) for i in range(n_in)]
        for lo, hi in pairwise(edges)
    ]
    found = overlap_matrix(n_in, [float(edge) for edge in edges])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n_in", [20, 33, 42, 54, 72, 74, 79])
@pytest.mark.parametrize("npix", [56, 60, 64, 77, 99])
def test_edges_that_should_coincide_share_no_sliver(n_in: int, npix: int) -> None:
    """No output pixel gets a trace of an input pixel it only touches, however edges round."""
    matrix = overlap_of(PixelGrid.field((n_in, n_in), npix), (n_in, n_in)).y
    # In exact arithmetic output pixel j covers j*n/npix to (j+1)*n/npix from the first edge.
    for j in range(npix):
        first = j * n_in // npix
        last = -((-(j + 1) * n_in) // npix)
        assert list(np.flatnonzero(matrix[j])) == list(range(first, last))


def test_a_small_overlap_that_is_real_counts() -> None:
    """A millionth of a pixel is neither rounding nor dropped."""
    np.testing.assert_allclose(
        overlap_matrix(2, [-0.5, 0.5 + 1e-6]), [[1.0, 1e-6]], rtol=1e-9, atol=0
    )


def test_a_thin_output_pixel_is_not_mistaken_for_a_sliver() -> None:
    """Output pixels a billion times thinner than the input still see the pixel they lie in."""
    np.testing.assert_allclose(
        overlap_matrix(1, [0.0, 1e-11, 3e-11]), [[1e-11], [2e-11]], rtol=1e-9
    )


def test_area_is_integrated_along_the_axes_it_belongs_to() -> None:
    """With axes of different length a single lit pixel arrives in the right output pixel."""
    overlap = overlap_of(PixelGrid((2, 4), 3.0, (2.5, 5.5)), (6, 12))
    layer = np.zeros((6, 12))
    layer[4, 1] = 7.0
    expected = np.zeros((2, 4))
    expected[1, 0] = 7.0
    np.testing.assert_array_equal(overlap.integrate(layer), expected)
    assert overlap.input_shape == (6, 12)
    assert overlap.output_shape == (2, 4)
    assert overlap.pixel_area == 9.0


def test_overlap_is_computed_once_and_cannot_be_written_to() -> None:
    """A second call returns the same object, whose shared arrays refuse assignment."""
    grid = PixelGrid.field((54, 54), 64)
    overlap = overlap_of(grid, (54, 54))
    assert overlap_of(PixelGrid.field((54, 54), 64), (54, 54)) is overlap
    assert overlap_of(grid, (54, 52)) is not overlap
    for matrix in (overlap.y, overlap.x):
        with pytest.raises(ValueError, match="read-only"):
            matrix[0, 0] = 1.0


@pytest.mark.parametrize(
    ("n_in", "edges", "message"),
    [
        (0, [0.0, 1.0], "at least one input pixel"),
        (3, [0.0], "at least two edges"),
        (3, [[0.0, 1.0]], "at least two edges"),
        (3, [1.0, 0.0], "increase"),
        (3, [0.0, 0.0, 1.0], "increase"),
        (3, [0.0, float("nan"), 1.0], "finite"),
        (3, [0.0, float("inf")], "finite"),
    ],
)
def test_edges_that_bound_no_pixels_are_refused(
    n_in: int, edges: list[float], message: str
) -> None:
    """An empty input, and edges that are too few, unordered or not finite, are errors."""
    with pytest.raises(GridError, match=message):
        overlap_matrix(n_in, edges)


def test_an_input_without_pixels_has_no_overlap() -> None:
    """The cached constructor names the shape it was given."""
    with pytest.raises(GridError, match=r"input_shape is \(0, 74\)"):
        overlap_of(PixelGrid.field((74, 74), 64), (0, 74))
