"""Kinematics against what is known: sixty synthetic galaxies, and a real one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from astropy.io import fits

import mangaxr
from mangaxr.build.quality import compute_quality
from mangaxr.synthetic import SurveyFiles
from mangaxr.synthetic.galaxy.moments import model_moments

Array = npt.NDArray[np.float64]

pytestmark = pytest.mark.timeout(300)  # sixty galaxies are written first

PUBLISHED = {"kinematic_pa": 167.5, "stellar_kinematic_pa": 167.0}
"""7815-3702: deg, N through E, to the receding side (Duckworth, MPL-8 catalogue)."""


@pytest.fixture(scope="module")
def quality(sixty: SurveyFiles) -> xr.Dataset:
    """Measure the sixty."""
    return compute_quality(sixty.root)


def wrapped(degrees: Array) -> Array:
    """Return angles between -180 and 180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0


def chi_square(difference: Array, error: Array) -> float:
    """Return the mean square of differences in errors."""
    return float(np.mean((difference / error) ** 2))


@pytest.fixture(scope="module")
def truth(sixty: SurveyFiles, quality: xr.Dataset) -> Mapping[str, Array]:
    """Return what the sixty are, in the order of the table; all have a value."""
    by_name = {str(galaxy.plateifu): galaxy for galaxy in sixty.galaxies}
    galaxies = [by_name[name] for name in quality.galaxy.values.tolist()]
    assert len(galaxies) == 60
    return {
        "kinematic_pa": np.array([galaxy.pa for galaxy in galaxies]),
        "systemic_velocity": np.array([galaxy.v_sys for galaxy in galaxies]),
        "v_projected": np.array([galaxy.v_projected for galaxy in galaxies]),
    }


def test_position_angles_agree_within_their_errors(
    quality: xr.Dataset, truth: Mapping[str, Array]
) -> None:
    """Receding side included; their reduced chi-square is near 1."""
    off = wrapped(quality.kinematic_pa.values - truth["kinematic_pa"])
    assert 0.5 < chi_square(off, quality.kinematic_pa_error.values) < 2.0
    assert np.abs(off).max() < 5.0


def test_stellar_position_angles_agree(quality: xr.Dataset, truth: Mapping[str, Array]) -> None:
    """The stars turn about the same axis; their errors are not too small."""
    off = wrapped(quality.stellar_kinematic_pa.values - truth["kinematic_pa"])
    assert chi_square(off, quality.stellar_kinematic_pa_error.values) < 2.0
    assert np.sqrt(np.mean(off**2)) < 3.0


def test_systemic_velocities_agree_within_their_errors(
    quality: xr.Dataset, truth: Mapping[str, Array]
) -> None:
    """The velocity of the true centre, which is not where the catalogue says."""
    off = quality.systemic_velocity.values - truth["systemic_velocity"]
    assert 0.5 < chi_square(off, quality.systemic_velocity_error.values) < 2.0


def test_gradients_agree_within_their_errors(sixty: SurveyFiles, quality: xr.Dataset) -> None:
    """The plane through the noiseless field of the same spaxels, as numpy fits it."""
    files = {path.name.split("-MAPS")[0].removeprefix("manga-"): path for path in sixty.maps}
    off, error = [], []
    for galaxy in sixty.galaxies:
        row = quality.sel(galaxy=str(galaxy.plateifu))
        valid, x, y = valid_spaxels(files[str(galaxy.plateifu)])
        assert valid.sum() == row.valid_spaxels
        velocity = model_moments(galaxy, shape=valid.shape).velocity[valid]
        design = np.stack([np.ones(valid.sum()), x[valid], y[valid]], axis=1)
        _, east, north = np.linalg.lstsq(design, velocity, rcond=None)[0]
        off.append(row.velocity_gradient.item() - np.hypot(east, north))
        error.append(row.velocity_gradient_error.item())
    assert 0.5 < chi_square(np.array(off), np.array(error)) < 2.0


def valid_spaxels(path: Path) -> tuple[npt.NDArray[np.bool_], Array, Array]:
    """Return, as astropy reads it, where velocities count, and the offsets of the spaxels."""
    with fits.open(path) as hdus:
        header = hdus["EMLINE_GVEL"].header
        line = next(int(k[1:]) - 1 for k in header if header[k] == "Ha-6564")
        plane = {
            name: hdus[name].data[line].astype(np.float64)
            for name in ("EMLINE_GFLUX", "EMLINE_GFLUX_IVAR", "EMLINE_GVEL_IVAR")
        }
        good = [
            hdus[f"{name}_MASK"].data[line] & 2**30 == 0 for name in ("EMLINE_GFLUX", "EMLINE_GVEL")
        ]
        x, y = hdus["SPX_SKYCOO"].data[:2].astype(np.float64)
    strong = plane["EMLINE_GFLUX"] * np.sqrt(plane["EMLINE_GFLUX_IVAR"]) >= 3.0
    return good[0] & good[1] & strong & (plane["EMLINE_GVEL_IVAR"] > 0), x, y


def test_amplitudes_are_of_the_disk(quality: xr.Dataset, truth: Mapping[str, Array]) -> None:
    """Half the range is a little less than V_max sin i: beam, curve and bundle all lower it."""
    ratio = quality.rotation_amplitude.values / truth["v_projected"]
    assert 0.75 < np.median(ratio) < 1.0
    assert ratio.max() < 1.1


def test_disks_are_seen_to_be_disks(quality: xr.Dataset) -> None:
    """A disk model explains the variance of disks, a dipole most of it; all are usable but for
    quality bits and stars in the way.
    """
    assert quality.disk_variance_explained.median() > 0.97
    assert quality.dipole_strength.median() > 0.8
    assert (quality.disk_variance_explained > quality.dipole_strength - 0.02).all()
    assert not quality.low_rotation.any()
    critical = quality.drp3qual.values & 2**30 != 0
    np.testing.assert_array_equal(quality.bad_quality, critical)


def test_the_real_galaxy_turns_as_published(shared_data: Path) -> None:
    """7815-3702: both axes within 5 degrees, to the receding side."""
    row = mangaxr.compute_quality(shared_data / "real" / "7815-3702").isel(galaxy=0)
    for name, published in PUBLISHED.items():
        assert row[name].item() == pytest.approx(published, abs=5.0)
        assert row[f"{name}_error"].item() < 3.0
    assert bool(row.usable)


@pytest.mark.parametrize(
    ("quantity", "name"), [("emline_gvel", "kinematic_pa"), ("stellar_vel", "stellar_kinematic_pa")]
)
def test_the_side_it_names_recedes(shared_data: Path, quantity: str, name: str) -> None:
    """Within 20 degrees of the axis found, the median velocity of the real file is positive."""
    file = next((shared_data / "real" / "7815-3702").glob("*MAPS*"))
    pa = mangaxr.compute_quality(file)[name].item()
    maps = mangaxr.load_maps_file(file)
    velocity = maps.manga.masked(quantity)
    if "line" in velocity.dims:
        velocity = velocity.sel(line="Ha-6564")
    angle = np.degrees(np.arctan2(maps.sky_x, maps.sky_y))
    for side, sign in ((pa, 1.0), (pa + 180.0, -1.0)):
        near = np.abs(wrapped(angle - side)) < 20.0
        assert sign * velocity.where(near).median().item() > 50.0


def test_the_mock_galaxy_turns_as_it_was_made(shared_data: Path) -> None:
    """99901-1901, written by the survey's pipeline: the axis of its truth file."""
    import json

    folder = shared_data / "dap" / "99901-1901"
    truth = json.loads((folder / "truth-99901-1901.json").read_text(encoding="utf-8"))
    row = mangaxr.compute_quality(folder).isel(galaxy=0)
    off = (row.kinematic_pa.item() - truth["pa"] + 180.0) % 360.0 - 180.0
    assert abs(off) < 3.0
