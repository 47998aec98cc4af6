"""Small stores made by hand, and a scheduler that must not be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from noisy_disks import NoisyDisks, draw_disks

MakeStore = Callable[..., xr.Dataset]


def never(*_: object, **__: object) -> None:
    """Stand in for a dask scheduler that must not be called."""
    message = "something was computed"
    raise AssertionError(message)


@pytest.fixture(name="never", scope="session")
def never_fixture() -> Callable[..., None]:
    """Return a scheduler that raises."""
    return never


def make_store(
    galaxies: int = 7,
    npix: tuple[int, int] = (5, 4),
    *,
    seed: int = 0,
    function: str = "identity",
    missing: float = 0.3,
    chunks: Any = None,
) -> xr.Dataset:
    """Return a Dataset as an open store has it, of noise with holes and an empty corner."""
    random = np.random.default_rng(seed)
    shape = (galaxies, 2, *npix)
    tensor = random.standard_normal(shape).astype(np.float32)
    tensor[random.random(shape) < missing] = np.nan
    tensor[..., 0, 0] = np.nan
    ivar = random.uniform(0.1, 4.0, shape).astype(np.float32)
    ivar[random.random(shape) < 0.1] = np.nan  # a value without a variance
    ivar[np.isnan(tensor)] = np.nan
    coverage = random.uniform(0.0, 1.0, shape).astype(np.float32)
    dims = ("galaxy", "channel", "y", "x")
    store = xr.Dataset(
        {
            "tensor": (dims, tensor, {"units": "1", "scaling_function": function}),
            "ivar": (dims, ivar),
            "coverage": (dims, coverage),
            "scaling_offset": (dims[:2], random.normal(0.0, 50.0, shape[:2])),
            "scaling_scale": (dims[:2], random.uniform(1.0, 200.0, shape[:2])),
        },
        coords={
            "galaxy": [f"{8000 + i}-1901" for i in range(galaxies)],
            "status": ("galaxy", np.ones(galaxies, dtype=np.int8)),
            "z": ("galaxy", random.uniform(0.0, 0.15, galaxies)),
            "split": ("galaxy", random.choice(["train", "val", ""], galaxies)),
            "channel": ["ha_flux", "ha_vel"],
            "channel_units": ("channel", ["1e-17 erg / (s cm2 arcsec2)", "km / s"]),
            "channel_long_name": ("channel", ["Hα flux", "Hα velocity"]),
            "channel_quantity": ("channel", ["surface_brightness", "velocity"]),
            "y": np.arange(npix[0]) - (npix[0] - 1) / 2,
            "x": np.arange(npix[1]) - (npix[1] - 1) / 2,
        },
    )
    large = store[["tensor", "ivar", "coverage"]].chunk(chunks or {"galaxy": 3, "channel": 1})
    return store.assign({name: array.variable for name, array in large.data_vars.items()})


@pytest.fixture(name="make_store", scope="session")
def make_store_fixture() -> MakeStore:
    """Return the function that makes stores."""
    return make_store


@pytest.fixture(scope="session")
def disks() -> NoisyDisks:
    """Return 400 disks."""
    return draw_disks(400)
