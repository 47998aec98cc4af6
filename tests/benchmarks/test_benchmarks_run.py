"""Every benchmark runs once, tiny, so that none rots; nothing here asserts a time."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mangaxr
from mangaxr.build.items import Source

sys.path.insert(0, str(Path(__file__).parents[2]))  # benchmarks/ is not installed

from benchmarks import (
    building,
    ensemble,
    files,
    lensed_sets,
    lensing,
    opening,
    quality,
    ranking,
    reading,
    regridding,
    scheduling,
    storing,
)
from benchmarks.performance import page
from benchmarks.performance.bars import BARS
from benchmarks.performance.runs import RUNS, Size
from benchmarks.survey import __main__ as survey
from benchmarks.survey import process
from benchmarks.survey.files import mixed_files
from benchmarks.survey.machine import describe
from benchmarks.survey.sides import SIDES, available
from benchmarks.survey.with_astropy import maps_of


@pytest.fixture(autouse=True)
def _temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # of processes that are started
    ensemble.opened.cache_clear()


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


def test_quality_is_timed_against_tensors_alone() -> None:
    """Both sides get a time, and their ratio is near one."""
    sources = [Source("8000-1901", files.survey_files(1, 19)[0])]
    for run in (quality.each, quality.whole):
        assert min(quality.compare(sources, run, repeats=1)) > 0


def test_scheduling_times_every_way() -> None:
    """Two galaxies are built in each of the four ways; a survey is given to a cluster."""
    with scheduling.cluster() as client:
        found = scheduling.compare(files.survey_files(2, 19), repeats=1, client=client)
    assert set(found) == set(scheduling.SIDES)
    assert all(0 < taken.first <= taken.all for (taken,) in found.values())
    assert scheduling.set_up_survey(130) > 0


def test_lensing_compares_equal_images() -> None:
    """Ours and lenstronomy's are the same to 1e-4 of the peak."""
    pytest.importorskip("lenstronomy", reason="the extra lenstronomy is not installed")
    found = lensing.compare(1, 1, repeats=1)
    assert set(found) == {"mangaxr", "lenstronomy"}


def test_lensed_sets_are_made() -> None:
    """A few of them, whose rate is told."""
    assert lensed_sets.measure(2, 1) > 0


def test_ranking_times_every_side() -> None:
    """Each program runs to its end and tells its memory."""
    found = ranking.compare(200, repeats=1)
    assert set(found) == set(ranking.SIDES)
    assert all(seconds > 0 and memory > 1 for seconds, memory in found.values())


def test_the_ensemble_times_every_side_and_tells_memory() -> None:
    """The mean agrees with the loop, every side gets a time, and a process its memory."""
    found = ensemble.compare(70, repeats=1)
    assert set(found) == set(ensemble.SIDES)
    assert min(found.values()) > 0
    assert ensemble.peak_memory(70, next(iter(ensemble.SIDES))) > 1


@pytest.mark.parametrize("name", ["gzip-2", "igzip-2", "zoom", "astropy", "mangaxr-1"])
def test_the_programs_of_the_survey_run(name: str, tmp_path: Path) -> None:
    """Whole programs run to their end."""
    assert process.run(SIDES[name].command(mixed_files(1)), tmp_path).seconds > 0


@pytest.mark.skipif("marvin" not in available(), reason="MANGAXR_MARVIN names no Python")
def test_marvin_reads_the_same_values(tmp_path: Path) -> None:
    """Bit for bit what `open_maps_file` has under the mask policy that is named after it."""
    (path,) = mixed_files(1)
    process.run(SIDES["marvin"].command([path]), tmp_path)
    maps = mangaxr.open_maps_file(path)
    for found, name in zip(np.load(tmp_path / "t.npy"), ("flux", "vel"), strict=True):
        own = maps.manga.masked(f"emline_g{name}", "marvin").sel(line="Ha-6564")
        np.testing.assert_array_equal(found, own.values)


def test_the_survey_is_summed_up_in_a_table() -> None:
    """Each side that was asked for has a time, a peak of memory, and a row."""
    found = survey.compare(4, repeats=1, names=["igzip-1", "gzip-2"])
    assert all(side["peak_memory_mib"] > 0.1 for side in found["sides"].values())
    assert len(survey.table(found)) == 4


def test_the_pipeline_with_astropy_gives_the_maps_of_the_store(tmp_path: Path) -> None:
    """The job that is compared is the same job: two programs, one result."""
    files = mixed_files(2)
    assert mangaxr.build_store(tmp_path / "t.zarr", files).done == 2
    store = mangaxr.open_store(tmp_path / "t.zarr")
    physical = mangaxr.to_physical(store).transpose("galaxy", "channel", "y", "x").values
    for galaxy, path in zip(physical, files, strict=True):
        np.testing.assert_allclose(galaxy, maps_of(path), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("benchmark", "parameters"),
    [
        (reading.TimeReading, (19,)),
        (opening.TimeOpening, (19,)),
        (building.TimeBuilding, (1,)),
        (quality.TimeQuality, (19,)),
        (regridding.TimeRegridding, (19,)),
        (storing.TimeStoring, ()),
        (ranking.TimeRanking, (200,)),
        (ensemble.TimeEnsemble, (3,)),
        (lensed_sets.TimeLensedSets, ()),
        (lensed_sets.TimeSource, (70,)),
        (lensing.TimeLensing, (1,)),
    ],
)
def test_benchmark_classes_run(benchmark: type, parameters: tuple[int, ...]) -> None:
    """Each method of an asv class runs, with a small parameter."""
    suite = benchmark()
    suite.setup(*parameters)
    methods = [name for name in dir(suite) if name.startswith(("time_", "peakmem_"))]
    assert methods
    for name in methods:
        getattr(suite, name)(*parameters)
    getattr(suite, "teardown", lambda: None)()


def test_no_benchmark_class_is_forgotten() -> None:
    """Every class of the folder is in the list above."""
    (mark,) = test_benchmark_classes_run.pytestmark  # type: ignore[attr-defined]
    listed = {benchmark.__name__ for benchmark, _ in mark.args[1]}
    texts = [path.read_text(encoding="utf-8") for path in Path(files.__file__).parent.glob("*.py")]
    assert listed == {
        name for text in texts for name in re.findall(r"^class (Time\w+):", text, re.M)
    }


def test_every_figure_of_the_page_is_measured_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tiny run of all but the programs, which others run; the promises, and the picture."""
    monkeypatch.setattr(survey, "compare", programs)
    tiny = Size(70, largest=2, plate={19: 2}, sizes=(1, 2, 3), slow=(1, 2), repeats=1, brief=1)
    results = {name: run(tiny) for name, run in RUNS.items()}
    assert {bar.run for bar in BARS} == RUNS.keys()
    assert all(min(bar.values(results[bar.run])) > 0 for bar in BARS)
    shown = tmp_path / "page.md"
    page.write(shown, json.loads(json.dumps(results)))
    text = shown.read_text()
    assert text.count("| promised |") == 1
    assert "<!--" not in text
    assert all(bar.what in text for bar in BARS)
    assert "processor" in text
    assert "rounds: 1 of the largest files, 1 of" in text
    page.draw(tmp_path / "p.png", results)
    assert (tmp_path / "p.png").stat().st_size > 10_000


def programs(galaxies: int, *, names: Sequence[str], **_: object) -> dict[str, Any]:
    """Stand in for the survey's programs: they take a second, and two more for each galaxy."""
    side = {"seconds": 1.0 + 2.0 * galaxies, "start_up": 1.0, "peak_memory_mib": 100.0}
    return {
        "galaxies": galaxies,
        "beyond": 0,
        "repeats": 1,
        "machine": describe(),
        "sides": dict.fromkeys(names, side),
    }


@pytest.mark.parametrize(("seconds", "met"), [(0.59, True), (0.61, False)])
def test_a_promise_is_kept_or_not(seconds: float, met: bool) -> None:
    """The worst of several numbers decides."""
    other = {"seconds": 2.0, "start_up": 1.0}
    own = {"seconds": 1.0 + seconds, "start_up": 1.0}
    sides = {"igzip-1": other, "igzip-2": other, "pair-1": other | {"seconds": 1.1}, "pair-2": own}
    assert BARS[0].is_met({"galaxies": 2, "beyond": 1, "sides": sides}) is met


@pytest.mark.parametrize("lacking", ["run", "side"])
def test_what_was_not_measured_yet_is_known(lacking: str) -> None:
    """Neither a run that was not made, nor one from before a side was added, is shown."""
    side = {"seconds": 2.0, "start_up": 1.0}
    names = ("igzip-1", "igzip-2", "pair-1") + (() if lacking == "side" else ("pair-2",))
    run = {"galaxies": 2, "beyond": 1, "sides": dict.fromkeys(names, side)}
    assert not BARS[0].is_measured({} if lacking == "run" else {"largest": run})
    assert BARS[0].is_measured(
        {"largest": run | {"sides": dict.fromkeys((*names, "pair-2"), side)}}
    )
