"""Whatever ends an export, its final name is that of a whole one, and a repeat completes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mangaxr
from mangaxr.errors import ExportError

FORMS: dict[str, tuple[str, Any]] = {
    "npy": ("out", mangaxr.export_npy),
    "netcdf": ("out.nc", mangaxr.export_netcdf),
}

KILLED = """
import os, signal, sys
import mangaxr
name, store, path = sys.argv[1:]
getattr(mangaxr, name)(store, path, progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""

FULL = """
import resource, sys
import mangaxr
from mangaxr.errors import ExportError
store, folder = sys.argv[1:]
for name, size in (("export_npy", 1000), ("export_netcdf", 30_000), ("export_netcdf", 400_000)):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        getattr(mangaxr, name)(store, f"{folder}/{name}")
    except ExportError as error:
        print(error)
"""
"""No file can grow beyond a size: a NumPy file, a netCDF file's description, its maps."""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run some code in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)


def tree(path: Path) -> dict[str, bytes]:
    """Return the content of a file, or of each file of a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


@pytest.mark.parametrize("form", FORMS)
def test_a_killed_export_is_completed(store: Path, tmp_path: Path, form: str) -> None:
    """After SIGKILL the name is free; the same export again gives what an undisturbed one does."""
    name, export = FORMS[form]
    out, whole = tmp_path / name, tmp_path / "undisturbed" / name
    ended = run(KILLED, export.__name__, store, out)
    assert ended.returncode == -signal.SIGKILL
    assert not out.exists()
    left = tmp_path / f"{name}.partial"
    assert (left / "made").exists()
    if form == "npy":  # cut one file short, as a lost page would
        with (left / "made" / "8000-1901.npy").open("r+b") as file:
            file.truncate(100)
    report = export(store, out)
    assert report.resumed == (62 if form == "npy" else 0)
    assert not left.exists()
    export(store, whole)
    assert tree(out) == tree(whole)


@pytest.mark.parametrize("form", FORMS)
def test_ctrl_c_leaves_no_half_export(store: Path, tmp_path: Path, form: str) -> None:
    """An interrupt passes through, and the final name is free."""
    name, export = FORMS[form]

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(store, tmp_path / name, progress=interrupt)
    assert not (tmp_path / name).exists()
    # What can be taken up stays; what cannot does not fill the disk.
    assert (tmp_path / f"{name}.partial").exists() == (form == "npy")
    other = export(store, tmp_path / name, split="val")  # another one does not mind
    assert other.resumed == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_full_disk_is_a_line(store: Path, tmp_path: Path) -> None:
    """A write that the system refuses is one line with the name, and nothing has the name."""
    ended = run(FULL, store, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    names = ["export_npy", "export_netcdf", "export_netcdf"]
    for name, line in zip(names, ended.stdout.splitlines(), strict=True):
        assert line.startswith(f"{tmp_path / name}: cannot be written (")
        assert "GB are free there" in line
    assert [path.name for path in tmp_path.iterdir()] == ["export_npy.partial"]
    assert mangaxr.export_npy(store, tmp_path / "export_npy").galaxies == 148


@pytest.mark.parametrize("form", FORMS)
def test_a_repeat_changes_nothing_unless_told(store: Path, tmp_path: Path, form: str) -> None:
    """The same export is reported; another one is refused with the difference, or replaces it."""
    name, export = FORMS[form]
    out = tmp_path / name
    export(store, out, split="val")
    before = tree(out)
    again = export(store, out, split="val")
    assert again.existed
    assert again.galaxies > 0
    assert tree(out) == before
    with pytest.raises(ExportError, match=r'differs in values: "scaled", not "physical".*--fresh'):
        export(store, out, split="val", physical=True)
    with pytest.raises(ExportError, match="the number of galaxies"):
        export(store, out)
    assert tree(out) == before
    assert not export(store, out, split="val", physical=True, fresh=True).existed
    assert tree(out) != before
    opened = mangaxr.open_store(store)
    for changed in (
        opened.assign_coords(z=opened.z + 0.01),
        opened.assign(scaling_scale=opened.scaling_scale * 2),
    ):
        with pytest.raises(ExportError, match="what the store says of the galaxies"):
            export(changed, out, split="val", physical=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_export_is_never_replaced(store: Path, tmp_path: Path, form: str) -> None:
    """A folder or file of the user's stays, whatever is said; an empty folder is no obstacle."""
    name, export = FORMS[form]
    out = tmp_path / name
    mine = out if form == "netcdf" else out / "thesis.tex"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    for fresh in (False, True):
        with pytest.raises(ExportError, match="no export of mangaxr"):
            export(store, out, fresh=fresh)
    assert mine.read_text() == "mine"
    mine.unlink()
    (tmp_path / f"{name}.partial").mkdir()
    (tmp_path / f"{name}.partial" / "notes").touch()
    with pytest.raises(ExportError, match="holds notes: move it"):
        export(store, out)
    (tmp_path / f"{name}.partial" / "notes").unlink()
    assert export(store, out, split="val").galaxies > 0


@pytest.mark.parametrize("form", FORMS)
def test_two_do_not_write_the_same(store: Path, tmp_path: Path, form: str) -> None:
    """While one export is at work, a second one to the same place is refused."""
    name, export = FORMS[form]
    refused = []

    def second(*_: int) -> None:
        with pytest.raises(ExportError, match="another export is writing here") as error:
            export(store, tmp_path / name)
        refused.append(error)

    export(store, tmp_path / name, progress=second)
    assert len(refused) == 3
