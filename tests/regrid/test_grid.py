"""Tests of the target grid."""

from __future__ import annotations

import numpy as np
import pytest

from mangaxr.errors import GridError, MangaxrError
from mangaxr.regrid import PixelGrid, overlap_of


@pytest.mark.parametrize(
    ("input_shape", "npix"), [((74, 74), 64), ((32, 32), 64), ((33, 57), 60), ((80, 21), 7)]
)
def test_field_ends_where_the_longer_axis_of_the_input_ends(
    input_shape: tuple[int, int], npix: int
) -> None:
    """The field reaches half a longer axis to each side of the middle of the array."""
    grid = PixelGrid.field(input_shape, npix)
    assert grid.shape == (npix, npix)
    for edges, n in zip(grid.edges(), input_shape, strict=True):
        middle = (n - 1) / 2
        half = max(input_shape) / 2
        np.testing.assert_allclose(edges[[0, -1]], [middle - half, middle + half], atol=1e-12)


def test_edges_and_centers_of_a_grid_known_by_hand() -> None:
    """A grid of 2 x 3 pixels of 1.5 about (4, 10) has the edges one writes down for it."""
    grid = PixelGrid(shape=(2, 3), scale=1.5, center=(4.0, 10.0))
    edges_y, edges_x = grid.edges()
    np.testing.assert_array_equal(edges_y, [2.5, 4.0, 5.5])
    np.testing.assert_array_equal(edges_x, [7.75, 9.25, 10.75, 12.25])
    y, x = grid.pixel_centers()
    np.testing.assert_array_equal(y, [3.25, 4.75])
    np.testing.assert_array_equal(x, [8.5, 10.0, 11.5])


def test_centers_lie_midway_between_edges() -> None:
    """Every pixel centre is the mean of the two edges of that pixel."""
    grid = PixelGrid(shape=(61, 17), scale=0.37, center=(35.1, 12.9))
    for edges, centers in zip(grid.edges(), grid.pixel_centers(), strict=True):
        np.testing.assert_allclose((edges[1:] + edges[:-1]) / 2, centers, rtol=0, atol=1e-12)


def test_equal_grids_are_one_key_whatever_numbers_they_were_given() -> None:
    """NumPy scalars and lists give the same grid, and the same cached overlap, as plain ones."""
    plain = PixelGrid((64, 64), 1.5, (36.5, 36.5))
    numpy_made = PixelGrid(
        [np.int64(64), np.int16(64)],  # type: ignore[arg-type]
        np.float64(1.5),
        np.array([36.5, 36.5]),  # type: ignore[arg-type]
    )
    assert numpy_made == plain
    assert type(numpy_made.scale) is float
    assert type(numpy_made.shape[0]) is int
    assert overlap_of(numpy_made, (74, 74)) is overlap_of(plain, (74, 74))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shape", (0, 64)),
        ("shape", (64, -1)),
        ("shape", (64.0, 64)),
        ("shape", 64),
        ("shape", (64, 64, 2)),
        ("scale", 0.0),
        ("scale", -1.0),
        ("scale", float("nan")),
        ("scale", float("inf")),
        ("scale", "wide"),
        ("center", (0.0, float("nan"))),
        ("center", (0.0,)),
        ("center", 3.0),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused_by_name(field: str, value: object) -> None:
    """The error is a ValueError of ours that names the field and repeats what it was given."""
    arguments = {"shape": (64, 64), "scale": 1.0, "center": (31.5, 31.5), field: value}
    with pytest.raises(GridError, match=f"PixelGrid.{field} is ") as caught:
        PixelGrid(**arguments)  # type: ignore[arg-type]
    assert repr(value) in str(caught.value)
    assert isinstance(caught.value, MangaxrError)
    assert isinstance(caught.value, ValueError)


def test_field_refuses_an_empty_input_or_output() -> None:
    """An input without pixels and an output without pixels are both refused."""
    with pytest.raises(GridError, match="input_shape"):
        PixelGrid.field((0, 74), 64)
    with pytest.raises(GridError, match="shape"):
        PixelGrid.field((74, 74), 0)
