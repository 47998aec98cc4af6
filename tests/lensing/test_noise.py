"""Noise against its statistics, and against a Gaussian that is fitted to noisy lines."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import curve_fit

from mangaxr.errors import LensError
from mangaxr.lensing import PSF, SIE, SIS, ImageGrid, Lens, add_noise, observe, rotating_disk, trace


@pytest.fixture(scope="module")
def image() -> xr.Dataset:
    """Return a lensed disk, free of noise."""
    disk = rotating_disk(r_scale=0.3, v_max=180, inclination=60, pa=30, sigma=40)
    return observe(trace(disk, Lens([SIS(1.0)]), ImageGrid(48, 0.08)), psf=PSF(0.15))


def test_many_noisy_images_scatter_as_their_errors_say(image: xr.Dataset) -> None:
    """Mean and standard deviation of 400 draws, in units of the errors that each states."""
    draws = [add_noise(image, snr=40, seed=(7, i), snr_min=0) for i in range(400)]
    bright = (image.flux > 0.5 * image.flux.max()).values
    for name in ("flux", "velocity"):
        error = draws[0][f"{name}_err"].values[bright]
        off = np.stack([(d[name] - image[name]).values[bright] / error for d in draws])
        assert np.mean(off) == pytest.approx(0.0, abs=0.01)
        assert np.std(off) == pytest.approx(1.0, abs=0.01)


def test_the_error_of_a_velocity_is_that_of_a_fitted_line() -> None:
    """Lines with noise, fitted with strength, centre and width free, by scipy."""
    random = np.random.default_rng(3)
    v = np.arange(-600.0, 601.0, 20.0)
    line, amplitude, noise = 70.0, 1.0, 0.05

    def profile(x, a, centre, width):
        return a * np.exp(-0.5 * ((x - centre) / width) ** 2)

    fits = np.array(
        [
            curve_fit(
                profile, v, profile(v, amplitude, 0, line) + noise * random.standard_normal(v.size),
                p0=(1, 0, line),
            )[0]
            for _ in range(1500)
        ]
    )  # fmt: skip
    fluxes = fits[:, 0] * fits[:, 2]
    snr = fluxes.mean() / fluxes.std()
    factor = np.sqrt(4 / 3) * line / snr
    assert fits[:, 1].std() == pytest.approx(factor, rel=0.05)
    assert fits[:, 2].std() == pytest.approx(factor, rel=0.05)


def test_the_brightest_pixel_has_the_signal_to_noise_that_was_asked_for(image) -> None:
    """In each image of a batch, however bright."""
    lens = Lens([SIE(np.array([0.5, 1.2]), 0.1, 0.0)])
    many = observe(
        trace(rotating_disk(r_scale=0.2, v_max=90, inclination=40, pa=0), lens, ImageGrid(32, 0.1))
    )
    for one in (image, many):
        noisy = add_noise(one, snr=25, seed=0)
        certain = (one.flux * one.coverage / (noisy.flux_err * one.coverage)).max(("y", "x"))
        np.testing.assert_allclose(certain, 25.0, rtol=1e-12)


def test_faint_pixels_are_masked_after_the_noise(image: xr.Dataset) -> None:
    """By the signal-to-noise that is observed; their flux stays."""
    noisy = add_noise(image, snr=30, seed=5, snr_min=5)
    observed = noisy.flux / noisy.flux_err
    assert bool((observed.where(noisy.valid) >= 5).sum() == noisy.valid.sum())
    assert bool(noisy.velocity.isnull().equals(~noisy.valid))
    assert bool(noisy.flux.notnull().equals(image.flux.notnull()))
    faint = noisy.flux.where(~noisy.valid)
    assert float(faint.min()) < 0 < float(faint.max())
    limit = np.sqrt(4 / 3) * np.hypot(float(image.sigma.max()), 50) / 5
    assert float(noisy.velocity_err.median()) < limit


def test_the_same_seed_gives_the_same_noise(image: xr.Dataset) -> None:
    """Another gives other noise."""
    first, again, other = (add_noise(image, snr=30, seed=s) for s in ((1, 2), (1, 2), (1, 3)))
    assert first.identical(again)
    assert not first.flux.equals(other.flux)


@pytest.mark.parametrize(
    "settings", [{"snr": 0}, {"snr": 5, "lsf_sigma": 0}, {"snr": 5, "snr_min": -1}]
)
def test_impossible_settings_are_refused(image: xr.Dataset, settings: dict[str, float]) -> None:
    """In one line that names them."""
    with pytest.raises(LensError, match="snr = "):
        add_noise(image, seed=0, **settings)


def test_an_image_without_light_has_no_noise(image: xr.Dataset) -> None:
    """A signal-to-noise of nothing cannot be had."""
    with pytest.raises(LensError, match="no light"):
        add_noise(image.assign(flux=image.flux * 0), snr=5, seed=0)
