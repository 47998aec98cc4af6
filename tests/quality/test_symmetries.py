"""What a metric must not depend on, and how it must follow when the sky is turned."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hand_made_maps import BAD, FACTS, Planes, draw_planes, measure

from mangaxr.quality.metrics import METRICS

Move = Callable[[npt.NDArray[np.generic]], npt.NDArray[np.generic]]

ANGLES = {"kinematic_pa", "stellar_kinematic_pa"}
BOXED = {"central_flux_fraction", "clumpiness"}
"""Metrics of a box about the central spaxel, which a map of even size does not have."""
SIGNED = {"systemic_velocity", "flux_velocity_correlation"}


def moved(planes: Planes, move: Move) -> Planes:
    """Turn or mirror what is on the sky; the coordinates of the spaxels stay."""
    return {name: p if name == "SPX_SKYCOO" else move(p) for name, p in planes.items()}


def assert_same(
    found: dict[str, float], expected: dict[str, float], *, but: set[str], rtol: float = 2e-4
) -> None:
    """Compare all metrics but some."""
    for row in METRICS:
        if row.name not in but:
            assert found[row.name] == pytest.approx(
                expected[row.name], rel=rtol, abs=rtol, nan_ok=True
            ), row.name


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turning_the_sky_turns_the_axes_alone(planes: Planes, turns: int) -> None:
    """A quarter turn takes 90 degrees off every position angle; no other metric changes."""
    before = measure(planes)
    turned = moved(planes, lambda plane: np.rot90(plane, turns, axes=(-2, -1)))
    after = measure(turned, pa=(FACTS["pa"] - 90.0 * turns) % 180.0)
    assert_same(after, before, but=ANGLES | BOXED)
    for name in ANGLES:
        off = (after[name] - before[name] + 90.0 * turns + 180.0) % 360.0 - 180.0
        assert off == pytest.approx(0.0, abs=0.02), name


def test_mirroring_the_sky_mirrors_the_axes_alone(planes: Planes) -> None:
    """East for West turns a position angle about; no other metric changes."""
    before = measure(planes)
    after = measure(moved(planes, lambda plane: plane[..., ::-1]), pa=180.0 - FACTS["pa"])
    assert_same(after, before, but=ANGLES | BOXED)
    for name in ANGLES:
        off = (after[name] + before[name] + 180.0) % 360.0 - 180.0
        assert off == pytest.approx(0.0, abs=0.02), name


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turning_about_a_spaxel(turns: int) -> None:
    """With the object on a spaxel the box turns too; blocks do not, and fits differ a little."""
    odd = draw_planes(41)
    before = measure(odd)
    turned = moved(odd, lambda plane: np.rot90(plane, turns, axes=(-2, -1)))
    after = measure(turned, pa=(FACTS["pa"] - 90.0 * turns) % 180.0)
    for name in BOXED:
        assert after[name] == pytest.approx(before[name], rel=1e-4)
    for name in ANGLES:
        off = (after[name] - before[name] + 90.0 * turns + 180.0) % 360.0 - 180.0
        assert abs(off) < 0.2 * before[f"{name}_error"]
    others = {row.name for row in METRICS if row.group == "kinematics"} | BOXED
    assert_same(after, before, but=others)


def test_velocities_the_other_way_round(planes: Planes) -> None:
    """Receding for approaching turns the axes by 180 degrees and changes two signs."""
    before = measure(planes)
    other = {
        name: -p if name in ("EMLINE_GVEL", "STELLAR_VEL") else p for name, p in planes.items()
    }
    after = measure(other)
    assert_same(after, before, but=ANGLES | SIGNED)
    for name in SIGNED:
        assert after[name] == pytest.approx(-before[name], rel=1e-3, abs=1e-3)
    for name in ANGLES:
        assert (after[name] - before[name]) % 360.0 == pytest.approx(180.0, abs=0.02)


def test_a_shift_of_all_velocities_is_one_of_the_systemic_velocity(planes: Planes) -> None:
    """Nothing else knows the zero point."""
    before = measure(planes)
    shifted = dict(planes)
    bad = planes["EMLINE_GVEL_MASK"] != 0
    shifted["EMLINE_GVEL"] = np.where(bad, 0.0, planes["EMLINE_GVEL"] + 300.0)
    after = measure(shifted)
    assert_same(after, before, but={"systemic_velocity"}, rtol=1e-3)
    assert after["systemic_velocity"] - before["systemic_velocity"] == pytest.approx(300, abs=0.01)


@pytest.mark.parametrize("poison", [0.0, 1e30, -1e30, math.nan, math.inf])
def test_values_under_the_mask_do_not_matter(planes: Planes, poison: float) -> None:
    """Whatever a masked spaxel holds, also with a variance, every metric stays the same."""
    before = measure(planes)
    poisoned = dict(planes)
    for name in ("EMLINE_GFLUX", "EMLINE_GVEL", "STELLAR_VEL"):
        bad = planes[f"{name}_MASK"] != 0
        poisoned[name] = np.where(bad, poison, planes[name])
        poisoned[f"{name}_IVAR"] = np.where(bad, 1e6, planes[f"{name}_IVAR"])
    with np.errstate(over="ignore", invalid="ignore"):  # laying 1e30 out as float32
        after = measure(poisoned)
    assert after == pytest.approx(before, rel=0, abs=0, nan_ok=True)


def test_an_empty_map_has_no_numbers(planes: Planes) -> None:
    """All that could be measured is NaN; what is counted is counted."""
    empty = {
        name: np.full_like(p, BAD) if name.endswith("_MASK") else p for name, p in planes.items()
    }
    found = measure(empty)
    counted = {
        "masked_fraction": 1.0, "masked_fraction_bundle": 1.0, "valid_spaxels": 0.0,
        "independent_bins": 0.0, "largest_hole": 0.0, "star_fraction": 0.0, "critical": 0.0,
        "valid_fraction_1re": 0.0, "valid_fraction_1p5re": 0.0,
    }  # fmt: skip
    for name, value in counted.items():
        assert found[name] == value, name
    of_the_sky = {"covered_radius_re", "g_snr_1re"}
    for name in found.keys() - counted.keys() - of_the_sky:
        assert math.isnan(found[name]), name


@pytest.mark.parametrize("spaxels", [1, 2, 3, 5, 30])
def test_a_nearly_empty_map_is_no_error(planes: Planes, spaxels: int) -> None:
    """A few spaxels give what they can, and no warning."""
    few = {name: p.copy() for name, p in planes.items()}
    good = np.flatnonzero(planes["EMLINE_GVEL_MASK"] == 0)
    for name in few:
        if name.endswith("_MASK"):
            few[name].flat[good[spaxels:]] = BAD
    found = measure(few)
    assert found["valid_spaxels"] <= spaxels
    assert math.isnan(found["kinematic_pa"]) or spaxels >= 12


def test_the_axis_does_not_depend_on_where_the_fit_starts() -> None:
    """Disks at any angle give their angle back."""
    for pa in range(0, 360, 24):
        found = measure(draw_planes(32, pa=float(pa)), pa=pa % 180)
        off = (found["kinematic_pa"] - pa + 180.0) % 360.0 - 180.0
        assert abs(off) < 4.0 * found["kinematic_pa_error"] + 0.5
