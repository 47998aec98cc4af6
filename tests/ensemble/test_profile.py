"""Radial profiles: the truth of disks comes back, ring by ring."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import dask
import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from noisy_disks import NPIX, PIXEL, NoisyDisks, draw_disks, flux, rotation

import mangaxr
from mangaxr.errors import EnsembleError, UnknownNameError
from mangaxr.synthetic.galaxy.moments import sky_grid

EDGES = np.arange(0.0, 2.55, 0.1)


def ring_mean(function: Callable[[Any], Any], edges: npt.NDArray[np.float64]) -> Any:
    """Return the mean of a function of radius over the area of each ring."""
    means = []
    for low, high in itertools.pairwise(edges):
        radius = np.linspace(low, high, 4001)[1::2]
        means.append((function(radius) * radius).sum() / radius.sum())
    return np.array(means)


@pytest.mark.parametrize(("channel", "truth"), [("ha_flux", flux), ("ha_vel", rotation)])
def test_400_noisy_disks_recover_the_input_profile_within_the_standard_error(
    disks: NoisyDisks, channel: str, truth: Callable[[Any], Any]
) -> None:
    """Deviations from the ring means of the truth are what the standard errors say."""
    found = mangaxr.radial_profile(
        disks.store, channel=channel, bins=EDGES, deproject=True, bootstrap=200
    ).compute()
    sigmas = (found.value - ring_mean(truth, EDGES)) / found.standard_error
    assert abs(sigmas).max() < 4
    # 25 rings: the reduced chi-square of a perfect result is 1 with a spread of 0.28.
    assert 0.4 < float((sigmas**2).mean()) < 1.7
    assert (found["count"] > 200).all()
    assert (found.standard_error / found.value < 0.02).all()
    np.testing.assert_allclose(found.bootstrap_error, found.standard_error, rtol=0.25)


def test_rotation_that_is_projected_is_that_times_the_mean_sine(disks: NoisyDisks) -> None:
    """Without deprojection the amplitude is V(R) sin i, averaged over the galaxies that count."""
    found = mangaxr.radial_profile(
        disks.store, channel="ha_vel", bins=EDGES, per_galaxy=True
    ).compute()
    sine = np.sin(np.deg2rad([galaxy.inclination for galaxy in disks.galaxies]))
    truth = ring_mean(rotation, EDGES) * sine[:, np.newaxis]
    seen = found.galaxy_value.notnull().values
    expected = np.nanmean(np.where(seen, truth, np.nan), axis=0)
    # The scatter of sin i is common to both sides, so the difference is below the error.
    assert (abs(found.value - expected) < found.standard_error).all()
    assert found.value.units == "km / s"
    assert "sin i" in found.value.long_name
    np.testing.assert_array_equal(found["count"], seen.sum(axis=0))


def test_medians_recover_the_input_too(disks: NoisyDisks) -> None:
    """The median over galaxies agrees with the truth within its own standard error."""
    found = mangaxr.radial_profile(
        disks.store, channel="ha_flux", bins=EDGES, statistic="median"
    ).compute()
    sigmas = (found.value - ring_mean(flux, EDGES)) / found.standard_error
    assert float((sigmas**2).mean()) < 2


@settings(max_examples=15)
@given(data=st.data())
def test_rings_equal_a_plain_loop_for_any_chunks(data: st.DataObject) -> None:
    """A loop over galaxies and rings, with the disks' own coordinates, gives the same."""
    drawn = draw_disks(5, seed=data.draw(st.integers(0, 20)))
    cut = data.draw(st.sampled_from([{"galaxy": 2}, {"galaxy": 5, "y": 10}, {"x": 33}]))
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=5, max_size=5)))
    weights = data.draw(st.sampled_from([None, "ivar"]))
    large = drawn.store[["tensor", "ivar"]].chunk(cut)
    store = drawn.store.assign({name: a.variable for name, a in large.data_vars.items()})
    edges = np.array([0.0, 0.3, 0.8, 1.1, 2.6])
    x, y = sky_grid((NPIX, NPIX), pixel_scale=PIXEL, centre=((NPIX - 1) / 2,) * 2)
    for channel in ("ha_flux", "ha_vel"):
        found = mangaxr.radial_profile(
            store, channel=channel, bins=edges, where=chosen, weights=weights, per_galaxy=True
        ).compute(scheduler="synchronous")
        expected = []
        for galaxy in np.flatnonzero(chosen):
            disk = drawn.galaxies[galaxy]
            one = store.isel(galaxy=galaxy).sel(channel=channel)
            value, ivar = one.tensor.values.astype(float), one.ivar.values.astype(float)
            radius, cosine = disk.disk_coordinates(x, y)
            row = []
            for low, high in itertools.pairwise(edges):
                inside = (radius / disk.r_eff >= low) & (radius / disk.r_eff < high)
                inside &= np.isfinite(value)
                w = ivar[inside] if weights else np.ones(inside.sum())
                area = np.pi * (high**2 - low**2) * disk.r_eff**2 * (1 - disk.ellipticity)
                c = cosine[inside] if channel == "ha_vel" else np.ones(inside.sum())
                v = value[inside] - (disk.v_sys if channel == "ha_vel" else 0.0)
                if inside.sum() * PIXEL**2 < 0.5 * area or (c**2).sum() < 0.25 * c.size:
                    row.append(np.nan)
                else:
                    row.append((w * v * c).sum() / (w * c**2).sum())
            expected.append(row)
        np.testing.assert_allclose(
            found.galaxy_value, np.array(expected).reshape(-1, 4), rtol=1e-9, atol=1e-9
        )


def test_nothing_is_computed_before_it_is_asked_for(
    disks: NoisyDisks, never: Callable[..., None]
) -> None:
    """With a scheduler that raises, a profile is made, and stays lazy."""
    with dask.config.set(scheduler=never):
        lazy = mangaxr.radial_profile(
            disks.store,
            channel="ha_vel",
            bins=EDGES,
            where=disks.store.reff > 5,
            by="ellipticity",
            by_bins=[0.0, 0.3, 0.6],
            weights="ivar",
            per_galaxy=True,
            bootstrap=2,
        )
        assert all(v.chunks is not None for v in lazy.data_vars.values())
        with pytest.raises(AssertionError, match="something was computed"):
            lazy.compute()


def test_radii_in_arcsec_are_those_in_re_times_re(disks: NoisyDisks) -> None:
    """For galaxies of one size both units give the same rings."""
    few = disks.store.isel(galaxy=slice(8))
    same = few.assign_coords(reff=("galaxy", np.full(8, 2.0)))
    in_re = mangaxr.radial_profile(same, channel="ha_flux", bins=[0, 1, 2, 3]).compute()
    alone = few.drop_vars("reff")
    arcsec: Any = {"bins": [0, 2, 4, 6], "unit": "arcsec"}
    in_arcsec = mangaxr.radial_profile(alone, channel="ha_flux", **arcsec).compute()
    np.testing.assert_array_equal(in_re.value, in_arcsec.value)
    assert in_arcsec.radius.values.tolist() == [1, 3, 5]
    assert in_arcsec.radius_low.values.tolist() == [0, 2, 4]
    assert (in_arcsec.radius.units, in_re.radius.units) == ("arcsec", "1")


def test_groups_of_galaxies_have_profiles_of_their_own(disks: NoisyDisks) -> None:
    """A profile by bins of inclination is that of each part of the galaxies."""
    store = disks.store
    found = mangaxr.radial_profile(
        store, channel="ha_vel", bins=EDGES, by="ellipticity", by_bins=[0.1, 0.3, 0.6]
    ).compute()
    assert found.value.dims == ("ellipticity_bin", "radius")
    for i, where in enumerate((store.ellipticity < 0.3, store.ellipticity >= 0.3)):
        alone = mangaxr.radial_profile(store, channel="ha_vel", bins=EDGES, where=where).compute()
        np.testing.assert_allclose(found.value[i], alone.value, rtol=1e-12)
    assert (found.value[1] > found.value[0]).sum() > 20  # more inclined, more of V(R)


def test_a_ring_needs_half_its_area(disks: NoisyDisks) -> None:
    """Of a galaxy cut off at a column, rings seen by less than half have no value."""
    store = disks.store.isel(galaxy=slice(1)).load()
    store["tensor"] = store.tensor.where(store.x < -4)  # some 40 % of what is far out
    found = mangaxr.radial_profile(store, channel="ha_flux", bins=EDGES).compute()
    assert (found["count"] == 0).any()
    assert found.value.isnull().equals(found["count"] == 0)


def test_rotation_needs_more_than_the_minor_axis(disks: NoisyDisks) -> None:
    """A wedge about the minor axis gives no rotation; one about the major axis does."""
    store = disks.store.isel(galaxy=slice(1)).load()
    store = store.assign_coords(
        kinematic_pa=("galaxy", [0.0]), pa=("galaxy", [0.0]), ellipticity=("galaxy", [0.01])
    )
    for near, expected in (("x", 0), ("y", 1)):
        far = "y" if near == "x" else "x"
        cut = store.assign(tensor=store.tensor.where(abs(store[far]) < 1.2 * abs(store[near])))
        found = mangaxr.radial_profile(cut, channel="ha_vel", bins=[0.5, 1.0]).compute()
        assert found["count"].values.tolist() == [expected]
        found = mangaxr.radial_profile(cut, channel="ha_flux", bins=[0.5, 1.0]).compute()
        assert found["count"].values.tolist() == [1]


def test_galaxies_without_geometry_do_not_count(disks: NoisyDisks) -> None:
    """A missing angle, size or axis ratio leaves its galaxy out, and no other."""
    store = disks.store.isel(galaxy=slice(4))
    for name in ("kinematic_pa", "systemic_velocity", "ellipticity", "reff"):
        values = store[name].values.copy()
        values[2] = np.nan
        broken = store.assign_coords({name: ("galaxy", values)})
        found = mangaxr.radial_profile(
            broken, channel="ha_vel", bins=[0.5, 1.0], per_galaxy=True
        ).compute()
        assert found.galaxy_value.isnull().values[:, 0].tolist() == [False, False, True, False]
    whole = mangaxr.radial_profile(store, channel="ha_vel", bins=[0.5, 1.0]).compute()
    assert whole["count"].values.tolist() == [4]


def test_coordinates_can_be_given_beside_the_store(disks: NoisyDisks) -> None:
    """Angles and velocities given as arrays, matched by name, replace those of the store."""
    store = disks.store.isel(galaxy=slice(10))
    expected = mangaxr.radial_profile(store, channel="ha_vel", bins=EDGES).compute()
    bare = store.drop_vars(["kinematic_pa", "systemic_velocity"])
    found = mangaxr.radial_profile(
        bare,
        channel="ha_vel",
        bins=EDGES,
        pa=store.kinematic_pa.isel(galaxy=slice(None, None, -1)),
        systemic=store.systemic_velocity.values,
    ).compute()
    xr.testing.assert_equal(found.value, expected.value)
    with pytest.raises(EnsembleError, match=r"'kinematic_pa' \(deg, N through E.*give pa="):
        mangaxr.radial_profile(bare, channel="ha_vel", bins=EDGES)
    with pytest.raises(EnsembleError, match=r"'systemic_velocity' \(km/s\).*give systemic="):
        mangaxr.radial_profile(bare, channel="ha_vel", bins=EDGES, pa=0.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"unit": "kpc"}, UnknownNameError, "re, arcsec"),
        ({"bins": [1.0]}, EnsembleError, "at least two edges"),
        ({"bins": [-1.0, 1.0]}, EnsembleError, "0 or more"),
        ({"bins": "wide"}, EnsembleError, "at least two edges"),
        ({"by_bins": [0, 1]}, EnsembleError, "give by="),
        ({"channel": "ha_sigma"}, UnknownNameError, "no channel 'ha_sigma'"),
        ({"reff": "nsa_reff"}, EnsembleError, "'nsa_reff'"),
        ({"statistic": "mode"}, UnknownNameError, "mode"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    disks: NoisyDisks, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each wrong argument has an error that says what was expected."""
    with pytest.raises(error, match=words) as caught:
        mangaxr.radial_profile(
            disks.store, **{"channel": "ha_flux", "bins": [0.0, 1.0], **arguments}
        )
    assert "\n" not in str(caught.value)


def test_a_selection_without_pixel_offsets_is_an_error(disks: NoisyDisks) -> None:
    """Without x and y nobody knows where a pixel is."""
    with pytest.raises(EnsembleError, match="coordinate 'x'"):
        mangaxr.radial_profile(disks.store.drop_vars("x"), channel="ha_flux", bins=[0.0, 1.0])


def test_part_of_the_pixels_keeps_its_place(disks: NoisyDisks) -> None:
    """Rings that lie in the part of the tensor that was selected are the same."""
    store = disks.store.isel(galaxy=slice(6))
    whole = mangaxr.radial_profile(store, channel="ha_flux", bins=[0.0, 0.4, 0.8]).compute()
    part = store.isel(x=slice(10, 50), y=slice(14, 60))
    found = mangaxr.radial_profile(part, channel="ha_flux", bins=[0.0, 0.4, 0.8]).compute()
    np.testing.assert_allclose(found.value, whole.value, rtol=1e-12)
