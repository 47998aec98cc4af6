"""``mangaxr validate``: its lines, its document, its exit status."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def edited(store: Path, tmp_path: Path) -> Path:
    """Return a copy of the store with a stray file."""
    path = Path(shutil.copytree(store, tmp_path / "edited.zarr"))
    (path / "notes.txt").write_text("?")
    return path


def test_a_sound_store_ends_with_0(run: Run, store: Path, survey: Path) -> None:
    """One closing line says what was checked."""
    ended = run("validate", store, "--level", "sources", "--sas", survey, "--deep", "all")
    assert (ended.status, ended.out.count("\n")) == (0, 1)
    assert "sound at level sources" in ended.out
    assert "3 built anew" in ended.out


def test_an_issue_ends_with_1(run: Run, edited: Path) -> None:
    """A line for the issue, one to close, and how to know more."""
    ended = run("validate", edited)
    assert ended.status == 1
    issue, closing = ended.out.splitlines()
    assert issue == "MX120 store: holds the stray file notes.txt"
    assert "1 issue of 1 rules at level values" in closing
    assert "--explain MX120" in closing


def test_what_is_no_store_ends_with_2(run: Run, tmp_path: Path) -> None:
    """A path with nothing, and a folder that is no store."""
    for path in (tmp_path / "absent", tmp_path):
        ended = run("validate", path)
        assert ended.status == 2
        assert ended.out.startswith("MX101 store: ")


def test_json_is_one_document(run: Run, edited: Path, tmp_path: Path) -> None:
    """It holds the verdict, the rules and the issues; of no store as well."""
    ended = run("validate", edited, "--json", "--deep", 1)
    found = json.loads(ended.out)
    assert (ended.status, found["valid"], found["decoded"]) == (1, False, 1)
    assert found["issues"][0]["rule"] == "MX120"
    assert found["counts"] == {"MX120": 1}
    assert not json.loads(run("validate", tmp_path, "--json").out)["readable"]


def test_a_rule_is_explained(run: Run) -> None:
    """No store is needed for that."""
    ended = run("validate", "--explain", "mx305")
    assert ended.status == 0
    assert ended.out.startswith("MX305 (semantics): No galaxy is in the store twice.")


def test_odd_options_are_usage_errors(run: Run, store: Path) -> None:
    """A level, a number or a rule that is none."""
    assert run("validate", store, "--level", "deep").status == 2
    assert run("validate", store, "--deep", "0").status == 2
    assert "no rule is called" in run("validate", "--explain", "MX7").err
