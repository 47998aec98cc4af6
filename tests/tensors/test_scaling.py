"""Scalings: numpy's percentiles, and nothing lost on the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mangaxr.errors import UnknownNameError
from mangaxr.maps.raw import RawMaps
from mangaxr.tensors.assemble import assemble
from mangaxr.tensors.channels import CHANNELS, parse_channel
from mangaxr.tensors.recipe import Recipe
from mangaxr.tensors.scaling import Scaling, fit_scaling
from mangaxr.tensors.scaling_names import SCALINGS, check_scaling

MakeRaw = Callable[..., RawMaps]

QUANTITIES = ("surface_brightness", "velocity", "dispersion", "ratio")
ROUNDING = 2.0**-24


def _physical(raw: RawMaps, **fields: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    recipe = Recipe(channels=tuple(CHANNELS), scaling="none", **fields)
    return assemble(raw, recipe).tensor.astype(np.float64)


def test_robust_scaling_is_numpys_percentiles(raw: RawMaps) -> None:
    """Fluxes go from p5 to p99.5, velocities from the median to p95 of the distance to it."""
    physical = _physical(raw, npix=32)
    robust = assemble(raw, Recipe(channels=tuple(CHANNELS), npix=32)).scalings
    for name, values, scaling in zip(CHANNELS, physical, robust, strict=True):
        good = values[np.isfinite(values)]
        if name.endswith("vel"):
            offset = np.median(good)
            scale = np.percentile(np.abs(good - offset), 95)
        else:
            offset, top = np.percentile(good, [5, 99.5])
            scale = top - offset
        assert scaling.offset == pytest.approx(offset, rel=1e-5, abs=1e-5 * scale), name
        assert scaling.scale == pytest.approx(scale, rel=1e-5), name


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_tensor_goes_back_to_physical_values(scaling: Any, raw: RawMaps) -> None:
    """The inverse returns every map to 1e-6 of its scale and of its values."""
    physical = _physical(raw, npix=32)
    result = assemble(raw, Recipe(channels=tuple(CHANNELS), npix=32, scaling=scaling))
    for values, tensor, fitted in zip(physical, result.tensor, result.scalings, strict=True):
        back = fitted.inverse(tensor.astype(np.float64))
        np.testing.assert_allclose(back, values, rtol=1e-6, atol=1e-6 * fitted.scale)


@pytest.mark.parametrize("name", SCALINGS)
@pytest.mark.parametrize("quantity", QUANTITIES)
@given(values=arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e8, 1e8, width=32)))
@example(values=np.array([2.0**-126, 3.0, *[0.0] * 24]))
def test_the_rounding_of_the_tensor_bounds_the_error(
    name: Any, quantity: Any, values: np.ndarray[Any, np.dtype[np.float64]]
) -> None:
    """A value comes back off by at most 2**-24 |t| g'(t) scale, besides float64's rounding."""
    scaling = fit_scaling(name, values, quantity)
    tensor = scaling.forward(values).astype(np.float32).astype(np.float64)
    slope = np.cosh(tensor) if name == "asinh" else 1.0
    bound = ROUNDING * np.abs(tensor) * slope * scaling.scale * 1.001
    float64 = 1e-13 * (np.abs(values) + abs(scaling.offset) + scaling.scale)
    assert (np.abs(scaling.inverse(tensor) - values) <= bound + float64).all()


@pytest.mark.parametrize("name", SCALINGS)
def test_nothing_is_clipped(name: Any, make_raw: MakeRaw) -> None:
    """A pixel a thousand times brighter than the percentile keeps its value."""
    flux = np.linspace(1.0, 2.0, 34 * 34).reshape(34, 34)
    flux[20, 11] = 2000.0
    raw = make_raw((34, 34), flux=flux, velocity=np.where(flux == 2000.0, -3000.0, flux))
    result = assemble(raw, Recipe(npix=34, scaling=name))
    for i, value in ((0, 8000.0), (1, -3000.0)):
        back = result.scalings[i].inverse(result.tensor[i].astype(np.float64))
        assert back[20, 11] == pytest.approx(value, rel=1e-6)
    if name != "none":
        assert result.tensor[0, 20, 11] > 2


@pytest.mark.parametrize("name", SCALINGS)
def test_a_constant_map_has_scale_one(name: Any, make_raw: MakeRaw) -> None:
    """A map without contrast is scaled by 1, so that no division by zero occurs."""
    result = assemble(make_raw((10, 10), flux=7.0, velocity=0.0), Recipe(npix=8, scaling=name))
    assert [scaling.scale for scaling in result.scalings] == [1.0, 1.0]
    back = [
        s.inverse(t.astype(np.float64)) for s, t in zip(result.scalings, result.tensor, strict=True)
    ]
    np.testing.assert_allclose(back[0], 28.0, rtol=1e-6)
    np.testing.assert_allclose(back[1], 0.0, atol=1e-6)


@pytest.mark.parametrize("name", SCALINGS)
def test_a_map_without_any_value_is_nan(name: Any, make_raw: MakeRaw) -> None:
    """A galaxy masked everywhere has coverage 0, NaN for its values, and scalings 0 and 1."""
    bad = np.full((1, 10, 10), 1 << 30, dtype=">i4")
    raw = make_raw((10, 10), changes={"EMLINE_GFLUX_MASK": bad})
    result = assemble(raw, Recipe(npix=8, scaling=name))
    assert np.isnan(result.tensor).all()
    assert np.isnan(result.ivar).all()
    assert (result.coverage == 0).all()
    assert result.scalings == (Scaling(name, 0.0, 1.0),) * 2


def test_a_single_value_is_scaled_about_itself() -> None:
    """One measured pixel becomes 0 and comes back as it was."""
    values = np.array([np.nan, 12.5, np.nan])
    for name in ("robust", "asinh"):
        scaling = fit_scaling(name, values, "velocity")
        np.testing.assert_array_equal(scaling.forward(values), [np.nan, 0.0, np.nan])
        np.testing.assert_array_equal(scaling.inverse(np.array([0.0])), [12.5])


def test_velocities_of_either_sign_are_treated_alike(make_raw: MakeRaw) -> None:
    """Turning every velocity round turns every sign of the tensor, and nothing else."""
    velocity = np.random.default_rng(3).normal(20, 100, (33, 33))
    one, other = (
        assemble(make_raw((33, 33), velocity=v), Recipe(channels=("ha_vel",), npix=33))
        for v in (velocity, -velocity)
    )
    np.testing.assert_allclose(one.tensor, -other.tensor, atol=1e-6)
    assert one.scalings[0].scale == pytest.approx(other.scalings[0].scale)


def test_an_unknown_scaling_lists_those_that_exist() -> None:
    """A misspelt scaling raises one line with the names there are."""
    with pytest.raises(UnknownNameError, match="robust, asinh, none"):
        check_scaling("log")


def test_the_quantity_of_every_channel_has_a_scaling() -> None:
    """Every named channel is of a quantity that the scalings know."""
    values = np.linspace(1.0, 9.0, 50)
    for name in CHANNELS:
        assert fit_scaling("robust", values, parse_channel(name).family.quantity).scale > 0
