"""What went into the synthetic survey comes back out of the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import mangaxr
from mangaxr.plateifu import BUNDLE_SIZES
from mangaxr.synthetic import SurveyFiles, compare_galaxy, compare_store, read_truth

GRIDS = ("field", "arcsec", "re")


@pytest.fixture(scope="module")
def stores(
    all_sizes: SurveyFiles, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], xr.Dataset]:
    """Return open stores of the survey by grid and scaling."""
    folder = tmp_path_factory.mktemp("physics")
    opened = {}
    for grid in GRIDS:
        for scaling in ("robust", "asinh"):
            path = folder / f"{grid}-{scaling}.zarr"
            report = mangaxr.build_store(
                path,
                all_sizes.root,
                grid=grid,  # type: ignore[arg-type]
                scaling=scaling,
                workers=2,
            )
            assert report.failures == {}
            opened[grid, scaling] = mangaxr.open_store(path).load()
    return opened


def test_the_survey_has_every_bundle_size(all_sizes: SurveyFiles) -> None:
    """Nothing below holds for one size of bundle alone."""
    assert {galaxy.plateifu.fibres for galaxy in all_sizes.galaxies} == set(BUNDLE_SIZES)


@pytest.mark.parametrize(
    ("grid", "scaling"),
    [("field", "robust"), ("field", "asinh"), ("arcsec", "asinh"), ("re", "robust")],
)
def test_the_store_agrees_with_the_truth(
    grid: str, scaling: str, stores: dict[tuple[str, str], xr.Dataset], all_sizes: SurveyFiles
) -> None:
    """Kinematic axis, rotation, systemic velocity and flux of every galaxy are as they were."""
    found = list(compare_store(stores[grid, scaling], all_sizes.root))
    assert len(found) == 4 * len(all_sizes.galaxies)
    for comparison in found:
        assert comparison.agrees, comparison
        if comparison.check.name == "V_max sin i":
            assert abs(comparison.difference) < 0.05


@pytest.mark.parametrize("grid", GRIDS)
def test_scalings_agree_in_physical_units(
    grid: str, stores: dict[tuple[str, str], xr.Dataset]
) -> None:
    """Two scalings of one grid go back to the same physical values."""
    robust, asinh = (mangaxr.to_physical(stores[grid, name]) for name in ("robust", "asinh"))
    scale: Any = stores[grid, "robust"].scaling_scale
    np.testing.assert_array_equal(np.isfinite(robust), np.isfinite(asinh))
    assert (abs(robust - asinh).max(("y", "x")) < 1e-5 * scale).all()
    assert not np.allclose(
        stores[grid, "robust"].tensor, stores[grid, "asinh"].tensor, equal_nan=True
    )


def _moved(name: str, change: Callable[[Any], Any]) -> Callable[[xr.Dataset], xr.Dataset]:
    """Change the values of the tensor in one channel."""

    def spoil(galaxy: xr.Dataset) -> xr.Dataset:
        spoiled = galaxy.copy(deep=True)
        at = {"channel": name}
        for variable in ("tensor", "ivar", "coverage"):
            spoiled[variable].loc[at] = change(spoiled[variable].sel(at).values)
        return spoiled

    return spoil


def _times(name: str, factor: float) -> Callable[[xr.Dataset], xr.Dataset]:
    """Multiply the scaled values of one channel."""

    def spoil(galaxy: xr.Dataset) -> xr.Dataset:
        spoiled = galaxy.copy(deep=True)
        spoiled.tensor.loc[{"channel": name}] *= factor
        return spoiled

    return spoil


def _scaled(galaxy: xr.Dataset) -> xr.Dataset:
    return galaxy.assign_coords(pixel_scale=galaxy.pixel_scale * 0.8)


SPOILERS: dict[str, tuple[Callable[[xr.Dataset], xr.Dataset], set[str]]] = {
    "mirrored": (_moved("ha_vel", lambda v: v[:, ::-1]), {"kinematic axis"}),
    "upside down": (_moved("ha_vel", lambda v: v[::-1]), {"kinematic axis"}),
    "turned round": (_moved("ha_vel", lambda v: v[::-1, ::-1]), {"kinematic axis"}),
    "receding is approaching": (_times("ha_vel", -1.0), {"kinematic axis"}),
    "one pixel off": (_moved("ha_vel", lambda v: np.roll(v, 1, axis=1)), {"V_sys"}),
    "a tenth faster": (
        lambda ds: ds.assign(scaling_scale=ds.scaling_scale * [1.0, 1.1]),
        {"V_max sin i"},
    ),
    "a tenth brighter": (
        lambda ds: ds.assign(
            scaling_scale=ds.scaling_scale * [1.1, 1.0],
            scaling_offset=ds.scaling_offset * [1.1, 1.0],
        ),
        {"H-alpha flux"},
    ),
    "another scale": (_scaled, {"H-alpha flux"}),
    "flux of another line": (_times("ha_flux", 0.4), {"H-alpha flux"}),
}
"""What may go wrong, and the checks that must notice it."""


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_the_comparison_can_fail(
    spoiler: str, stores: dict[tuple[str, str], xr.Dataset], all_sizes: SurveyFiles
) -> None:
    """A store with a mistake in its geometry or scale disagrees, in the check that is hit."""
    spoil, expected = SPOILERS[spoiler]
    store = stores["field", "robust"]
    galaxy = "8001-12701"
    truth = read_truth(all_sizes.root / "truth" / f"{galaxy}.json").galaxy
    spoiled = compare_galaxy(spoil(store.sel(galaxy=galaxy)), truth)
    assert expected <= {c.check.name for c in spoiled if not c.agrees}


def _velocity(store: xr.Dataset) -> tuple[Any, Any, Any]:
    """Return H-alpha velocities of a store's only galaxy, with their offsets East and North."""
    galaxy = store.isel(galaxy=0)
    x, y = np.meshgrid(galaxy.x, galaxy.y)
    scale = float(galaxy.pixel_scale)
    east, north = float(galaxy.center_sky_x) - x * scale, float(galaxy.center_sky_y) + y * scale
    velocity = mangaxr.to_physical(galaxy).sel(channel="ha_vel").values
    good = np.isfinite(velocity)
    return velocity[good], east[good], north[good]


def test_a_disk_that_the_surveys_pipeline_measured_comes_back(
    dr17_file: Path, tmp_path: Path
) -> None:
    """A mock galaxy through the real fitting code has the velocities of its own truth."""
    mangaxr.build_store(tmp_path / "t.zarr", dr17_file, npix=32)
    store = mangaxr.open_store(tmp_path / "t.zarr").load()
    with np.load(next(dr17_file.parent.glob("truth-*.npz"))) as truth:
        expected = truth["v_ha_fluxweighted_psf"]
    found = mangaxr.to_physical(store).sel(channel="ha_vel").isel(galaxy=0).values
    difference = (found - expected)[np.isfinite(found)]
    assert difference.size > 100
    assert abs(np.median(difference)) < 3
    assert difference.std() < 5


def test_a_published_kinematic_axis_is_found(dr15_file: Path, tmp_path: Path) -> None:
    """The gas of 7815-3702 recedes along 167.5 degrees (Duckworth et al., MPL-8 catalogue)."""
    mangaxr.build_store(tmp_path / "t.zarr", dr15_file)
    velocity, east, north = _velocity(mangaxr.open_store(tmp_path / "t.zarr").load())
    angle = np.degrees(np.arctan2(east, north)) - 167.5
    away = np.cos(np.radians(angle))
    near_axis = np.abs(away) > np.cos(np.radians(20))
    assert np.median(velocity[near_axis & (away > 0)]) == pytest.approx(81, abs=10)
    assert np.median(velocity[near_axis & (away < 0)]) < -40
