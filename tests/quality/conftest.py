"""A galaxy made by hand, and sixty drawn for a survey."""

from __future__ import annotations

import pytest
from hand_made_maps import Planes, draw_planes

from mangaxr.synthetic import SurveyFiles, write_survey


@pytest.fixture(scope="session")
def planes() -> Planes:
    """Return the planes of one galaxy."""
    return draw_planes()


@pytest.fixture(scope="session")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> SurveyFiles:
    """Write sixty galaxies in bundles of all sizes."""
    return write_survey(tmp_path_factory.mktemp("sixty"), galaxies=60)
