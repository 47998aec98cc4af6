"""Beam smearing: what the PSF and the pixels make of the truth."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits

from mangaxr.disks import FWHM_PER_SIGMA
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic import DiskGalaxy, draw_galaxy, model_moments
from mangaxr.synthetic.galaxy.moments import sky_grid

B_1 = 1.6785  # of an exponential: r_eff over scale length


@pytest.fixture(scope="module")
def galaxy() -> DiskGalaxy:
    """Return a small galaxy, well within its map."""
    return replace(draw_galaxy("8001-1901"), r_eff=1.5, r_turn=0.5, light="exponential")


def test_the_psf_conserves_flux(galaxy) -> None:
    """As much light arrives with the PSF as without, on a map that holds all of it."""
    totals = [
        model_moments(replace(galaxy, psf_fwhm=fwhm), shape=(96, 96)).flux.sum()
        for fwhm in (0.0, 2.5)
    ]
    assert totals[1] == pytest.approx(totals[0], rel=2e-3)


def test_the_psf_conserves_momentum(galaxy) -> None:
    """Flux times velocity, and flux times second moment, are conserved too."""
    sums = []
    for fwhm in (0.0, 2.5):
        flux, v, s = model_moments(replace(galaxy, psf_fwhm=fwhm), shape=(96, 96))
        sums.append([np.sum(flux * v), np.sum(flux * (v**2 + s**2))])
    np.testing.assert_allclose(sums[1], sums[0], rtol=5e-3, atol=5.0)


def test_smearing_matches_a_brute_force_sum(galaxy) -> None:
    """Velocity and dispersion in a spaxel equal a direct sum over a fine grid of the sky."""
    maps = model_moments(galaxy, shape=(32, 32))
    row, column = 18, 13
    step = 0.05
    x, y = sky_grid((600, 600), pixel_scale=step, centre=(299.5, 299.5))
    # The spaxel's response: the PSF averaged over the spaxel.
    offsets = (np.arange(10) - 4.5) * step
    x0, y0 = (16 - column) * 0.5, (row - 16) * 0.5
    width = galaxy.psf_fwhm / FWHM_PER_SIGMA
    along_x, along_y = (
        np.exp(-0.5 * ((axis[None, :] - at - offsets[:, None]) / width) ** 2).mean(axis=0)
        for axis, at in ((x[0], x0), (y[:, 0], y0))
    )
    weight = np.outer(along_y, along_x) * galaxy.gas_flux(x, y)
    velocity = galaxy.velocity(x, y)
    mean = np.average(velocity, weights=weight)
    square = np.average(velocity**2 + galaxy.gas_sigma(x, y) ** 2, weights=weight)
    assert maps.velocity[row, column] == pytest.approx(mean, abs=0.3)
    assert maps.sigma[row, column] == pytest.approx(np.sqrt(square - mean**2), abs=0.5)


def test_smearing_broadens_and_flattens(galaxy) -> None:
    """The PSF lowers the velocity gradient at the centre and raises the dispersion there."""
    sharp, blurred = (
        model_moments(replace(galaxy, psf_fwhm=fwhm), shape=(32, 32)) for fwhm in (0.5, 2.5)
    )
    inner = (slice(12, 21), slice(12, 21))
    assert np.ptp(blurred.velocity[inner]) < np.ptp(sharp.velocity[inner])
    assert blurred.sigma[16, 16] > sharp.sigma[16, 16] > galaxy.sigma_gas


def test_a_grid_is_a_choice(galaxy) -> None:
    """A grid of twice the pixel shows the flux-weighted mean of the finer one's pixels."""
    fine = model_moments(galaxy, shape=(40, 40), pixel_scale=0.5, centre=(19.5, 19.5))
    coarse = model_moments(galaxy, shape=(20, 20), pixel_scale=1.0, centre=(9.5, 9.5))
    blocks = (fine.flux * fine.velocity).reshape(20, 2, 20, 2).mean(axis=(1, 3))
    flux = fine.flux.reshape(20, 2, 20, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(coarse.flux, flux, rtol=1e-3)
    np.testing.assert_allclose(coarse.velocity, blocks / flux, atol=0.1)


@pytest.fixture(scope="module")
def mock(shared_data) -> tuple[DiskGalaxy, dict, fits.HDUList]:
    """Return a mock galaxy that the pipeline fitted, as one of ours, with its own truth."""
    folder = shared_data / "dap" / "99901-1901"
    truth = json.loads((folder / "truth-99901-1901.json").read_text())
    with np.load(folder / "truth-99901-1901.npz") as arrays:
        maps = dict(arrays)
    galaxy = replace(
        draw_galaxy("8001-1901"),
        plateifu=PlateIFU(99901, 1901),
        redshift=truth["z"],
        inclination=truth["inc"],
        pa=truth["pa"],
        v_max=truth["vmax"],
        r_turn=truth["rt"],
        curve="tanh",
        v_sys=truth["vsys"],
        r_eff=truth["rdisk_gas"] * B_1,
        gas_extent=1.0,
        light="exponential",
        clumps=(),
        psf_fwhm=truth["psf_fwhm_arcsec"],
        dx0=0.0,
        dy0=0.0,
        sigma_gas=truth["sig_gas"],
    )
    name = "manga-99901-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
    with fits.open(folder / name) as hdus:
        yield galaxy, maps, hdus


def test_velocity_equals_another_codes(mock) -> None:
    """The beam-smeared velocity field equals that of the mock's own, independent maker."""
    galaxy, maps, _ = mock
    ours = model_moments(galaxy, shape=(32, 32)).velocity
    inside = maps["footprint"].astype(bool)
    np.testing.assert_allclose(ours[inside], maps["v_ha_fluxweighted_psf"][inside], atol=1.5)


def test_velocity_is_what_the_pipeline_measured(mock) -> None:
    """The pipeline's fitted H-alpha velocities scatter about the model by their errors."""
    galaxy, _, hdus = mock
    ours = model_moments(galaxy, shape=(32, 32)).velocity
    good = hdus["EMLINE_GVEL_MASK"].data[23] == 0
    difference = (hdus["EMLINE_GVEL"].data[23] - ours)[good]
    assert abs(np.median(difference)) < 2.0
    assert np.std(difference) < 4.0
