"""A tiny store, written by hand from the contract's names."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

NPIX = 16

# name, long name, unit, quantity, offset and scale of the tensor
CHANNELS = (
    ("ha_flux", "Hα flux", "1e-17 erg / (s cm2 arcsec2)", "surface_brightness", 1.0, 50.0),
    ("ha_vel", "Hα velocity", "km / s", "velocity", 12.0, 90.0),
    ("ha_sigma", "Hα dispersion", "km / s", "dispersion", 5.0, 60.0),
    ("d4000", "spectral index D4000", "1", "ratio", 1.2, 0.4),
)

MakeStore = Callable[..., xr.Dataset]


def _maps(galaxies: int, channels: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Draw smooth maps inside a disk, NaN outside."""
    y, x = np.mgrid[:NPIX, :NPIX] - (NPIX - 1) / 2
    disk = np.where(np.hypot(x, y) < 6, 0.0, np.nan)
    slope = x[None] * np.arange(1, channels + 1)[:, None, None] / 20 + 0.3 + disk
    return np.broadcast_to(slope, (galaxies, channels, NPIX, NPIX)).astype(np.float32)


def _store(names: Sequence[str], failed: dict[str, str], channels: Sequence[str]) -> xr.Dataset:
    rows = [row for row in CHANNELS if row[0] in channels]
    n = len(names)
    status = [2 if name in failed else 1 for name in names]
    tensor = _maps(n, len(rows)).copy()
    tensor[np.array(status) == 2] = np.nan
    galaxy = {
        "galaxy": list(names),
        "status": np.array(status, np.int8),
        "failure": [failed.get(name, "") for name in names],
        "mangaid": [f"1-{i}" for i in range(n)],
        "z": np.linspace(0.01, 0.05, n),
        "reff": np.full(n, 2.5),
        "pa": np.full(n, 30.0),
        "ellipticity": np.full(n, 0.4),
        "pixel_scale": np.full(n, 0.5),
        "center_sky_x": np.full(n, 0.75),
        "center_sky_y": np.full(n, -0.25),
        "psf_fwhm": np.full(n, 1.5),
        "dapqual": np.zeros(n, np.int64),
        "drp3qual": np.zeros(n, np.int64),
    }
    channel = {
        "channel": [row[0] for row in rows],
        "channel_long_name": [row[1] for row in rows],
        "channel_units": [row[2] for row in rows],
        "channel_quantity": [row[3] for row in rows],
    }
    offsets = np.arange(NPIX) - (NPIX - 1) / 2
    maps = ("galaxy", "channel", "y", "x")
    scaling = {
        name: (maps[:2], np.tile([row[column] for row in rows], (n, 1)).astype(np.float64))
        for name, column in (("scaling_offset", 4), ("scaling_scale", 5))
    }
    return xr.Dataset(
        {
            "tensor": (maps, tensor, {"scaling_function": "identity"}),
            "coverage": (maps, np.isfinite(tensor).astype(np.float32)),
            **scaling,
        },
        coords={
            **{name: ("galaxy", values) for name, values in galaxy.items()},
            **{name: ("channel", values) for name, values in channel.items()},
            "y": offsets,
            "x": offsets,
        },
        attrs={
            "contract": "mangaxr-tensors",
            "contract_version": "1.0",
            "title": "Tiny tensors",
            "recipe": json.dumps({"grid": "field", "npix": NPIX, "channels": list(channels)}),
            "recipe_digest": "0123abcd",
            "citation": "Nobody & Co <2022>",
        },
    )


@pytest.fixture
def make_store() -> MakeStore:
    """Make a store of given galaxies; some of them failed, with a reason."""

    def make(
        names: Sequence[str] = ("8138-1901", "8138-1902", "8138-3702"),
        *,
        failed: dict[str, str] | None = None,
        channels: Sequence[str] = ("ha_flux", "ha_vel"),
    ) -> xr.Dataset:
        return _store(names, failed or {}, channels)

    return make


@pytest.fixture
def store(make_store: MakeStore) -> xr.Dataset:
    """Make a store of three galaxies, the second of which failed."""
    return make_store(failed={"8138-1902": "truncated after 3 <bytes> & more"})
