"""Running the command line, in this process and in one of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mangaxr import cli, synthetic


class Ended(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in this process, as the console script does."""

    def run_here(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mangaxr", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out, err)

    return run_here


@pytest.fixture
def run_apart(tmp_path: Path) -> Run:
    """Return a function that runs a command in a process of its own, warnings being errors."""
    # But for those that libraries raise about each other while they are imported.
    strict = ("-W", "error", "-W", "ignore::DeprecationWarning")

    def run_there(*arguments: object) -> Ended:
        command = [sys.executable, *strict, "-m", "mangaxr", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=50
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run_there


@pytest.fixture(scope="session")
def survey() -> Path:
    """Return the root of a survey of three small galaxies."""
    return synthetic.example_survey()


@pytest.fixture(scope="session")
def store() -> Path:
    """Return a store of the three galaxies."""
    return synthetic.example_store()


@pytest.fixture(scope="session")
def maps(survey: Path) -> Path:
    """Return a MAPS file of the survey."""
    return next(survey.rglob("manga-8001-1901-MAPS-*.fits.gz"))
