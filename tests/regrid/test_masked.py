"""Tests of masked means: what counts, how errors propagate, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mangaxr.errors import GridError
from mangaxr.regrid import Overlap, PixelGrid, coverage, mean, overlap_of, resample

NAN = float("nan")


@pytest.fixture
def quarter() -> Overlap:
    """Give the overlap of one output pixel with a 2 x 2 input."""
    return overlap_of(PixelGrid.field((2, 2), 1), (2, 2))


@pytest.fixture
def bundle() -> Overlap:
    """Give the overlap of the usual 64 x 64 grid with a 74 x 74 input."""
    return overlap_of(PixelGrid.field((74, 74), 64), (74, 74))


@pytest.mark.parametrize("weight", [0.0, -3.0, NAN, float("inf"), -float("inf")])
def test_a_pixel_without_positive_finite_weight_does_not_count(
    quarter: Overlap, weight: float
) -> None:
    """Its value has no influence, and its area is missing from the coverage."""
    weights = [[1.0, weight], [1.0, 2.0]]
    result = resample(
        [[1.0, 1e30], [2.0, 4.5]], np.ones((2, 2), dtype=bool), quarter, weights=weights
    )
    np.testing.assert_array_equal(result.value, [[(1 + 2 + 9) / 4]])
    np.testing.assert_array_equal(result.coverage, [[0.75]])


@pytest.mark.parametrize("value", [NAN, float("inf"), -float("inf")])
def test_a_valid_pixel_that_is_not_finite_counts_as_not_measured(
    quarter: Overlap, value: float
) -> None:
    """A NaN the mask forgot is missing, and so stays out of value, sigma and coverage."""
    result = resample(
        [[1.0, value], [2.0, 3.0]],
        np.ones((2, 2), dtype=bool),
        quarter,
        sigma=[[1.0, 50.0], [1.0, 1.0]],
    )
    assert [float(array[0, 0]) for array in result] == [2.0, 1.0, 0.75]


def test_without_any_valid_pixel_there_is_no_value(quarter: Overlap) -> None:
    """Value and sigma are NaN, not 0, and the coverage is 0."""
    ones = np.ones((2, 2))
    result = resample(ones, np.zeros((2, 2), dtype=bool), quarter, sigma=ones, weights=ones)
    assert np.isnan(result.value).all()
    assert np.isnan(result.sigma).all()
    np.testing.assert_array_equal(result.coverage, [[0.0]])


def test_output_beyond_the_input_has_neither_value_nor_coverage() -> None:
    """Of a grid twice as wide as the input, only the middle sees it."""
    overlap = overlap_of(PixelGrid((4, 4), 5.0, (4.5, 4.5)), (10, 10))
    result = resample(np.full((10, 10), 2.5), np.ones((10, 10), dtype=bool), overlap)
    middle = np.zeros((4, 4))
    middle[1:3, 1:3] = 1.0
    np.testing.assert_array_equal(result.coverage, middle)
    np.testing.assert_array_equal(result.value, np.where(middle > 0, 2.5, NAN))


def test_a_pixel_half_beyond_the_input_is_half_covered() -> None:
    """Coverage is a share of the whole output pixel, the value a mean over what there is."""
    overlap = overlap_of(PixelGrid((1, 1), 2.0, (0.5, -0.5)), (2, 2))
    result = resample([[3.0, 0.0], [5.0, 0.0]], np.ones((2, 2), dtype=bool), overlap)
    np.testing.assert_array_equal(result.coverage, [[0.5]])
    np.testing.assert_array_equal(result.value, [[4.0]])


def test_sigma_is_the_upper_bound_over_correlations(bundle: Overlap) -> None:
    """The exact error for the spaxels' correlation lies between independence and ours.

    The oracle is a^T C a with the full covariance matrix, C_ij = rho_ij sigma_i sigma_j and
    rho = exp(-d^2 / (2 * 1.92^2)) (Westfall et al. 2019), for output pixels of 6 x 6 spaxels.
    """
    n = 24
    overlap = overlap_of(PixelGrid.field((n, n), 4), (n, n))
    rng = np.random.default_rng(3)
    valid = rng.random((n, n)) > 0.2
    sigma = rng.lognormal(size=(n, n))
    ours = resample(np.zeros((n, n)), valid, overlap, sigma=sigma).sigma.ravel()

    a = np.kron(overlap.y, overlap.x) * valid.ravel()
    a /= a.sum(axis=1, keepdims=True)
    y, x = np.indices((n, n)).reshape(2, -1)
    distance2 = (y[:, np.newaxis] - y) ** 2 + (x[:, np.newaxis] - x) ** 2
    noise = a * sigma.ravel()
    bounds = {
        width: np.sqrt(np.einsum("oi,ij,oj->o", noise, np.exp(-distance2 / (2 * width**2)), noise))
        for width in (1e-3, 1.92, 1e6)
    }
    assert np.all(bounds[1e-3] < bounds[1.92])
    assert np.all(bounds[1.92] < ours)
    np.testing.assert_allclose(ours, bounds[1e6], rtol=1e-9)


@pytest.mark.parametrize("unknown", [NAN, float("inf"), -1.0])
def test_an_unknown_sigma_makes_the_sigma_unknown_and_nothing_else(
    bundle: Overlap, unknown: float
) -> None:
    """Only output pixels that a valid pixel of unknown sigma overlaps lose theirs."""
    rng = np.random.default_rng(4)
    values, sigma = rng.random((2, 74, 74)) + 1
    valid = np.ones((74, 74), dtype=bool)
    before = resample(values, valid, bundle, sigma=sigma)
    sigma[20, 50] = unknown
    after = resample(values, valid, bundle, sigma=sigma)
    touched = np.outer(bundle.y[:, 20], bundle.x[:, 50]) > 0
    assert touched.sum() in (1, 2, 4)
    np.testing.assert_array_equal(after.sigma, np.where(touched, NAN, before.sigma))
    np.testing.assert_array_equal(after.value, before.value)
    np.testing.assert_array_equal(after.coverage, before.coverage)


def test_sigma_not_given_is_nan(quarter: Overlap) -> None:
    """An error nobody gave is missing rather than 0."""
    result = resample(np.ones((2, 2)), np.ones((2, 2), dtype=bool), quarter)
    assert result.sigma.shape == (1, 1)
    assert np.isnan(result.sigma).all()


def test_a_stack_gives_each_map_bit_for_bit_what_it_gives_alone(bundle: Overlap) -> None:
    """Values, sigmas and coverages do not depend on what else is in the stack."""
    rng = np.random.default_rng(5)
    values, sigma, weights = rng.random((3, 2, 3, 74, 74))
    valid = rng.random((2, 3, 74, 74)) > 0.3
    stack = resample(values, valid, bundle, sigma=sigma, weights=weights)
    assert stack.value.shape == (2, 3, 64, 64)
    for i in np.ndindex(2, 3):
        alone = resample(values[i], valid[i], bundle, sigma=sigma[i], weights=weights[i])
        for of_stack, single in zip(stack, alone, strict=True):
            np.testing.assert_array_equal(of_stack[i], single)


def test_one_mask_and_one_sigma_serve_a_whole_stack(bundle: Overlap) -> None:
    """Broadcasting gives what repeating the arrays gives, in arrays that can be written to."""
    rng = np.random.default_rng(6)
    values = rng.random((3, 74, 74))
    sigma, weights = rng.random((2, 74, 74))
    valid = rng.random((74, 74)) > 0.3
    repeated = [np.repeat(array[np.newaxis], 3, axis=0) for array in (valid, sigma, weights)]
    short = resample(values, valid, bundle, sigma=sigma, weights=weights)
    long = resample(values, repeated[0], bundle, sigma=repeated[1], weights=repeated[2])
    for found, expected in zip(short, long, strict=True):
        np.testing.assert_array_equal(found, expected)
        found[0] = 0.0
        np.testing.assert_array_equal(found[1:], expected[1:])


def test_mean_and_coverage_are_those_of_resample(bundle: Overlap) -> None:
    """The two short forms return the very arrays of the long one."""
    rng = np.random.default_rng(7)
    values, weights = rng.random((2, 74, 74))
    valid = rng.random((74, 74)) > 0.5
    np.testing.assert_array_equal(
        mean(values, valid, bundle, weights=weights),
        resample(values, valid, bundle, weights=weights).value,
    )
    np.testing.assert_array_equal(coverage(valid, bundle), resample(values, valid, bundle).coverage)


def test_big_endian_float32_is_computed_in_float64(bundle: Overlap) -> None:
    """Arrays as FITS stores them give what their float64 copies give."""
    rng = np.random.default_rng(8)
    values = rng.random((74, 74)).astype(">f4")
    valid = np.ones((74, 74), dtype=bool)
    found = mean(values, valid, bundle)
    assert found.dtype == np.float64
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, mean(values.astype(np.float64), valid, bundle))


def test_inputs_are_left_as_they_were(bundle: Overlap) -> None:
    """Nothing is zeroed or cut in the caller's arrays."""
    rng = np.random.default_rng(9)
    arrays: dict[str, Any] = {
        name: rng.normal(size=(74, 74)) for name in ("values", "sigma", "weights")
    }
    arrays["values"][3, 4] = NAN
    arrays["valid"] = rng.random((74, 74)) > 0.5
    copies = {name: array.copy() for name, array in arrays.items()}
    resample(overlap=bundle, **arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, copies[name])


@pytest.mark.parametrize("name", ["values", "valid", "sigma", "weights"])
@pytest.mark.parametrize("shape", [(74,), (74, 73), (73, 74), (74, 74, 1)])
def test_an_array_of_another_shape_is_refused_by_name(
    bundle: Overlap, name: str, shape: tuple[int, ...]
) -> None:
    """The message names the array, its shape and the shape that was expected."""
    good = np.ones((74, 74))
    arrays = {"values": good, "valid": good > 0, "sigma": good, "weights": good}
    arrays[name] = np.ones(shape, dtype=arrays[name].dtype)
    with pytest.raises(GridError, match=rf"^{name} has shape .*\(74, 74\)"):
        resample(overlap=bundle, **arrays)


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.float64])
def test_a_mask_that_is_not_boolean_is_refused(bundle: Overlap, dtype: type) -> None:
    """Bit masks, in which 0 is good, cannot be taken for validity by mistake."""
    with pytest.raises(GridError, match="expected bool"):
        coverage(np.zeros((74, 74), dtype=dtype), bundle)


def test_stacks_that_do_not_broadcast_are_refused(bundle: Overlap) -> None:
    """Two maps and three masks are an error that shows both numbers."""
    with pytest.raises(GridError, match=r"\(3,\).*\(2,\)"):
        mean(np.ones((2, 74, 74)), np.ones((3, 74, 74), dtype=bool), bundle)
