"""Galaxies of a store as sources: sizes, brightness and orientation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.cosmology import FlatLambdaCDM, Planck18

import mangaxr
from mangaxr.errors import LensError, UnknownNameError
from mangaxr.lensing import (
    SIS,
    ImageGrid,
    Lens,
    LensScale,
    SourceMaps,
    from_store,
    lens_galaxy,
    write_image,
)


@pytest.fixture(scope="module")
def store() -> xr.Dataset:
    """Return a store of a few synthetic galaxies."""
    return mangaxr.open_store(mangaxr.synthetic.example_store(), chunks=None)


@pytest.fixture(scope="module")
def name(store: xr.Dataset) -> str:
    """Return its first galaxy."""
    return str(store.galaxy.values[0])


def at_redshift(store: xr.Dataset, name: str, z: float) -> xr.Dataset:
    """Return the store with another redshift of a galaxy."""
    return store.assign_coords(z=store.z.where(store.galaxy != name, z))


def test_sizes_and_brightness_at_another_redshift(store: xr.Dataset, name: str) -> None:
    """0.5 arcsec at z = 0.03 are 0.0355 at 1.5, and 0.0288 of the brightness is left."""
    moved = at_redshift(store, name, 0.03)
    moved = moved.assign_coords(pixel_scale=moved.pixel_scale * 0 + 0.5)
    source = from_store(moved, name, z_source=1.5)
    assert source.pixel_scale == pytest.approx(0.0355, abs=1e-4)
    physical = mangaxr.to_physical(moved).sel(galaxy=name)
    flux = physical.sel(channel="ha_flux").values
    dimming = float(np.nanmedian(source.flux / flux))
    assert dimming == pytest.approx(0.0288, abs=5e-5)
    np.testing.assert_allclose(source.flux, flux * dimming, rtol=1e-12)
    psf = float(moved.psf_fwhm.sel(galaxy=name))
    assert source.psf_fwhm == pytest.approx(psf * source.pixel_scale / 0.5, rel=1e-12)


def test_another_cosmology_gives_other_sizes(store: xr.Dataset, name: str) -> None:
    """As astropy has them."""
    z = float(store.z.sel(galaxy=name))
    ratio = []
    for cosmology in (FlatLambdaCDM(H0=70, Om0=0.3), Planck18):
        near, far = (cosmology.angular_diameter_distance(q).value for q in (z, 2.0))
        source = from_store(store, name, z_source=2.0, cosmology=cosmology)
        assert source.pixel_scale == pytest.approx(
            float(store.pixel_scale.sel(galaxy=name)) * near / far, rel=1e-9
        )
        ratio.append(source.pixel_scale)
    assert ratio[0] != ratio[1]


def test_velocities_are_taken_back_to_km_per_s(store: xr.Dataset, name: str) -> None:
    """And what the store has no value of is not measured."""
    source = from_store(store, name, z_source=1.5)
    velocity = mangaxr.to_physical(store).sel(galaxy=name, channel="ha_vel").values
    np.testing.assert_array_equal(source.velocity[source.mask], velocity[source.mask])
    assert np.all(np.isfinite(source.moments()))
    assert 0 < source.mask.sum() < source.mask.size
    assert source.flux_units == str(store.channel_units.sel(channel="ha_flux").values)


def test_north_stays_up_and_east_left(store: xr.Dataset, name: str) -> None:
    """Without a lens the image of a galaxy is the galaxy, pixel by pixel."""
    scale = LensScale(0.3, 1.5)
    source = from_store(store, name, z_source=1.5)
    grid = ImageGrid(64, source.pixel_scale, supersample=1, margin=0)
    found = lens_galaxy(store, name, Lens(), scale=scale, grid=grid, psf=mangaxr.lensing.PSF())
    np.testing.assert_allclose(
        found.lensed.velocity.values[source.mask], source.velocity[source.mask], atol=1e-9
    )


def test_a_dispersion_channel_is_taken_along(tmp_path: Path) -> None:
    """Where it has no value the line is no wider than the instrument's: 0."""
    path = tmp_path / "t.zarr"
    mangaxr.build_store(
        path,
        sas=mangaxr.synthetic.example_survey(),
        items=["8001-1901"],
        channels=("ha_flux", "ha_vel", "ha_sigma"),
    )
    store = mangaxr.open_store(path, chunks=None)
    source = from_store(store, "8001-1901", z_source=1.5, sigma="ha_sigma")
    sigma = mangaxr.to_physical(store).isel(galaxy=0).sel(channel="ha_sigma").values
    known = np.isfinite(sigma) & source.mask
    assert known.sum() > 100
    np.testing.assert_array_equal(source.sigma[known], sigma[known])
    assert np.all(source.sigma[source.mask & ~known] == 0)


def test_what_cannot_be_a_source_is_refused(store: xr.Dataset, name: str) -> None:
    """With the galaxy's name and the reason."""
    with pytest.raises(UnknownNameError, match="no galaxy '1-2'"):
        from_store(store, "1-2", z_source=1.5)
    with pytest.raises(UnknownNameError, match="no channel 'hb_flux'"):
        from_store(store, name, z_source=1.5, flux="hb_flux")
    with pytest.raises(LensError, match=f"galaxy {name}: its redshift is nan"):
        from_store(at_redshift(store, name, np.nan), name, z_source=1.5)
    with pytest.raises(LensError, match="expected a redshift above 0"):
        from_store(store, name, z_source=-1.0)
    failed = store.assign(
        status=store.status.where(store.galaxy != name, 2),
        failure=store.failure.where(store.galaxy != name, "no such file"),
    )
    with pytest.raises(LensError, match=f"galaxy {name} has no maps to lens: .*no such file"):
        from_store(failed, name, z_source=1.5)


def test_a_galaxy_that_is_not_seen_is_told(store: xr.Dataset, name: str) -> None:
    """Far beside the axis there is nothing of it in the image."""
    with pytest.raises(LensError, match=f"galaxy {name}: nothing of it is seen"):
        lens_galaxy(store, name, Lens([SIS(0.5)]), scale=LensScale(0.5, 1.5), x=50.0)


def test_an_image_is_written_whole_with_what_made_it(store, name: str, tmp_path: Path) -> None:
    """And can be made again from its own attributes."""
    scale, path = LensScale(0.5, 1.5), tmp_path / "l.nc"
    texts = ["sie:theta_E=1,e1=0.1,e2=0", "pjaffe:theta_s=0.05,r_t=0.2,x=1"]
    lens = mangaxr.lensing.parse_lens(texts)
    lensed = lens_galaxy(store, name, lens, scale=scale, snr=30, seed=4, x=0.1).lensed
    write_image(lensed, path)
    assert [p.name for p in tmp_path.iterdir()] == ["l.nc"]
    with xr.open_dataset(path) as read:
        said = read.attrs
        xr.testing.assert_allclose(read.load().drop_attrs(), lensed.drop_attrs())
    again = lens_galaxy(
        store,
        said["galaxy"],
        mangaxr.lensing.parse_lens(said["lens"]),
        scale=LensScale(said["z_lens"], said["z_source"]),
        grid=ImageGrid(64, said["pixel_scale"], int(said["supersample"])),
        psf=mangaxr.lensing.PSF(said["psf_fwhm"]),
        x=said["source_x"],
        y=said["source_y"],
        coverage_min=said["coverage_min"],
        snr=said["snr"],
        seed=int(said["seed"]),
    )
    assert again.lensed.drop_attrs().identical(lensed.drop_attrs())


def test_a_disk_turns_as_its_position_angle_says() -> None:
    """The receding side lies at the angle from North through East."""
    for pa in (0.0, 50.0, 140.0, 260.0):
        source: SourceMaps = mangaxr.lensing.rotating_disk(
            r_scale=0.3, v_max=200, inclination=60, pa=pa
        )
        rows, columns = np.indices(source.velocity.shape) - (source.velocity.shape[0] - 1) / 2
        weight = source.velocity * source.flux
        east, north = -np.sum(weight * columns), np.sum(weight * rows)
        turned = np.degrees(np.arctan2(east, north)) - pa
        assert (turned + 180) % 360 - 180 == pytest.approx(0.0, abs=0.5)
