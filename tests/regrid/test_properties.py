"""Properties that hold for every map, mask, weight and grid."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mangaxr.regrid import PixelGrid, overlap_of, resample

Array = NDArray[np.float64]

quick = settings(max_examples=60)


@dataclass(frozen=True, slots=True)
class Maps:
    """Values, sigmas, positive weights and a mask of one shape."""

    values: Array
    sigma: Array
    weights: Array
    valid: NDArray[np.bool_]


@st.composite
def maps(draw: st.DrawFn, low: int = 20, high: int = 80) -> Maps:
    """Draw maps of any shape in that range, with anything from no to all pixels valid."""
    shape = draw(st.tuples(st.integers(low, high), st.integers(low, high)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    # Weights over several decades, as line fluxes have; signs of values mixed.
    decades = draw(st.floats(0, 3))
    return Maps(
        values=rng.normal(loc=draw(st.floats(-300, 300)), scale=100, size=shape),
        sigma=rng.lognormal(size=shape),
        weights=10 ** rng.normal(scale=decades, size=shape),
        valid=rng.random(shape) < draw(st.sampled_from([0.0, 0.02, 0.5, 0.9, 1.0])),
    )


npixels = st.integers(1, 96)


@st.composite
def grids(draw: st.DrawFn, shape: tuple[int, int]) -> PixelGrid:
    """Draw a grid anywhere on and around an input of this shape."""
    ny, nx = shape
    return PixelGrid(
        shape=(draw(st.integers(1, 80)), draw(st.integers(1, 80))),
        scale=draw(st.floats(0.1, 8)),
        center=(draw(st.floats(-10, ny + 10)), draw(st.floats(-10, nx + 10))),
    )


@quick
@given(maps(), npixels)
def test_flux_is_conserved_on_the_field(m: Maps, npix: int) -> None:
    """Surface brightness times covered area sums to the flux of the valid pixels."""
    overlap = overlap_of(PixelGrid.field(m.values.shape, npix), m.values.shape)
    out = resample(m.values, m.valid, overlap)
    flux = np.nansum(out.value * out.coverage) * overlap.pixel_area
    scale = np.abs(m.values[m.valid]).sum()
    assert abs(flux - m.values[m.valid].sum()) <= 1e-8 * scale
    covered = out.coverage.sum() * overlap.pixel_area
    assert covered == pytest.approx(m.valid.sum(), rel=1e-8)


@quick
@given(maps(), st.floats(0.1, 8), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_flux_is_conserved_on_any_grid_that_holds_the_input(
    m: Maps, scale: float, dy: float, dx: float
) -> None:
    """Shifting the grid by a part of a pixel, or changing its scale, loses nothing."""
    ny, nx = m.values.shape
    shape = (int((ny + 1) / scale) + 2, int((nx + 1) / scale) + 2)
    grid = PixelGrid(shape, scale, ((ny - 1) / 2 + dy, (nx - 1) / 2 + dx))
    overlap = overlap_of(grid, (ny, nx))
    out = resample(m.values, m.valid, overlap)
    flux = np.nansum(out.value * out.coverage) * overlap.pixel_area
    scale_of_flux = np.abs(m.values[m.valid]).sum()
    assert abs(flux - m.values[m.valid].sum()) <= 1e-8 * scale_of_flux


@quick
@given(maps(), st.data(), st.floats(-1e4, 1e4), st.booleans())
def test_a_constant_stays_constant(
    m: Maps, data: st.DataObject, constant: float, weighted: bool
) -> None:
    """Whatever mask, weights and grid, a mean of equal values and of equal sigmas is that."""
    overlap = overlap_of(data.draw(grids(m.values.shape)), m.values.shape)
    out = resample(
        np.full_like(m.values, constant),
        m.valid,
        overlap,
        sigma=np.full_like(m.values, abs(constant)),
        weights=m.weights if weighted else None,
    )
    seen = out.coverage > 0
    np.testing.assert_allclose(out.value[seen], constant, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(out.sigma[seen], abs(constant), rtol=1e-12, atol=1e-300)


@quick
@given(maps(), st.data())
def test_there_is_a_value_exactly_where_there_is_coverage(m: Maps, data: st.DataObject) -> None:
    """NaN and zero coverage go together, and coverage is a share."""
    overlap = overlap_of(data.draw(grids(m.values.shape)), m.values.shape)
    out = resample(m.values, m.valid, overlap, sigma=m.sigma, weights=m.weights)
    np.testing.assert_array_equal(np.isfinite(out.value), out.coverage > 0)
    np.testing.assert_array_equal(np.isfinite(out.sigma), out.coverage > 0)
    assert out.coverage.min() >= 0
    assert out.coverage.max() <= 1


@quick
@given(maps(), st.data())
def test_a_mean_lies_within_what_it_is_a_mean_of(m: Maps, data: st.DataObject) -> None:
    """No output value or sigma lies outside the range of the valid inputs."""
    overlap = overlap_of(data.draw(grids(m.values.shape)), m.values.shape)
    out = resample(m.values, m.valid, overlap, sigma=m.sigma, weights=m.weights)
    seen = out.coverage > 0
    for found, given_ in ((out.value, m.values), (out.sigma, m.sigma)):
        rounding = 1e-12 * np.abs(given_).max()
        assert np.all(found[seen] >= np.min(given_[m.valid], initial=np.inf) - rounding)
        assert np.all(found[seen] <= np.max(given_[m.valid], initial=-np.inf) + rounding)


@quick
@given(maps(), st.data(), st.sampled_from([np.nan, np.inf, -np.inf, 1e30, -1e30]), st.booleans())
def test_what_lies_under_the_mask_changes_nothing(
    m: Maps, data: st.DataObject, rubbish: float, weighted: bool
) -> None:
    """Rubbish in masked pixels leaves every bit of value, sigma and coverage as it was."""
    overlap = overlap_of(data.draw(grids(m.values.shape)), m.values.shape)

    def run(fill: float) -> tuple[Array, Array, Array]:
        values, sigma, weights = (
            np.where(m.valid, array, fill) for array in (m.values, m.sigma, m.weights)
        )
        return resample(
            values, m.valid, overlap, sigma=sigma, weights=weights if weighted else None
        )

    for found, expected in zip(run(rubbish), run(0.0), strict=True):
        np.testing.assert_array_equal(found, expected)


@quick
@given(maps(), npixels, st.sampled_from([1, 2, 3]))
def test_turning_the_input_turns_the_output(m: Maps, npix: int, quarters: int) -> None:
    """On the field, whose middle is that of the array, quarter turns commute with us."""

    def run(turns: int) -> list[Array]:
        values, sigma, weights, valid = (
            np.rot90(array, turns) for array in (m.values, m.sigma, m.weights, m.valid)
        )
        overlap = overlap_of(PixelGrid.field(valid.shape, npix), valid.shape)
        return list(resample(values, valid, overlap, sigma=sigma, weights=weights))

    sizes = (np.abs(m.values).max(), m.sigma.max(), 1.0)
    for turned, straight, size in zip(run(quarters), run(0), sizes, strict=True):
        np.testing.assert_allclose(turned, np.rot90(straight, quarters), rtol=0, atol=1e-12 * size)


@quick
@given(maps(low=2, high=24), st.integers(1, 24))
def test_area_means_are_those_of_pixels_cut_into_equal_pieces(m: Maps, npix: int) -> None:
    """Cutting every input pixel into pieces that fit both grids gives the same means.

    With n / npix = p / q in lowest terms, q x q pieces per input pixel make p x p per output.
    """
    n = min(m.values.shape)
    p, q = n // gcd(n, npix), npix // gcd(n, npix)

    def pieces(array: Array) -> Array:
        cut = np.repeat(np.repeat(array[:n, :n], q, axis=0), q, axis=1)
        return np.asarray(cut.reshape(npix, p, npix, p).sum(axis=(1, 3)) / p**2)

    total = pieces(m.weights * m.valid)
    out = resample(
        m.values[:n, :n],
        m.valid[:n, :n],
        overlap_of(PixelGrid.field((n, n), npix), (n, n)),
        sigma=m.sigma[:n, :n],
        weights=m.weights[:n, :n],
    )
    seen = total > 0
    np.testing.assert_allclose(out.coverage, pieces(m.valid.astype(np.float64)), rtol=0, atol=1e-12)
    for found, array in ((out.value, m.values), (out.sigma, m.sigma)):
        expected = pieces(array * m.weights * m.valid)[seen] / total[seen]
        np.testing.assert_allclose(found[seen], expected, rtol=1e-9, atol=1e-9)


@quick
@given(maps(), st.floats(1e-6, 1e6))
def test_only_ratios_of_weights_matter(m: Maps, factor: float) -> None:
    """Weights in another unit give the same value, sigma and coverage."""
    overlap = overlap_of(PixelGrid.field(m.values.shape, 64), m.values.shape)
    plain = resample(m.values, m.valid, overlap, sigma=m.sigma, weights=m.weights)
    scaled = resample(m.values, m.valid, overlap, sigma=m.sigma, weights=m.weights * factor)
    for found, expected in zip(scaled, plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)


@quick
@given(maps())
def test_the_input_grid_itself_gives_the_input_back(m: Maps) -> None:
    """Pixels that coincide with the input's return its values, NaN where they were masked."""
    ny, nx = m.values.shape
    overlap = overlap_of(PixelGrid((ny, nx), 1.0, ((ny - 1) / 2, (nx - 1) / 2)), (ny, nx))
    out = resample(m.values, m.valid, overlap, sigma=m.sigma)
    np.testing.assert_array_equal(out.value, np.where(m.valid, m.values, np.nan))
    np.testing.assert_array_equal(out.sigma, np.where(m.valid, m.sigma, np.nan))
    np.testing.assert_array_equal(out.coverage, m.valid)


@pytest.mark.parametrize("spaxels", [32, 34, 44, 54, 64, 72, 74])
def test_a_psf_is_hardly_widened(spaxels: int) -> None:
    """A Gaussian of 2.5 arcsec, seen by spaxels of 0.5, widens by no more than 3 % on 64 pixels."""
    fwhm, to_sigma = 2.5 / 0.5, np.sqrt(8 * np.log(2))
    at = np.arange(spaxels) - (spaxels - 1) / 2
    profile = np.exp(-0.5 * (at * to_sigma / fwhm) ** 2)
    overlap = overlap_of(PixelGrid.field((spaxels, spaxels), npix=64), (spaxels, spaxels))
    image = np.outer(profile, profile)
    value = resample(image, np.ones(image.shape, dtype=bool), overlap).value
    pixels = (np.arange(64) - 31.5) * spaxels / 64
    variance = (value * pixels**2).sum() / value.sum()
    widened = np.sqrt(variance) * to_sigma / fwhm
    assert 1 - 1e-6 <= widened <= 1.03
