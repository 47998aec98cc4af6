"""Downloads that are killed or interrupted, and the command that goes on from there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from misbehaving_archive import ArchiveServer, fits_gz, maps_path

GALAXIES = ("8138-12701", "8138-12702", "8138-12703")
KILLS = 20
_PIECE = 16384  # what the server writes at a time
_JOBS = 2


def _start(archive: ArchiveServer, sas: Path) -> subprocess.Popen[str]:
    command = ["download", *GALAXIES, "--sas", sas, "--base-url", archive.url, "--jobs", _JOBS]
    return subprocess.Popen(
        [sys.executable, "-m", "mangaxr", *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(archive: ArchiveServer, sas: Path) -> str:
    process = _start(archive, sas)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out


def _wait_for_bytes(archive: ArchiveServer, process: subprocess.Popen[str]) -> None:
    """Wait until the server sends something to a process that has just been started."""
    before = archive.served.body
    while archive.served.body == before and process.poll() is None:
        time.sleep(0.005)


def _check(archive: ArchiveServer, sas: Path) -> int:
    """Return how many files are done; none of them may be wrong."""
    done = 0
    for galaxy in GALAXIES:
        path = sas / maps_path(galaxy).lstrip("/")
        if path.exists():
            assert path.read_bytes() == archive.files[maps_path(galaxy)]
            done += 1
    return done


@pytest.mark.timeout(180)  # it starts a Python twenty times, on a machine that may be busy
def test_killed_twenty_times(archive: ArchiveServer, tmp_path: Path) -> None:
    """SIGKILL at random moments never leaves a wrong file, and hardly a byte comes twice.

    What had left the server but was not yet written when the process died is lost: at most
    a few pieces for each connection and kill.
    """
    for k, galaxy in enumerate(GALAXIES):
        archive.add(galaxy, fits_gz(k, kilobytes=500))
    archive.pause = 0.06
    moments = random.Random(20)
    for k in range(KILLS):
        process = _start(archive, tmp_path)
        with process:
            if k % 4:  # the others may hit the start, before the first byte
                _wait_for_bytes(archive, process)
            time.sleep(moments.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
        _check(archive, tmp_path)
    archive.pause = 0.0
    assert f"{len(GALAXIES)} files" in _finish(archive, tmp_path)
    assert _check(archive, tmp_path) == len(GALAXIES)
    assert sorted(path.name for path in tmp_path.rglob("*.part*")) == []
    continued = [headers for _, headers in archive.served.requests if "Range" in headers]
    assert len(continued) >= 3, "the kills came at the wrong moments to show anything"
    total = sum(len(archive.files[maps_path(galaxy)]) for galaxy in GALAXIES)
    assert total <= archive.served.body <= total + KILLS * _JOBS * 4 * _PIECE


def test_control_c_ends_at_once_and_the_command_goes_on(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """An interruption says how to go on, keeps what arrived, and does not wait for a server."""
    for k, galaxy in enumerate(GALAXIES):
        archive.add(galaxy, fits_gz(k))
    archive.faults[maps_path(GALAXIES[0])] = ["stall"]
    archive.pause = 0.1
    process = _start(archive, tmp_path)
    while not list(tmp_path.rglob("*.part.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert err.strip().splitlines()[-1].startswith("mangaxr: interrupted")
    assert out == ""
    assert _check(archive, tmp_path) < len(GALAXIES)
    archive.pause = 0.0
    _finish(archive, tmp_path)
    assert _check(archive, tmp_path) == len(GALAXIES)
