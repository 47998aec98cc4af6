"""The disk that is fitted to a source is the one that the source was made of."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import mangaxr
from mangaxr.errors import LensError
from mangaxr.lensing import SourceMaps, fitted_disk, from_store, rotating_disk
from mangaxr.lensing.fitted_disk import fit_disk_parameters

TRUE = {"r_scale": 0.25, "v_max": 180.0, "r_turn": 0.12, "pa": 250.0, "inclination": 55.0}


def _blurred(source: SourceMaps, fwhm: float, noise: float) -> SourceMaps:
    """Blur a source as an instrument does, and add noise."""
    random = np.random.default_rng(3)
    sigma = fwhm / source.pixel_scale / 2.3548
    flux = gaussian_filter(source.flux, sigma)
    velocity = gaussian_filter(source.flux * source.velocity, sigma) / flux
    peak = flux.max()
    mask = flux > 0.05 * peak
    mask[30:34, 40:46] = False
    flux = flux + noise * peak * random.standard_normal(flux.shape)
    velocity = velocity + 5 * random.standard_normal(flux.shape)
    wrong = np.where(mask, 0.0, np.nan)
    return dataclasses.replace(
        source, flux=flux + wrong, velocity=velocity + wrong, mask=mask, psf_fwhm=fwhm
    )


@pytest.mark.parametrize("fwhm", [0.05, 0.15])
def test_parameters_are_recovered_through_a_psf(fwhm: float) -> None:
    """Sizes to 5 %, angles to 2 degrees, velocities to 5 %; holes and noise are no hindrance."""
    sharp = rotating_disk(**TRUE, v_sys=12.0, flux=4.0, npix=64, pixel_scale=0.03)
    found = fit_disk_parameters(_blurred(sharp, fwhm, noise=0.01))
    assert found.r_scale == pytest.approx(TRUE["r_scale"], rel=0.05)
    assert found.v_max == pytest.approx(TRUE["v_max"], rel=0.05)
    assert found.r_turn == pytest.approx(TRUE["r_turn"], rel=0.15)
    assert found.pa == pytest.approx(TRUE["pa"], abs=2.0)
    assert found.inclination == pytest.approx(TRUE["inclination"], abs=2.0)
    assert found.v_sys == pytest.approx(12.0, abs=2.0)
    assert found.flux == pytest.approx(4.0, rel=0.05)
    assert np.hypot(found.x, found.y) < 0.01


def test_a_disk_beside_the_middle_stays_there() -> None:
    """The centre is West of the middle of the maps where the galaxy is."""
    whole = rotating_disk(**TRUE, npix=96, pixel_scale=0.03)
    # 8 columns are cut off on the East side (the left), 8 rows on the North side (the top).
    part = dataclasses.replace(
        whole, **{n: getattr(whole, n)[:80, 16:] for n in ("flux", "velocity", "sigma", "mask")}
    )
    found = fit_disk_parameters(part)
    assert (found.x, found.y) == pytest.approx((-8 * 0.03, 8 * 0.03), abs=2e-3)
    disk = fitted_disk(dataclasses.replace(part, x=1.0, y=-0.5))
    assert (disk.x, disk.y) == pytest.approx((1.0 - 0.24, -0.5 + 0.24), abs=2e-3)


def test_a_galaxy_of_a_store() -> None:
    """Of the synthetic survey's galaxies; the disk is sharp, and moves as the galaxy does."""
    store = mangaxr.open_store(mangaxr.synthetic.example_store(), chunks=None)
    source = from_store(store, str(store.galaxy.values[0]), z_source=1.5)
    disk = fitted_disk(source)
    assert disk.psf_fwhm == 0.0
    assert disk.flux_units == source.flux_units
    found = fit_disk_parameters(source)
    off = abs((found.pa - float(store.kinematic_pa.values[0]) + 180) % 360 - 180)
    assert off < 5


def test_too_little_is_refused() -> None:
    """A source of a few pixels is told."""
    source = rotating_disk(**TRUE, npix=64)
    few = np.zeros((64, 64), dtype=bool)
    few[:2] = True
    few[:, 10:] = False
    with pytest.raises(LensError, match="30 pixels or more: 20 have light"):
        fitted_disk(dataclasses.replace(source, mask=few))
