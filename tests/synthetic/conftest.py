"""Surveys written once, and the folder of real files."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from astropy.io import fits

from mangaxr.synthetic import SurveyFiles, write_survey

DR17_TYPES = (
    "HYB10-MILESHC-MASTARSSP",
    "SPX-MILESHC-MASTARSSP",
    "VOR10-MILESHC-MASTARSSP",
)
DR15_TYPES = ("HYB10-GAU-MILESHC", "VOR10-GAU-MILESHC", "SPX-GAU-MILESHC")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files; the test is skipped where it is not there."""
    folder = Path(__file__).parents[2].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real files, ../shared/data, is not there")
    return folder


@pytest.fixture(scope="session")
def dr17(tmp_path_factory: pytest.TempPathFactory) -> SurveyFiles:
    """Return two small galaxies in all three binnings."""
    root = tmp_path_factory.mktemp("dr17")
    return write_survey(root, galaxies=2, daptype=DR17_TYPES, fibres=(19,))


@pytest.fixture(scope="session")
def dr15(tmp_path_factory: pytest.TempPathFactory) -> SurveyFiles:
    """Return the same galaxies in DR15's layout."""
    root = tmp_path_factory.mktemp("dr15")
    return write_survey(root, galaxies=2, daptype=DR15_TYPES, fibres=(19,), release="DR15")


@pytest.fixture(scope="session", params=["DR17", "DR15"])
def survey(request: pytest.FixtureRequest, dr17: SurveyFiles, dr15: SurveyFiles) -> SurveyFiles:
    """Return each survey in turn."""
    return dr17 if request.param == "DR17" else dr15


def _open_all(survey: SurveyFiles, stack: ExitStack) -> dict[str, fits.HDUList]:
    # astropy reads a compressed file anew for every HDU: inflate it once instead.
    contents = {path.name: io.BytesIO(gzip.decompress(path.read_bytes())) for path in survey.maps}
    return {
        name: stack.enter_context(fits.open(content, checksum=True))
        for name, content in contents.items()
    }


@pytest.fixture(scope="session")
def dr17_files(dr17: SurveyFiles) -> Iterator[dict[str, fits.HDUList]]:
    """Open the DR17 survey's files, by name."""
    with ExitStack() as stack:
        yield _open_all(dr17, stack)


@pytest.fixture(scope="session")
def dr15_files(dr15: SurveyFiles) -> Iterator[dict[str, fits.HDUList]]:
    """Open the DR15 survey's files, by name."""
    with ExitStack() as stack:
        yield _open_all(dr15, stack)


@pytest.fixture(scope="session")
def files(survey: SurveyFiles, request: pytest.FixtureRequest) -> dict[str, fits.HDUList]:
    """Open the files of each survey in turn."""
    opened: dict[str, fits.HDUList] = request.getfixturevalue(f"{survey.release.lower()}_files")
    return opened
