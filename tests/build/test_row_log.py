"""A table of quality that is interrupted goes on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

import mangaxr
from mangaxr.build.report import Progress
from mangaxr.build.row_log import RowLog
from mangaxr.errors import BuildError
from mangaxr.synthetic import SurveyFiles


@pytest.fixture(scope="module")
def table(small: SurveyFiles) -> xr.Dataset:
    """Measure the small survey in one go."""
    return mangaxr.compute_quality(small.root)


def interrupted(small: SurveyFiles, log: Path, *, after: int) -> None:
    """Measure some galaxies, then stop."""

    def stop(progress: Progress) -> None:
        if progress.done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mangaxr.compute_quality(small.root, log=log, progress=stop)


def resumed(small: SurveyFiles, log: Path, **how: object) -> tuple[xr.Dataset, int]:
    """Measure again; return the table and how many galaxies were known."""
    told: list[Progress] = []
    table = mangaxr.compute_quality(small.root, log=log, progress=told.append, **how)  # type: ignore[arg-type]
    return table, told[-1].resumed


def test_what_was_measured_is_not_measured_again(
    small: SurveyFiles, table: xr.Dataset, tmp_path: Path
) -> None:
    """The table is the same, and the log is gone."""
    log = tmp_path / "q.partial"
    interrupted(small, log, after=4)
    again, known = resumed(small, log)
    assert known == 4
    xr.testing.assert_identical(again, table)
    assert not log.exists()


@pytest.mark.parametrize("torn", [1, 40, 1000])
def test_a_torn_line_is_measured_again(
    small: SurveyFiles, table: xr.Dataset, tmp_path: Path, torn: int
) -> None:
    """A power cut in the middle of a line loses that galaxy alone."""
    log = tmp_path / "q.partial"
    interrupted(small, log, after=4)
    os.truncate(log, log.stat().st_size - torn)
    again, known = resumed(small, log)
    assert known == 3
    xr.testing.assert_identical(again, table)


def test_rows_of_other_settings_are_forgotten(small: SurveyFiles, tmp_path: Path) -> None:
    """Another S/N makes other rows."""
    log = tmp_path / "q.partial"
    interrupted(small, log, after=4)
    again, known = resumed(small, log, min_snr=10.0)
    assert known == 0
    assert again.attrs["min_snr"] == 10.0


def test_a_file_that_has_changed_is_measured_again(small: SurveyFiles, tmp_path: Path) -> None:
    """The row is of the file, not of the name."""
    root = tmp_path / "sas"
    root.mkdir()
    files = [root / path.name for path in small.maps[:3]]
    for copy, original in zip(files, small.maps, strict=False):
        copy.write_bytes(original.read_bytes())
    log = tmp_path / "q.partial"
    told: list[Progress] = []

    def stop(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mangaxr.compute_quality(root, log=log, progress=stop)
    for file in files:
        os.utime(file, ns=(1, 1))
    mangaxr.compute_quality(root, log=log, progress=told.append)
    assert told[-1].resumed == 0


def test_a_second_run_is_kept_out(tmp_path: Path) -> None:
    """While one writes, another is refused."""
    log = tmp_path / "q.partial"
    with RowLog(log, {}), pytest.raises(BuildError, match="another run"):
        RowLog(log, {})


def test_what_is_no_log_is_begun_anew(tmp_path: Path) -> None:
    """Whatever was in the file."""
    log = tmp_path / "q.partial"
    for content in (b"", b"rubbish\n", b'{"a": 1}\nrubbish\n', b"[1]\n[2]\n"):
        log.write_bytes(content)
        with RowLog(log, {"a": 1}):
            pass
        assert json.loads(log.read_bytes().splitlines()[0]) == {"a": 1}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """One clear line."""
    with pytest.raises(BuildError, match="cannot be written"):
        RowLog(tmp_path / "none" / "q.partial", {})


def test_the_command_survives_sigkill(
    small: SurveyFiles, table: xr.Dataset, tmp_path: Path
) -> None:
    """Killed at some moment and repeated, it writes the same table."""
    out = tmp_path / "q.nc"
    command = [sys.executable, "-m", "mangaxr", "quality", str(small.root), "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    partial = tmp_path / "q.nc.partial"
    while process.poll() is None and not (partial.exists() and partial.stat().st_size > 4000):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run(command, check=True, capture_output=True)
    again = mangaxr.read_table(out)
    for name in table.data_vars:
        xr.testing.assert_equal(again[name], table[name])
    assert not partial.exists()
