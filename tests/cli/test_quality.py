"""``mangaxr quality`` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mangaxr.catalog.tables.export import read_table
from mangaxr.quality.thresholds import thresholds_text

Run = Callable[..., Any]


def test_it_measures_and_lists(run: Run, survey: Path, tmp_path: Path) -> None:
    """Counts, flags and galaxies on the terminal; a table and a list of the usable ones."""
    out, usable = tmp_path / "q.csv", tmp_path / "usable.txt"
    ended = run("quality", survey, "--out", out, "--usable", usable)
    assert ended.status == 0
    assert "usable    3" in ended.out
    assert "heavily_masked" in ended.out
    assert "8001-1901" in ended.out
    assert usable.read_text(encoding="utf-8").split() == ["8001-1901", "8001-1902", "8002-1901"]
    assert read_table(out).sizes["galaxy"] == 3
    again = run("quality", "--from", usable, "--sas", survey, "--json")
    rows = json.loads(again.out)
    assert [row["plateifu"] for row in rows] == ["8001-1901", "8001-1902", "8002-1901"]
    assert all(row["usable"] is True for row in rows)


def test_a_failure_is_a_line_and_null(run: Run, survey: Path) -> None:
    """The others are measured, the status is 0; where none could be, it is 1."""
    ended = run("quality", "8001-1901", "9999-1901", "--sas", survey, "--json")
    assert ended.status == 0
    missing = {row["plateifu"]: row for row in json.loads(ended.out)}["9999-1901"]
    assert missing["velocity_gradient"] is None
    assert "no such file" in missing["failure"]
    ended = run("quality", "9999-1901", "--sas", survey)
    assert ended.status == 1
    assert "failed  9999-1901: " in ended.err


def test_thresholds_are_shown_and_taken(run: Run, survey: Path, tmp_path: Path) -> None:
    """What is printed can be edited and given back."""
    ended = run("quality", "--show-thresholds")
    assert ended.out == thresholds_text()
    mine = tmp_path / "mine.toml"
    mine.write_text("[low_flux]\nha_snr_1re = { below = 1e9 }\n", encoding="utf-8")
    ended = run("quality", "8001-1901", "--sas", survey, "--thresholds", mine)
    assert "usable    0" in ended.out
    assert "low_flux: ha_snr_1re" in ended.out


def test_a_table_that_cannot_be_written_is_told_first(
    run: Run, survey: Path, tmp_path: Path
) -> None:
    """Not after an hour's work."""
    for out, words in (
        (tmp_path / "q.txt", "a table ends with"),
        (tmp_path / "no" / "q.csv", "no folder"),
    ):
        ended = run("quality", survey, "--out", out)
        assert ended.status == 1
        assert words in ended.err
        assert "measuring" not in ended.err
