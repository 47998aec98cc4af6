"""What lies under a mask never reaches a tensor."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mangaxr.maps.raw import RawExtension, RawMaps
from mangaxr.tensors.assemble import GalaxyTensor, assemble
from mangaxr.tensors.channels import CHANNELS
from mangaxr.tensors.recipe import Recipe

DONOTUSE = 1 << 30

MASKED = {
    "EMLINE_GFLUX": "EMLINE_GFLUX_MASK",
    "EMLINE_GFLUX_IVAR": "EMLINE_GFLUX_MASK",
    "EMLINE_GVEL": "EMLINE_GVEL_MASK",
    "EMLINE_GVEL_IVAR": "EMLINE_GVEL_MASK",
    "EMLINE_GSIGMA": "EMLINE_GSIGMA_MASK",
    "EMLINE_GSIGMA_IVAR": "EMLINE_GSIGMA_MASK",
    "EMLINE_INSTSIGMA": "EMLINE_GSIGMA_MASK",
    "EMLINE_GEW": "EMLINE_GEW_MASK",
    "EMLINE_GEW_IVAR": "EMLINE_GEW_MASK",
    "STELLAR_VEL": "STELLAR_VEL_MASK",
    "STELLAR_VEL_IVAR": "STELLAR_VEL_MASK",
    "STELLAR_SIGMA": "STELLAR_SIGMA_MASK",
    "STELLAR_SIGMA_IVAR": "STELLAR_SIGMA_MASK",
    "STELLAR_SIGMACORR": "STELLAR_SIGMA_MASK",
    "SPECINDEX": "SPECINDEX_MASK",
    "SPECINDEX_IVAR": "SPECINDEX_MASK",
}
"""Extension -> the mask that covers it, as the survey's documentation pairs them."""


def _with(raw: RawMaps, planes: dict[str, npt.NDArray[np.generic]]) -> RawMaps:
    """Exchange planes, by extension."""
    extensions = dict(raw.extensions)
    for name, data in planes.items():
        extensions[name] = dataclasses.replace(extensions[name], data=data)
    return dataclasses.replace(raw, extensions=extensions)


def _poisoned(extension: RawExtension, bad: npt.NDArray[np.bool_], poison: float) -> Any:
    data = extension.data.copy()
    data[np.broadcast_to(bad, data.shape)] = poison
    return data


def _assert_same(one: GalaxyTensor, other: GalaxyTensor) -> None:
    for name in ("tensor", "ivar", "coverage"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert one.scalings == other.scalings


@pytest.mark.parametrize("grid", ["field", "arcsec"])
@pytest.mark.parametrize("poison", [1e30, -1e30, np.nan, np.inf, -np.inf])
def test_numbers_under_the_mask_change_nothing(
    poison: float, grid: Any, synthetic_raw: RawMaps
) -> None:
    """Whatever stands under the masks, be it value or variance, no bit of a channel changes."""
    planes = {}
    for name, mask in MASKED.items():
        flags: Any = synthetic_raw[mask].native()
        data = synthetic_raw[name].data
        bad = (flags & DONOTUSE) != 0
        assert bad.any()
        same_channels = bad.ndim == 2 or bad.shape[0] == data.shape[0]
        planes[name] = _poisoned(synthetic_raw[name], bad if same_channels else bad[0], poison)
    ivar: Any = synthetic_raw["SPX_MFLUX_IVAR"].native()
    nothing = ~(ivar > 0)
    planes["SPX_MFLUX"] = _poisoned(synthetic_raw["SPX_MFLUX"], nothing, poison)
    recipe = Recipe(channels=tuple(CHANNELS), grid=grid, npix=32)
    _assert_same(
        assemble(_with(synthetic_raw, planes), recipe, 4.0), assemble(synthetic_raw, recipe, 4.0)
    )


@pytest.mark.parametrize("poison", [0.0, -1.0, np.nan])
def test_a_spaxel_without_a_variance_counts_as_masked(
    poison: float, synthetic_raw: RawMaps
) -> None:
    """A variance that is no positive number drops the spaxel as its mask would."""
    flags: Any = synthetic_raw["EMLINE_GVEL_MASK"].data
    chosen = np.zeros(flags.shape[-2:], dtype=bool)
    chosen[15:18, 12:19] = True
    assert ((flags & DONOTUSE) == 0)[..., chosen].any()
    without = _poisoned(synthetic_raw["EMLINE_GVEL_IVAR"], chosen, poison)
    masked = flags.copy()
    masked[..., chosen] |= DONOTUSE
    recipe = Recipe(channels=("ha_vel",), npix=20)
    _assert_same(
        assemble(_with(synthetic_raw, {"EMLINE_GVEL_IVAR": without}), recipe),
        assemble(_with(synthetic_raw, {"EMLINE_GVEL_MASK": masked}), recipe),
    )


def test_a_value_of_zero_is_a_value(synthetic_raw: RawMaps) -> None:
    """A measured velocity of exactly 0 km/s is kept: validity comes from the mask alone."""
    zero = np.zeros_like(synthetic_raw["EMLINE_GVEL"].data)
    recipe = Recipe(channels=("ha_vel",), npix=34, scaling="none")
    before = assemble(synthetic_raw, recipe).tensor
    after = assemble(_with(synthetic_raw, {"EMLINE_GVEL": zero}), recipe).tensor
    np.testing.assert_array_equal(np.isfinite(before), np.isfinite(after))
    assert np.isfinite(after).any()
    assert (after[np.isfinite(after)] == 0).all()
