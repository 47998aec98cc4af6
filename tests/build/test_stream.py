"""Building from an archive that is only read as far as it takes, and that misbehaves."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from misbehaving_archive import IMPATIENT, ArchiveServer, maps_path

import mangaxr
from mangaxr.build import run
from mangaxr.build.report import BuildReport, Progress
from mangaxr.errors import BuildError, DownloadError, UnreachableError
from mangaxr.sas import streamed
from mangaxr.sas.retry import Patience
from mangaxr.sas.streaming import Streaming
from mangaxr.synthetic import SurveyFiles

Digest = Callable[[Path], dict[str, bytes]]

PASSING = (
    "nibble",
    "drop",
    "stall",
    "error",
    "busy",
    "hang_up",
    "no_range",
    "wrong_range",
    "html",
    "blind",
)
"""Faults of a server after which it answers as it should."""


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """Make parts so small that a small file has several, and servers be given up soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streamed, "_FIRST", 1 << 15)
        patch.setattr(streamed, "_LEAST", 1 << 14)
        patch.setattr(run, "Streaming", partial(Streaming, patience=IMPATIENT))
        yield patch


@pytest.fixture
def archive(patch: pytest.MonkeyPatch, small: SurveyFiles) -> Iterator[ArchiveServer]:
    """Serve the small survey."""
    server = ArchiveServer()
    for galaxy, path in zip(small.galaxies, small.maps, strict=True):
        server.add(str(galaxy.plateifu), path.read_bytes())
    yield server
    server.close()


@pytest.fixture(scope="session")
def names(small: SurveyFiles) -> list[str]:
    """Return the galaxies of the small survey."""
    return [str(galaxy.plateifu) for galaxy in small.galaxies]


def build(archive: ArchiveServer, folder: Path, names: list[str], **how: object) -> BuildReport:
    """Build from the archive into ``folder/t.zarr``, with no file at hand."""
    how = {"base_urls": archive.url, "npix": 32, **how}
    out = folder / "t.zarr"
    return mangaxr.build_store(out, names, sas=folder / "sas", stream=True, **how)  # type: ignore[arg-type]


def total(archive: ArchiveServer) -> int:
    """Return the bytes of all files of the archive."""
    return sum(map(len, archive.files.values()))


@pytest.mark.usefixtures("small_slabs")
def test_the_store_is_the_same_from_half_of_the_bytes(
    archive: ArchiveServer,
    names: list[str],
    reference: dict[str, bytes],
    contents: Digest,
    tmp_path: Path,
) -> None:
    """Every byte of the store is that of a plain build, and no file is kept."""
    report = build(archive, tmp_path, names)
    assert contents(report.path) == reference
    assert report.of_bytes == total(archive)
    assert report.streamed == archive.served.body
    assert archive.served.body <= 0.55 * total(archive)
    assert not list(tmp_path.rglob("*.fits*"))
    assert 1 < archive.served.most_at_a_time <= 3
    assert archive.served.connections <= 3


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(PASSING), min_size=1, max_size=3))
def test_whatever_passes_is_survived(
    faults: list[str],
    archive: ArchiveServer,
    names: list[str],
    small: SurveyFiles,
    contents: Digest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """After any run of faults the store is the same, or it is said why it is not yet."""
    folder = tmp_path_factory.mktemp("faults")
    archive.faults[maps_path(names[0])] = list(faults)
    try:
        report = build(archive, folder, names[:1], npix=8)
        (reason,) = report.failures.values() or ("3 times",)
    except UnreachableError as error:
        reason = str(error)
    assert "3 times" in reason
    archive.faults.clear()
    report = build(archive, folder, names[:1], npix=8, retry_failed=True)
    plain = tmp_path_factory.mktemp("plain") / "t.zarr"
    mangaxr.build_store(plain, names[:1], sas=small.root, npix=8)
    assert contents(report.path) == contents(plain)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("gone", "the server has no such file"),
        ("forbidden", "the server answers 403"),
        ("plain_http", "does not say how large the file is"),
        ("unsatisfied", "has changed on the server"),
        ("change_soon", "has changed on the server"),
    ],
)
def test_a_file_that_cannot_be_had_is_a_row(
    fault: str, words: str, archive: ArchiveServer, names: list[str], tmp_path: Path
) -> None:
    """The others are built; the failed one is asked for again when that is asked for."""
    path = maps_path(names[1])
    sound = archive.files[path]
    archive.faults[path] = ["nibble", fault] if fault == "unsatisfied" else [fault]
    report = build(archive, tmp_path, names[:3], npix=8)
    assert list(report.failures) == [names[1]]
    assert words in report.failures[names[1]]
    archive.files[path] = sound
    archive.served.requests.clear()
    assert build(archive, tmp_path, [], npix=8, retry_failed=True).failures == {}
    assert {path for path, _ in archive.served.requests} == {path}


@pytest.mark.usefixtures("small_slabs")
def test_a_server_that_is_gone_ends_the_build_which_goes_on_later(
    archive: ArchiveServer,
    names: list[str],
    reference: dict[str, bytes],
    contents: Digest,
    tmp_path: Path,
) -> None:
    """No galaxy is blamed for the network, and what is done is not asked for again."""
    for name in names[4:]:
        archive.faults[maps_path(name)] = ["busy_for_long"] * 9
    with pytest.raises(UnreachableError, match=r"asks to come back in 3600 s.*what is done is"):
        build(archive, tmp_path, names, jobs=1)
    asked = {path for path, _ in archive.served.requests}
    assert asked == set(map(maps_path, names[:5])), "who asks to be left alone is"
    archive.faults.clear()
    archive.served.requests.clear()
    report = build(archive, tmp_path, names)
    assert report.resumed == 3
    assert {path for path, _ in archive.served.requests} == set(map(maps_path, names[3:]))
    assert contents(report.path) == reference


def test_a_machine_without_a_network_is_told_at_once(names: list[str], tmp_path: Path) -> None:
    """Nobody listens: the first galaxy ends the build."""
    gone = ArchiveServer()
    gone.close()
    with pytest.raises(UnreachableError, match="no connection"):
        build(gone, tmp_path, names, jobs=1)


def test_another_server_is_asked_where_one_fails(
    archive: ArchiveServer, names: list[str], tmp_path: Path
) -> None:
    """Mirrors are tried in their order."""
    mirror = ArchiveServer()
    try:
        mirror.files.update(archive.files)
        del archive.files[maps_path(names[0])]
        urls = (archive.url, mirror.url)
        assert build(archive, tmp_path, names[:2], base_urls=urls, npix=8).failures == {}
        assert [path for path, _ in mirror.served.requests] != []
        assert {path for path, _ in mirror.served.requests} == {maps_path(names[0])}
    finally:
        mirror.close()


def test_what_is_at_hand_is_not_asked_for(
    archive: ArchiveServer, names: list[str], tmp_path: Path
) -> None:
    """Files of the tree are read there; galaxies that have none anywhere are known."""
    place = tmp_path / "sas" / maps_path(names[0]).lstrip("/")
    place.parent.mkdir(parents=True)
    place.write_bytes(archive.files[maps_path(names[0])])
    report = build(archive, tmp_path, [*names[:2], "8312-6101"], npix=8)
    assert {path for path, _ in archive.served.requests} == {maps_path(names[1])}
    assert report.failures == {
        "8312-6101": "no MAPS file: its DAP analysis failed (DAP 3.1.0, known issues)"
    }


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"download": True}, "stream and download exclude each other"),
        ({"verify": True}, "stream and verify exclude each other"),
        ({"sha256": True}, "stream and sha256 exclude each other"),
        ({"jobs": 0}, "jobs = 0: expected at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(
    how: dict[str, object], words: str, archive: ArchiveServer, names: list[str], tmp_path: Path
) -> None:
    """Before anything is asked for."""
    with pytest.raises(BuildError, match=words):
        build(archive, tmp_path, names, **how)
    with pytest.raises(DownloadError, match="is not a base URL"):
        build(archive, tmp_path, names, base_urls="ftp://example.org")
    assert archive.served.requests == []


def test_ctrl_c_does_not_wait_for_a_server_that_stalls(
    archive: ArchiveServer, names: list[str], tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    """What other threads wait for ends with the build."""
    patient = partial(Streaming, patience=Patience(read=60.0))
    archive.faults = {path: ["hang"] for path in archive.files}
    interrupted = []

    def interrupt() -> None:
        while archive.served.at_a_time < 3:
            time.sleep(0.01)
        time.sleep(1.0)
        interrupted.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    killer = threading.Thread(target=interrupt)
    with patch.context() as soon:
        soon.setattr(run, "Streaming", patient)
        killer.start()
        with pytest.raises(KeyboardInterrupt):
            build(archive, tmp_path, names, npix=8)
    assert time.monotonic() - interrupted[0] < 5.0
    assert [t.name for t in threading.enumerate() if t.name.startswith("mangaxr")] == []


def test_progress_counts_every_galaxy(
    archive: ArchiveServer, names: list[str], tmp_path: Path
) -> None:
    """As that of any other build does."""
    seen: list[Progress] = []
    build(archive, tmp_path, names[:3], npix=8, progress=seen.append)
    assert [progress.done for progress in seen] == [0, 1, 2, 3]
