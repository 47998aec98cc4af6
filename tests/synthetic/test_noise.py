"""Noise is as large, and as correlated, as it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from mangaxr.synthetic.observe.measure_lines import KINEMATIC_ERROR
from mangaxr.synthetic.observe.noise import LIGHT_SPEED, PIXEL_WIDTH, correlated, line_flux_error


def test_neighbouring_spaxels_are_correlated_as_in_manga() -> None:
    """Unit variance, and a correlation of exp(-d^2 / (2 x 1.92^2)) at d spaxels."""
    maps = correlated(np.random.default_rng(1), 400, 40).astype(float)
    assert np.var(maps) == pytest.approx(1, abs=0.02)
    for d in (1, 2, 4):
        expected = np.exp(-(d**2) / (2 * 1.92**2))
        assert np.mean(maps[:, :, d:] * maps[:, :, :-d]) == pytest.approx(expected, abs=0.02)
        assert np.mean(maps[:, d:] * maps[:, :-d]) == pytest.approx(expected, abs=0.02)


def test_line_errors_are_those_of_a_least_squares_fit() -> None:
    """Errors of flux, centre and width equal the covariance of scipy's fit of a Gaussian."""
    wave, sigma, noise, amplitude = 6750.0, 80.0, 0.013, 2.0
    angstrom = wave / LIGHT_SPEED
    x = wave + np.arange(-40, 41) * PIXEL_WIDTH * angstrom
    width = sigma * angstrom

    def line(x, a, centre, s):
        return a * np.exp(-0.5 * ((x - centre) / s) ** 2)

    truth = (amplitude, wave, width)
    errors = np.full(x.size, noise)
    _, covariance = curve_fit(line, x, line(x, *truth), p0=truth, sigma=errors, absolute_sigma=True)
    gradient = np.sqrt(2 * np.pi) * np.array([width, 0, amplitude])
    flux_error = np.sqrt(gradient @ covariance @ gradient)
    ratio = amplitude * width * np.sqrt(2 * np.pi) / flux_error
    assert line_flux_error(noise, sigma, wave) == pytest.approx(flux_error, rel=0.01)
    expected = KINEMATIC_ERROR * sigma / ratio
    for index in (1, 2):
        error = np.sqrt(covariance[index, index]) / angstrom
        assert error == pytest.approx(expected, rel=0.01)
