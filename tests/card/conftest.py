"""Stores with a galaxy that failed, one for each function of the scaling, and their documents."""

from __future__ import annotations

from pathlib import Path

import pytest

import mangaxr
from mangaxr import synthetic
from mangaxr.card.write import card_documents

GALAXIES = ["8001-1901", "8001-1902", "8009-1901"]
"""Two that are in the example survey, and one that is not."""


@pytest.fixture(scope="session", params=["robust", "asinh"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in a directory of its own."""
    path = tmp_path_factory.mktemp(str(request.param)) / "two-spirals.zarr"
    channels = ["ha_vel", "ha_flux", "sii_flux"]
    survey = synthetic.example_survey()
    mangaxr.build_store(
        path, GALAXIES, sas=survey, npix=16, channels=channels, scaling=request.param, sha256=True
    )
    return path


@pytest.fixture(scope="session")
def texts(built: Path) -> dict[str, str]:
    """Return the documents of the store."""
    return card_documents(built)
