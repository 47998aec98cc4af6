"""Files and directories take their places at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from mangaxr.store import durable
from mangaxr.store.durable import exchange, put_json, sync_tree


def test_directories_change_places(tmp_path: Path) -> None:
    """Both names are there before and after, each with what the other had."""
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    done = exchange(tmp_path / "a", tmp_path / "b")
    assert done is sys.platform.startswith("linux")
    assert (tmp_path / "a" / "file").read_text() == ("b" if done else "a")
    assert (tmp_path / "b" / "file").read_text() == ("a" if done else "b")


def test_what_is_not_there_cannot_change_places(tmp_path: Path) -> None:
    """An error of the system is an error, not a word that it cannot."""
    if not sys.platform.startswith("linux"):
        pytest.skip("renameat2 is Linux's")
    (tmp_path / "a").mkdir()
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "a", tmp_path / "b")


def test_other_systems_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no such call, nothing is done, and files are synchronised one by one."""
    monkeypatch.setattr(durable.sys, "platform", "darwin")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("x")
    assert not exchange(tmp_path / "a", tmp_path / "a" / "b")
    synced: list[int] = []
    monkeypatch.setattr(durable.os, "fsync", synced.append)
    sync_tree(tmp_path)
    assert len(synced) == 4  # three folders and a file


def test_json_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    """What cannot be written leaves the file that was there."""
    path = tmp_path / "plan.json"
    put_json(path, {"a": 1})
    with pytest.raises(TypeError):
        put_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
