"""Aligned galaxies: the receding side is at +x, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dask
import numpy as np
import pytest
import xarray as xr
from noisy_disks import PEAK, R_TURN, V_MAX, NoisyDisks, flux, rotation

import mangaxr
from mangaxr.errors import EnsembleError, UnknownNameError

MakeStore = Callable[..., xr.Dataset]


def placed(store: xr.Dataset, **columns: float) -> xr.Dataset:
    """Give the galaxies of a store a place on the sky."""
    known = {"pixel_scale": 0.5, "center_sky_x": 0.0, "center_sky_y": 0.0, "kinematic_pa": 270.0}
    number = store.sizes["galaxy"]
    return store.assign_coords(
        {name: ("galaxy", np.full(number, value)) for name, value in {**known, **columns}.items()}
    )


@pytest.mark.parametrize(("angle", "turns"), [(270.0, 0), (0.0, 1), (90.0, 2), (180.0, -1)])
def test_right_angles_are_numpys_rot90(make_store: MakeStore, angle: float, turns: int) -> None:
    """Turned by a right angle, with the pixels' own size, maps are those of numpy, holes too."""
    store = placed(make_store(3, (6, 6)), kinematic_pa=angle)
    store["coverage"] = xr.ones_like(store.coverage)
    found = mangaxr.align(store, unit="pixel", systemic=None).compute()
    physical = mangaxr.to_physical(store).values
    expected = np.rot90(physical, turns, axes=(2, 3))
    np.testing.assert_allclose(found.tensor, expected, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(
        found.coverage, np.rot90(np.isfinite(physical), turns, axes=(2, 3)), atol=1e-6
    )
    ivar = np.rot90(store.ivar.values, turns, axes=(2, 3))
    np.testing.assert_allclose(found.ivar, ivar, rtol=1e-4)


def test_the_receding_side_is_along_plus_x(disks: NoisyDisks) -> None:
    """Whatever the position angle, velocities are positive at +x and negative at -x."""
    found = mangaxr.align(disks.store.isel(galaxy=slice(40)))
    velocity = found.tensor.sel(channel="ha_vel").compute()
    near = abs(velocity.y) < 4
    right = velocity.where(near & (velocity.x > 5), drop=True).mean(("y", "x"))
    left = velocity.where(near & (velocity.x < -5), drop=True).mean(("y", "x"))
    assert (right > 60).all()
    assert (left < -60).all()


def test_a_stack_of_400_aligned_disks_is_the_truth_along_the_major_axis(disks: NoisyDisks) -> None:
    """In R_e, flux and velocity of the stack are those put in, within the standard error.

    Within 0.7 R_e interpolation rounds the cusp of the light off, by 3 % of the peak at most.
    """
    aligned = mangaxr.align(disks.store)
    offset = aligned.x.values * 5 / 64
    row = {"y": 32}
    light = mangaxr.stack(aligned, channel="ha_flux").isel(row).compute()
    beside = float(aligned.y[32]) * 5 / 64
    ratio = np.array([1 - galaxy.ellipticity for galaxy in disks.galaxies])
    radius = np.hypot(offset, beside / ratio[:, np.newaxis])
    outer = (abs(offset) > 0.7) & (light["count"].values > 200)
    sigmas = ((light.value - flux(radius).mean(axis=0)) / light.standard_error).values
    assert outer.sum() > 40
    assert 0.3 < (sigmas[outer] ** 2).mean() < 1.7
    assert np.abs(sigmas[outer]).max() < 4
    assert (abs(light.value - flux(radius).mean(axis=0)) < 0.03 * PEAK).all()
    gas = mangaxr.stack(aligned, channel="ha_vel").isel(row).compute()
    sine = np.sqrt(1 - ratio**2)[:, np.newaxis]
    truth = (rotation(radius) * sine * offset / radius).mean(axis=0)
    outer = abs(offset) > 2 * R_TURN
    assert (abs(gas.value - truth) < 2 * gas.standard_error)[outer].all()
    assert float(gas.value[60]) > 0.6 * V_MAX


def test_profiles_of_aligned_galaxies_are_those_of_the_store(disks: NoisyDisks) -> None:
    """The aligned Dataset has a geometry of its own, in which rings and rotation are the same."""
    store = disks.store.isel(galaxy=slice(60))
    aligned = mangaxr.align(store, unit="pixel", npix=80)
    assert (aligned.kinematic_pa == 270).all()
    bins = np.arange(0.6, 2.0, 0.2)
    for channel in ("ha_flux", "ha_vel"):
        before = mangaxr.radial_profile(store, channel=channel, bins=bins).compute()
        after = mangaxr.radial_profile(aligned, channel=channel, bins=bins).compute()
        np.testing.assert_allclose(after.value, before.value, rtol=0.02)


def test_a_constant_stays_a_constant_and_holes_stay_holes(make_store: MakeStore) -> None:
    """Missing pixels carry no weight; errors of one size keep it; where nothing was is NaN."""
    store = placed(make_store(5, (20, 20)), kinematic_pa=33.0, center_sky_x=0.4)
    hole = (abs(store.x) < 4) & (abs(store.y) < 4)
    known = store.tensor.notnull() & ~hole
    store["tensor"] = xr.full_like(store.tensor, 0.5).where(known).assign_attrs(store.tensor.attrs)
    store["scaling_offset"] = xr.full_like(store.scaling_offset, 40.0)
    store["scaling_scale"] = xr.full_like(store.scaling_scale, 4.0)
    store["ivar"] = xr.full_like(store.ivar, 0.25).where(known)
    store["coverage"] = xr.ones_like(store.coverage)
    found = mangaxr.align(store, unit="arcsec", pixel_scale=0.8, systemic=None).compute()
    assert 0.1 < float(found.tensor.notnull().mean()) < 0.9
    np.testing.assert_allclose(found.tensor.values[found.tensor.notnull()], 42.0, rtol=1e-6)
    np.testing.assert_allclose(found.ivar.values[found.ivar.notnull()], 0.25, rtol=1e-5)
    middle = (abs(found.x) < 1) & (abs(found.y) < 1)
    assert found.tensor.where(middle, drop=True).isnull().all()
    assert (found.coverage.where(middle, drop=True) == 0).all()
    assert (found.tensor.notnull() == (found.coverage >= 0.5)).all()


def test_little_coverage_weighs_little(make_store: MakeStore) -> None:
    """Between two pixels, a value is weighted with their coverages."""
    store = placed(make_store(1, (1, 2), missing=0.0, chunks={}), kinematic_pa=270.0)
    tensor = np.array([[[[1.0, 5.0]]] * 2]).reshape(1, 2, 1, 2).astype(np.float32)
    store["tensor"] = (store.tensor.dims, tensor, store.tensor.attrs)
    store["coverage"] = (store.tensor.dims, np.broadcast_to([1.0, 0.25], (1, 2, 1, 2)))
    store["scaling_offset"] = xr.zeros_like(store.scaling_offset)
    store["scaling_scale"] = xr.ones_like(store.scaling_scale)
    found = mangaxr.align(store, unit="pixel", npix=1, systemic=None).compute()
    assert found.tensor.values.ravel() == pytest.approx([1.8, 1.8])  # (1 * 1 + 5 / 4) / 1.25
    assert found.coverage.values.ravel() == pytest.approx([0.625, 0.625])


def test_systemic_velocities_are_taken_from_velocities_alone(disks: NoisyDisks) -> None:
    """Fluxes stay as they are; velocities change by v_sys, or not if that is not wanted."""
    store = disks.store.isel(galaxy=slice(3))
    with_it = mangaxr.align(store).compute()
    without = mangaxr.align(store, systemic=None).compute()
    change = (without.tensor - with_it.tensor).median(("y", "x"))
    np.testing.assert_allclose(change.sel(channel="ha_flux"), 0)
    np.testing.assert_allclose(
        change.sel(channel="ha_vel"), store.systemic_velocity, rtol=1e-3, atol=1e-3
    )
    assert (with_it.systemic_velocity == 0).all()
    np.testing.assert_array_equal(without.systemic_velocity, store.systemic_velocity)


def test_a_galaxy_without_an_axis_is_nan_and_no_other(disks: NoisyDisks) -> None:
    """Where the position angle is missing there are no aligned values, and nothing is covered."""
    store = disks.store.isel(galaxy=slice(3))
    angle = store.kinematic_pa.copy(data=[10.0, np.nan, 20.0])
    found = mangaxr.align(store, kinematic_pa=angle).compute()
    assert found.tensor.notnull().any(("channel", "y", "x")).values.tolist() == [True, False, True]
    assert (found.coverage.isel(galaxy=1) == 0).all()
    assert found.kinematic_pa.isnull().values.tolist() == [False, True, False]


def test_nothing_is_computed_before_it_is_asked_for(
    disks: NoisyDisks, never: Callable[..., None]
) -> None:
    """With a scheduler that raises, galaxies are aligned and stacked, and stay lazy."""
    with dask.config.set(scheduler=never):
        aligned = mangaxr.align(disks.store)
        lazy = mangaxr.stack(aligned, channel="ha_vel", weights="ivar", statistic="median")
        assert all(v.chunks is not None for v in lazy.data_vars.values())
        with pytest.raises(AssertionError, match="something was computed"):
            lazy.compute()


@pytest.mark.parametrize("cut", [{"galaxy": 2}, {"galaxy": 5, "y": 10}, {"channel": 2, "x": 33}])
def test_chunks_do_not_matter(disks: NoisyDisks, cut: dict[str, int]) -> None:
    """However the store is cut, the aligned maps are the same."""
    store = disks.store.isel(galaxy=slice(5))
    large = store[["tensor", "ivar", "coverage"]].chunk(cut)
    chunked = store.assign({name: a.variable for name, a in large.data_vars.items()})
    xr.testing.assert_identical(mangaxr.align(chunked).compute(), mangaxr.align(store).compute())


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"unit": "kpc"}, UnknownNameError, "re, arcsec, pixel"),
        ({"pixel_scale": -1.0}, EnsembleError, "size above 0"),
        ({"npix": 0}, EnsembleError, "at least 1 pixel"),
        ({"min_coverage": 2.0}, EnsembleError, "share from 0 to 1"),
        ({"kinematic_pa": "stellar_pa"}, EnsembleError, "'stellar_pa'"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    disks: NoisyDisks, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each wrong argument has an error that says what was expected."""
    with pytest.raises(error, match=words) as caught:
        mangaxr.align(disks.store, **arguments)
    assert "\n" not in str(caught.value)


def test_a_store_without_axes_says_what_it_needs(disks: NoisyDisks) -> None:
    """The missing coordinate is named, with its meaning and what to do; nothing is guessed."""
    for name in ("kinematic_pa", "systemic_velocity", "reff", "pixel_scale"):
        with pytest.raises(EnsembleError, match=rf"'{name}' .*assign_coords\({name}="):
            mangaxr.align(disks.store.drop_vars(name))
    with pytest.raises(EnsembleError, match="'coverage'"):
        mangaxr.align(disks.store.drop_vars("coverage"))
    with pytest.raises(EnsembleError, match="'channel'"):
        mangaxr.align(disks.store.isel(channel=0))
