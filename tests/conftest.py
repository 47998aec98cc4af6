"""Fixtures that tests of several packages share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("mangaxr", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mangaxr")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real files, beside the repository; nothing of them is copied into it."""

MAPS_FILES = {
    "DR15": "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz",
    "DR17-HYB10": "dap/99901-1901/manga-99901-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz",
    "DR17-VOR10": "dap/99904-3703/manga-99904-3703-MAPS-VOR10-MILESHC-MASTARSSP.fits.gz",
}
"""MAPS files written by the survey's own pipeline: one real galaxy, two mock ones."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files; skip the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real files in ../shared/data")
    return SHARED_DATA


@pytest.fixture(scope="session", params=MAPS_FILES.values(), ids=MAPS_FILES.keys())
def maps_file(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    """Return each MAPS file that the survey's pipeline wrote, in turn."""
    return shared_data / str(request.param)


@pytest.fixture(scope="session")
def dr15_file(shared_data: Path) -> Path:
    """Return the MAPS file of a real galaxy."""
    return shared_data / MAPS_FILES["DR15"]


@pytest.fixture(scope="session")
def dr17_file(shared_data: Path) -> Path:
    """Return a MAPS file in DR17's layout."""
    return shared_data / MAPS_FILES["DR17-HYB10"]
