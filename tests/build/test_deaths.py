"""Builds whose worker processes die, or that are interrupted while these work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import hard_tasks
import pytest

import mangaxr
from mangaxr.build import run
from mangaxr.build.died import give_up_galaxy
from mangaxr.build.items import Source
from mangaxr.build.scheduling import order
from mangaxr.build.scheduling.processes import DIED
from mangaxr.errors import BuildError
from mangaxr.synthetic import SurveyFiles

Digest = Callable[[Path], dict[str, bytes]]


@pytest.fixture(autouse=True)
def _in_processes(small_slabs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build few galaxies in processes too, in slabs of three."""
    monkeypatch.setattr(order, "PROCESSES_FROM", 1)


def test_processes_that_die_change_nothing(
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two galaxies kill the first process that works on them; the store is the same."""
    fragile = partial(hard_tasks.fragile_galaxy, folder=tmp_path)
    marks = [tmp_path / str(galaxy.plateifu) for galaxy in (small.galaxies[1], small.galaxies[6])]
    for mark in marks:
        mark.touch()
    monkeypatch.setattr(run, "build_galaxy", fragile)
    report = mangaxr.build_store(tmp_path / "t.zarr", small.root, npix=32, workers=2)
    assert report.failures == {}
    assert not any(mark.exists() for mark in marks)
    assert contents(tmp_path / "t.zarr") == reference


def test_a_galaxy_that_always_kills_its_process_becomes_a_failed_row(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row has that as the reason and says what is known without the file."""
    monkeypatch.setattr(run, "build_galaxy", hard_tasks.deadly_galaxy)
    report = mangaxr.build_store(tmp_path / "t.zarr", small.root, npix=8, workers=2)
    assert report.failures == {"8001-1901": DIED}
    row = mangaxr.open_store(tmp_path / "t.zarr").isel(galaxy=0)
    assert (row.plate, row.ifu, row.status) == (8001, 1901, 2)
    assert str(row.source_file.values) == small.maps[0].name
    assert str(row.reason.values) == f"failed: {DIED}"
    assert bool(row.tensor.isnull().all())


def test_such_a_galaxy_ends_a_build_that_is_to_end_at_errors(small: SurveyFiles) -> None:
    """With on_error="raise" it is an error that names the galaxy."""
    with pytest.raises(BuildError, match=f"8001-1901: {DIED}"):
        give_up_galaxy(Source("8001-1901", small.maps[0]), on_error="raise")


BUILD = """
import os, signal, sys
import hard_tasks
from mangaxr.build import run
from mangaxr.build.scheduling import order
from mangaxr.store import layout

def interrupt(progress):
    if progress.done == 5:
        os.kill(os.getpid(), signal.SIGINT)

layout.SLAB, order.PROCESSES_FROM = 3, 1
run.build_galaxy = hard_tasks.slow_galaxy
run.build_store(sys.argv[1], [sys.argv[2]], npix=32, workers=2, progress=interrupt)
"""


def test_a_build_in_processes_goes_on_after_ctrl_c(
    small: SurveyFiles, tmp_path: Path, reference: dict[str, bytes], contents: Digest
) -> None:
    """What was done is kept, nothing is told but the interrupt, and the repeat is the same."""
    store = tmp_path / "t.zarr"
    path = os.pathsep.join(path for path in sys.path if path)
    arguments = [sys.executable, "-c", BUILD, str(store), str(small.root)]
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, timeout=50)
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert done.stderr.count("Traceback") == 1
    assert not store.exists()
    report = mangaxr.build_store(store, small.root, npix=32)
    assert report.resumed == 3
    assert contents(store) == reference
