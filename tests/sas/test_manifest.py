"""The manifest: a line per file, the last one holds, a torn one hurts nobody else."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from mangaxr.sas.manifest import MANIFEST, Entry, Manifest


def entry(path: str, size: int = 1) -> Entry:
    """Return an entry."""
    return Entry(path=path, size=size, modified=2, sha256="ab", verified="gzip")


def test_what_is_added_is_found_again(tmp_path: Path) -> None:
    """In this program and the next; of two lines about a file the last holds."""
    manifest = Manifest(tmp_path)
    manifest.add(entry("a"))
    manifest.add(entry("a", size=3))
    for found in (manifest.find("a"), Manifest(tmp_path).find("a")):
        assert found == entry("a", size=3)
    assert manifest.find("b") is None


def test_lines_are_json(tmp_path: Path) -> None:
    """Other programs can read the file."""
    Manifest(tmp_path).add(entry("a"))
    (line,) = (tmp_path / MANIFEST).read_text().splitlines()
    assert json.loads(line)["sha256"] == "ab"


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_line_is_lost_alone(tmp_path: Path, cut: int) -> None:
    """A crash in the middle of a line costs that line, and not the next one either."""
    manifest = Manifest(tmp_path)
    manifest.add(entry("a"))
    manifest.add(entry("b"))
    file = tmp_path / MANIFEST
    file.write_bytes(file.read_bytes()[:-cut])
    after = Manifest(tmp_path)
    after.add(entry("c"))
    found = Manifest(tmp_path)
    assert found.find("a")
    assert found.find("c")
    assert bool(found.find("b")) == (cut == 1)


@pytest.mark.parametrize("line", ["", "3", "[]", '{"path": "x"}', '{"verified": "by eye"}', "\xff"])
def test_lines_that_are_none(tmp_path: Path, line: str) -> None:
    """What somebody else wrote into the file is passed over."""
    file = tmp_path / MANIFEST
    file.parent.mkdir()
    file.write_text(f"{line}\n", encoding="latin-1")
    assert Manifest(tmp_path).find("x") is None


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Many threads and two manifests of the same root: every line is whole."""
    manifests = [Manifest(tmp_path), Manifest(tmp_path)]
    threads = [
        threading.Thread(target=lambda k=k: manifests[k % 2].add(entry(f"file-{k}")))
        for k in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Manifest(tmp_path)
    assert all(found.find(f"file-{k}") for k in range(40))


def test_an_entry_describes_the_file_it_was_made_of(tmp_path: Path) -> None:
    """Another size or time, or a more thorough look, and it does not."""
    file = tmp_path / "a"
    file.write_bytes(b"123")
    known = Entry(path="a", size=3, modified=file.stat().st_mtime_ns, sha256="", verified="gzip")
    assert known.describes(file, "size")
    assert known.describes(file, "gzip")
    assert not known.describes(file, "fits")
    file.write_bytes(b"1234")
    assert not known.describes(file, "size")
    assert not known.describes(tmp_path / "absent", "size")
