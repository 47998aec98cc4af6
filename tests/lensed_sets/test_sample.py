"""A sample is what `lens_galaxy` makes of its truth; it can be made alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_sets import configured

import mangaxr
from mangaxr.errors import LensError
from mangaxr.lensed_sets import SetConfig, make_sample
from mangaxr.lensed_sets.contract import CHANNELS
from mangaxr.lensed_sets.draw import noise_seed
from mangaxr.lensing import PSF, ImageGrid, LensScale, lens_galaxy, parse_lens

NAMES = [channel.name for channel in CHANNELS]


def _with_lens_galaxy(store: Path, config: SetConfig, number: int) -> np.ndarray:
    """Make a sample's image from nothing but what its row says."""
    row = make_sample(number, store=store, config=config).row
    parts = [
        f"epl:theta_E={row['theta_E']},gamma={row['gamma']},e1={row['e1']},e2={row['e2']}",
        f"shear:g1={row['g1']},g2={row['g2']}",
    ]
    if row["subhalo"]:
        parts.append(
            f"pjaffe:theta_s={row['subhalo_theta_s']},r_t={row['subhalo_r_t']},"
            f"x={row['subhalo_x']},y={row['subhalo_y']}"
        )
    image = lens_galaxy(
        mangaxr.open_store(store, chunks=None),
        row["galaxy"],
        parse_lens(parts),
        scale=LensScale(row["z_lens"], row["z_source"]),
        grid=ImageGrid(config["npix"], config["pixel_scale"], config["supersample"]),
        psf=PSF(row["psf_fwhm"]),
        x=row["source_x"],
        y=row["source_y"],
        coverage_min=config["coverage_min"],
    ).lensed
    if row["snr"]:
        seed = noise_seed(config, number, row["attempt"])
        settings = {name: config[name] for name in ("lsf_sigma", "snr_min")}
        image = mangaxr.lensing.add_noise(image, snr=row["snr"], seed=seed, **settings)
    nothing = np.full(image.flux.shape, np.nan)
    return np.stack([image[name].values if name in image else nothing for name in NAMES])


@pytest.mark.parametrize("profile", ["sie", "epl"])
@pytest.mark.parametrize("number", [0, 1, 5, 6, 9])
def test_a_sample_is_what_its_row_says(store: Path, profile: str, number: int) -> None:
    """The same image comes of the row alone, through the public functions."""
    config = configured(lens={"profile": profile})
    made = make_sample(number, store=store, config=config).image
    expected = _with_lens_galaxy(store, config, number)
    np.testing.assert_array_equal(np.isnan(made), np.isnan(expected))
    # An isothermal ellipsoid is the power law of slope 2: its own formula, other roundings.
    np.testing.assert_allclose(made, expected, rtol=2e-5, atol=1e-4)


def test_without_noise_there_are_no_errors(store: Path) -> None:
    """S/N 0 means no noise: errors are NaN, and the image that of `observe`."""
    config = configured(noise={"snr": 0.0})
    sample = make_sample(7, store=store, config=config)
    image = dict(zip(NAMES, sample.image, strict=True))
    assert all(np.isnan(image[name]).all() for name in NAMES if name.endswith("_err"))
    expected = _with_lens_galaxy(store, config, 7)
    np.testing.assert_allclose(sample.image, expected, rtol=2e-5, atol=1e-4)


def test_zero_never_means_masked(store: Path) -> None:
    """Velocity has a value where ``valid`` is 1 and nowhere else; the two are told apart by it."""
    for number in range(2, 12):
        image = dict(
            zip(NAMES, make_sample(number, store=store, config=configured()).image, strict=True)
        )
        assert set(np.unique(image["valid"])) <= {0.0, 1.0}
        np.testing.assert_array_equal(np.isfinite(image["velocity"]), image["valid"] == 1)
        assert (image["coverage"] >= 0).all()


def test_truth_is_what_was_put_in(store: Path) -> None:
    """Splits and targets are the source's; the subhalo's mass is that of its profile."""
    tensors = mangaxr.open_store(store, chunks=None).set_index(galaxy="galaxy")
    for number in range(12):
        row = make_sample(number, store=store, config=configured()).row
        source = tensors.sel(galaxy=row["galaxy"])
        assert row["split"] == str(source.split.values)
        assert row["mangaid"] == str(source.mangaid.values)
        if row["subhalo"]:
            scale = LensScale(row["z_lens"], row["z_source"])
            mass = scale.pjaffe_mass(row["subhalo_theta_s"], row["subhalo_r_t"])
            assert mass == pytest.approx(row["subhalo_mass"], rel=1e-9)
            away = np.hypot(row["subhalo_x"], row["subhalo_y"]) / row["theta_E"]
            assert away == pytest.approx(row["subhalo_radius"], rel=1e-9)
        else:
            assert row["subhalo_mass"] is None
            assert "subhalo_x" not in row


def test_a_subhalo_changes_the_image_near_it(store: Path) -> None:
    """The pair of debug samples differs, and most of all around the subhalo."""
    config = configured(
        image={"npix": 48, "pixel_scale": 0.08},
        noise={"snr": 0.0},
        subhalo={"mass": 3e9},
    )
    without, with_one = (make_sample(i, store=store, config=config) for i in (0, 1))
    assert without.row["galaxy"] == with_one.row["galaxy"]
    off = np.abs(without.image[0] - with_one.image[0])
    axis = ImageGrid(48, 0.08).axis()
    row = with_one.row
    near = np.hypot(axis[None, :] - row["subhalo_x"], axis[:, None] - row["subhalo_y"]) < 0.4
    assert np.nanmean(off[near]) > 3 * np.nanmean(off[~near])


def test_what_is_not_seen_is_drawn_anew(store: Path) -> None:
    """A source far from the axis is thrown away, and its attempts counted; or one line says so."""
    config = configured(source={"x": {"normal": [0.0, 3.0]}}, image={"valid_min": 0.1})
    rows = [make_sample(i, store=store, config=config).row for i in range(2, 14)]
    assert any(row["attempt"] for row in rows)
    assert all(row["valid_fraction"] >= 0.1 for row in rows)
    hopeless = configured(source={"x": 50.0})
    with pytest.raises(LensError, match=r"sample 3: in \d+ draws"):
        make_sample(3, store=store, config=hopeless)


def test_a_source_before_its_lens_is_one_line(store: Path) -> None:
    """It names sample and galaxy."""
    config = configured(redshifts={"lens": 2.0}, subhalo={"share": 1.0})
    with pytest.raises(LensError, match=r"sample 4, \d+-\d+: lens at z = 2"):
        make_sample(4, store=store, config=config)


def test_disks_stand_in_for_galaxies(store: Path) -> None:
    """With ``kind = "disk"`` the source is an analytic disk: measured everywhere, without a PSF."""
    sample = make_sample(4, store=store, config=configured(source={"kind": "disk"}))
    assert sample.row["source_psf_fwhm"] == 0.0
    assert sample.row["source_pixel_scale"] < 0.05
    template = make_sample(4, store=store, config=configured())
    assert template.row["source_psf_fwhm"] > 0.1
    both = np.isfinite(sample.image[1]) & np.isfinite(template.image[1])
    assert np.corrcoef(sample.image[1][both], template.image[1][both])[0, 1] > 0.8
