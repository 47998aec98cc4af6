"""`mangaxr download` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from misbehaving_archive import ArchiveServer, fits_gz, maps_path

Run = Callable[..., Any]

GALAXY, OTHER = "8138-12704", "8138-12705"


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Serve one galaxy."""
    server = ArchiveServer()
    server.add(GALAXY, fits_gz(1))
    yield server
    server.close()


@pytest.fixture
def download(archive: ArchiveServer, tmp_path: Path, run: Run) -> Run:
    """Return a function that runs the command against the archive."""
    return partial(run, "download", "--sas", tmp_path, "--base-url", archive.url)


def test_a_file_that_comes(download: Run) -> None:
    """One line says what happened, and the status is 0."""
    result = download(GALAXY)
    assert result.status == 0
    assert result.out.startswith("1 file: 1 downloaded (")
    assert download(GALAXY).out == "1 file: 1 present\n"


def test_a_file_that_does_not_come(download: Run, tmp_path: Path) -> None:
    """The failures are listed at the end, the others are kept, and the status is 1."""
    result = download(OTHER, GALAXY, "8312-6101")
    assert result.status == 1
    assert "1 failed, 1 downloaded, 1 missing" in result.out
    last = result.err.splitlines()[-2:]
    assert last[0].startswith(f"failed  {OTHER}: ")
    assert "404" in last[0]
    assert last[1].startswith("missing  8312-6101: its DAP analysis failed")
    assert (tmp_path / maps_path(GALAXY).lstrip("/")).is_file()


def test_json_is_a_record_per_file(archive: ArchiveServer, download: Run) -> None:
    """The document parses, and holds what the function returns."""
    result = download(GALAXY, OTHER, "--json")
    records = json.loads(result.out)
    assert [record["status"] for record in records] == ["downloaded", "failed"]
    assert records[0]["url"] == archive.url + maps_path(GALAXY)


def test_a_dry_run_shows_urls(archive: ArchiveServer, download: Run, tmp_path: Path) -> None:
    """Nothing is asked for and nothing is written."""
    result = download(GALAXY, "--what", "maps,drpall", "--dry-run")
    assert archive.url + maps_path(GALAXY) in result.out
    assert "drpall-v3_1_1.fits" in result.out
    assert archive.served.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_list_and_its_top(download: Run, tmp_path: Path) -> None:
    """`--from` reads a list, `--top` takes some of it, and needs it."""
    names = tmp_path / "names.txt"
    names.write_text(f"{GALAXY}\n{OTHER}\n")
    result = download("--from", str(names), "--top", "1")
    assert result.out.startswith("1 file: 1 downloaded")
    assert "--from" in download(GALAXY, "--top", "1").err


def test_nothing_to_download(download: Run) -> None:
    """The error says what could be asked for."""
    assert "--what dapall,drpall" in download().err
