"""`mangaxr download` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from misbehaving_archive import ArchiveServer, fits_gz, maps_path

from mangaxr.cli import _mangaxr

GALAXY, OTHER = "8138-12704", "8138-12705"


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Serve one galaxy."""
    server = ArchiveServer()
    server.add(GALAXY, fits_gz(1))
    yield server
    server.close()


def run(archive: ArchiveServer, sas: Path, *words: str) -> Result:
    """Run the command against the archive."""
    arguments = ["download", *words, "--sas", str(sas), "--base-url", archive.url]
    return CliRunner().invoke(_mangaxr, arguments, standalone_mode=False)


def test_a_file_that_comes(archive: ArchiveServer, tmp_path: Path) -> None:
    """One line says what happened, and the status is 0."""
    result = run(archive, tmp_path, GALAXY)
    assert result.return_value == 0
    assert result.stdout.startswith("1 file: 1 downloaded (")
    assert run(archive, tmp_path, GALAXY).stdout == "1 file: 1 present\n"


def test_a_file_that_does_not_come(archive: ArchiveServer, tmp_path: Path) -> None:
    """The failures are listed at the end, the others are kept, and the status is 1."""
    result = run(archive, tmp_path, OTHER, GALAXY, "8312-6101")
    assert result.return_value == 1
    assert "1 failed, 1 downloaded, 1 missing" in result.stdout
    last = result.stderr.splitlines()[-2:]
    assert last[0].startswith(f"failed  {OTHER}: ")
    assert "404" in last[0]
    assert last[1].startswith("missing  8312-6101: its DAP analysis failed")
    assert (tmp_path / maps_path(GALAXY).lstrip("/")).is_file()


def test_json_is_a_record_per_file(archive: ArchiveServer, tmp_path: Path) -> None:
    """The document parses, and holds what the function returns."""
    result = run(archive, tmp_path, GALAXY, OTHER, "--json")
    records = json.loads(result.stdout)
    assert [record["status"] for record in records] == ["downloaded", "failed"]
    assert records[0]["url"] == archive.url + maps_path(GALAXY)


def test_a_dry_run_shows_urls(archive: ArchiveServer, tmp_path: Path) -> None:
    """Nothing is asked for and nothing is written."""
    result = run(archive, tmp_path, GALAXY, "--what", "maps,drpall", "--dry-run")
    assert archive.url + maps_path(GALAXY) in result.stdout
    assert "drpall-v3_1_1.fits" in result.stdout
    assert archive.served.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_list_and_its_top(archive: ArchiveServer, tmp_path: Path) -> None:
    """`--from` reads a list, `--top` takes some of it, and needs it."""
    names = tmp_path / "names.txt"
    names.write_text(f"{GALAXY}\n{OTHER}\n")
    result = run(archive, tmp_path, "--from", str(names), "--top", "1")
    assert result.stdout.startswith("1 file: 1 downloaded")
    assert "--from" in str(run(archive, tmp_path, GALAXY, "--top", "1").exception)


def test_nothing_to_download(archive: ArchiveServer, tmp_path: Path) -> None:
    """The error says what could be asked for."""
    assert "--what dapall,drpall" in str(run(archive, tmp_path).exception)
