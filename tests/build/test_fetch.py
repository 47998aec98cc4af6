"""Builds that download what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from misbehaving_archive import ArchiveServer, maps_path

from mangaxr.build.run import build_store
from mangaxr.sas.records import DownloadProgress
from mangaxr.store.reader import open_store
from mangaxr.synthetic import SurveyFiles


@pytest.fixture
def archive(small: SurveyFiles) -> Iterator[ArchiveServer]:
    """Serve the small survey."""
    server = ArchiveServer()
    for galaxy, file in zip(small.galaxies, small.maps, strict=True):
        server.add(str(galaxy.plateifu), file.read_bytes())
    yield server
    server.close()


def test_a_build_fetches_what_is_not_there(
    archive: ArchiveServer, small: SurveyFiles, tmp_path: Path
) -> None:
    """The store is that of a build from the files; only absent ones are asked for."""
    names = [str(galaxy.plateifu) for galaxy in small.galaxies]
    sas, told = tmp_path / "sas", list[DownloadProgress]()
    first = sas / maps_path(names[0]).lstrip("/")
    first.parent.mkdir(parents=True)
    first.write_bytes(small.maps[0].read_bytes())
    report = build_store(
        tmp_path / "a.zarr",
        names,
        sas=sas,
        download=True,
        base_urls=[archive.url],
        on_download=told.append,
    )
    assert (report.done, report.failed) == (len(names), 0)
    assert told[-1].total == len(names) - 1
    assert maps_path(names[0]) not in [path for path, _ in archive.served.requests]
    build_store(tmp_path / "b.zarr", names, sas=small.root)
    a, b = (open_store(tmp_path / name, chunks=None) for name in ("a.zarr", "b.zarr"))
    assert [len(text) == 64 for text in a.source_sha256.values] == [False, *[True] * 6]
    assert a.attrs["content_sha256"] == b.attrs["content_sha256"]
    apart = "source_sha256"  # known of what was downloaded
    assert a.drop_vars(apart).drop_attrs().identical(b.drop_vars(apart).drop_attrs())


def test_what_cannot_be_fetched_is_a_row_with_the_reason(
    archive: ArchiveServer, small: SurveyFiles, tmp_path: Path
) -> None:
    """A galaxy that the archive has not, or that never was analysed, fails on its own."""
    names = [str(small.galaxies[0].plateifu), "9999-12701", "8312-6101"]
    report = build_store(
        tmp_path / "a.zarr", names, sas=tmp_path, download=True, base_urls=[archive.url]
    )
    assert report.done == 1
    assert "404" in report.failures["9999-12701"]
    assert "DAP analysis failed" in report.failures["8312-6101"]


def test_a_store_that_is_there_asks_nobody(
    archive: ArchiveServer, small: SurveyFiles, tmp_path: Path
) -> None:
    """The finished store is reported, and nothing is downloaded for it."""
    names = [str(small.galaxies[0].plateifu)]
    how = {"sas": tmp_path / "sas", "download": True, "base_urls": [archive.url]}
    build_store(tmp_path / "a.zarr", names, **how)  # type: ignore[arg-type]
    asked = len(archive.served.requests)
    assert build_store(tmp_path / "a.zarr", names, **how).existed  # type: ignore[arg-type]
    assert len(archive.served.requests) == asked


def test_a_path_is_the_user_s_to_fill(archive: ArchiveServer, tmp_path: Path) -> None:
    """A file that was named by its path is not fetched to somewhere else."""
    file = tmp_path / "manga-8001-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
    report = build_store(tmp_path / "a.zarr", [file], download=True, base_urls=[archive.url])
    assert report.failed == 1
    assert archive.served.requests == []
