"""Every benchmark runs once, tiny, so that none rots; nothing here asserts a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # benchmarks/ is not installed

from benchmarks import building, files, reading


@pytest.fixture(autouse=True)
def _temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))


def test_reading_compares_equal_planes() -> None:
    """Both readers give the same planes, and each gets a time."""
    found = reading.compare(files.survey_files(1, 19), repeats=1)
    assert set(found) == {"mangaxr", "astropy", "ratio"}
    assert min(found.values()) > 0


def test_building_times_every_side() -> None:
    """A store is built with one and with two workers."""
    found = building.compare(files.survey_files(2, 19), repeats=1)
    assert {"mangaxr, 1 worker", "mangaxr, 2 workers"} <= set(found)
    assert building.build(files.survey_files(2, 19), 1) == 2


@pytest.mark.parametrize("benchmark", [reading.TimeReading, building.TimeBuilding])
def test_benchmark_classes_run(benchmark: type) -> None:
    """Each method of an asv class runs with its first parameter."""
    suite = benchmark()
    suite.setup(benchmark.params[0])
    methods = [name for name in dir(suite) if name.startswith(("time_", "peakmem_"))]
    assert methods
    for name in methods:
        getattr(suite, name)(benchmark.params[0])
