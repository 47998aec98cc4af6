"""A small store, and copies of it to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mangaxr
from mangaxr import synthetic

CHANNELS = ("ha_flux", "ha_vel", "sii_flux", "stellar_sigma", "d4000")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of three galaxies, one of which failed, with several channels."""
    folder = tmp_path_factory.mktemp("store")
    path = folder / "tensors.zarr"
    items = ["8001-1901", "8001-1902", "8009-1901"]
    report = mangaxr.build_store(
        path, items, sas=synthetic.example_survey(), channels=CHANNELS, npix=24
    )
    assert list(report.failures) == ["8009-1901"]
    return path


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """Return a copy of the store that a test may break."""
    return Path(shutil.copytree(built, tmp_path / "copy.zarr"))
