"""`mangaxr build --stream` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from misbehaving_archive import IMPATIENT, ArchiveServer, maps_path

from mangaxr.sas.streaming import Streaming

Run = Callable[..., Any]


@pytest.fixture
def words(survey: Path, tmp_path: Path) -> Any:
    """Serve the survey; return the words that build from there."""
    server = ArchiveServer()
    for file in survey.rglob("manga-*-MAPS-*.fits.gz"):
        server.files[f"/{file.relative_to(survey).as_posix()}"] = file.read_bytes()
    where = ("--sas", tmp_path / "sas", "--base-url", server.url, "--npix", 8)
    yield ("build", tmp_path / "t.zarr", "8001-1901", "8001-1902", "--stream", *where)
    server.close()


def test_the_report_says_how_much_came(words: tuple[object, ...], run: Run) -> None:
    """One line is about the bytes, and JSON has them too."""
    result = run(*words)
    assert result.status == 0
    (line,) = (line for line in result.out.splitlines() if line.startswith("streamed"))
    assert "MB, " in line
    assert line.split("%")[1].startswith(" of the files' ")
    again = json.loads(run(*words, "--fresh", "--json").out)
    assert 0 < again["streamed_bytes"] <= again["streamed_of_bytes"]
    assert json.loads(run(*words, "--json").out)["streamed_bytes"] == 0, "it is there already"


def test_no_network_is_one_line(
    words: tuple[object, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that nothing is lost, and the status is 1."""
    soon = partial(Streaming, patience=IMPATIENT)
    monkeypatch.setattr("mangaxr.build.run.Streaming", soon)
    nobody = ("--base-url", "http://127.0.0.1:9/sas")
    result = run(*words[:-4], *nobody)
    assert result.status == 1
    (line,) = (line for line in result.err.splitlines() if line.startswith("mangaxr: "))
    assert "repeat the command later, what is done is kept" in line
    assert maps_path("8001-1901") in line
