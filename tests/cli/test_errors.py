"""Whatever a user gives, an error is one line on stderr and an exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

OUT = "{tmp}/t.zarr"

WRONG: dict[str, tuple[list[str], int, str]] = {
    "no such command": (["biuld"], 2, "No such command"),
    "no such option": (["build", OUT, "--npixels", "3"], 2, "--npix"),
    "no argument": (["build"], 2, "OUT"),
    "number out of range": (["build", OUT, "8138-12704", "--npix", "0"], 2, "--npix"),
    "no number": (["build", OUT, "8138-12704", "--min-snr", "three"], 2, "--min-snr"),
    "grid": (["build", OUT, "8138-12704", "--grid", "sky"], 2, "field"),
    "nothing to build": (["build", OUT], 1, "nothing to build"),
    "item": (["build", OUT, "8138"], 1, "plateifu such as"),
    "path": (["build", OUT, "../../x"], 1, "no such file or directory"),
    "empty directory": (["build", OUT, "{tmp}"], 1, "no MAPS file"),
    "channel": (["build", OUT, "8138-12704", "--channels", "ha_velo"], 1, "ha_vel"),
    "no channel": (["build", OUT, "8138-12704", "--channels", ","], 1, "none is given"),
    "line": (["build", OUT, "8138-12704", "--channels", "flux:Ha-6563"], 1, "Ha-6564"),
    "mask": (["build", OUT, "8138-12704", "--mask", "all"], 1, "donotuse"),
    "release": (["build", OUT, "8138-12704", "--release", "DR18"], 1, "DR17"),
    "daptype": (["build", OUT, "8138-12704", "--daptype", "a/b"], 1, "DAPTYPE"),
    "pixel scale": (["build", OUT, "8138-12704", "--pixel-scale", "1"], 1, "--grid arcsec"),
    "not a number": (["build", OUT, "8138-12704", "--min-snr", "nan"], 1, "min_snr"),
    "list": (["build", OUT, "--from", "{tmp}/absent.txt"], 1, "absent.txt"),
    "file in the way": (["build", "{html}", "8138-12704"], 1, "not a sound Zarr store"),
    "fresh over a file": (["build", "{html}", "8138-12704", "--fresh"], 1, "no store"),
    "folder that is a file": (["build", "{html}/t.zarr", "8138-12704"], 1, "Not a directory"),
    "another recipe": (["build", "{store}", "{maps}", "--npix", "7"], 1, "npix: 7, not 64"),
    "stop at an error": (["build", OUT, "{html}", "--on-error", "raise"], 1, "HTML page"),
    "inspect: absent": (["inspect", "{tmp}/absent.fits.gz"], 1, "no such file"),
    "inspect: directory": (["inspect", "{tmp}"], 1, "cannot be read"),
    "inspect: HTML": (["inspect", "{html}"], 1, "HTML page"),
    "inspect: empty": (["inspect", "{empty}"], 1, "empty"),
    "inspect: truncated": (["inspect", "{short}"], 1, "damaged"),
    "inspect: store": (["inspect", "{store}"], 1, "cannot be read"),
    "info: absent": (["info", "{tmp}/absent.zarr"], 1, "mangaxr build"),
    "info: file": (["info", "{html}"], 1, "not a sound Zarr store"),
    "info: directory": (["info", "{tmp}"], 1, "not a sound Zarr store"),
    "preview: absent": (["preview", "{tmp}/absent.zarr", "{tmp}/p"], 1, "mangaxr build"),
    "preview: galaxy": (["preview", "{store}", "{tmp}/p", "--galaxies", "1-1"], 1, "1-1"),
    "export: nowhere": (["export", "{store}"], 2, "--npy DIR"),
    "export: fill of netCDF": (
        ["export", "{store}", "--netcdf", "{tmp}/x", "--fill", "0"],
        2,
        "NaN",
    ),
    "export: absent": (["export", "{tmp}/absent.zarr", "--npy", "{tmp}/x"], 1, "mangaxr build"),
    "export: no store": (["export", "{html}", "--npy", "{tmp}/x"], 1, "not a sound Zarr store"),
    "export: in the way": (["export", "{store}", "--netcdf", "{html}"], 1, "no export of mangaxr"),
    "export: --fresh over a file": (
        ["export", "{store}", "--netcdf", "{html}", "--fresh"],
        1,
        "no export of mangaxr",
    ),
    "export: in a file": (["export", "{store}", "--npy", "{html}/x"], 1, "cannot be written"),
    "export: galaxy": (["export", "{store}", "--npy", "{tmp}/x", "--galaxies", "1-1"], 1, "'1-1'"),
    "export: no galaxy": (["export", "{store}", "--npy", "{tmp}/x", "--galaxies", ","], 1, "none"),
    "export: split": (
        ["export", "{store}", "--npy", "{tmp}/x", "--split", "trian"],
        1,
        "train (3)",
    ),
    "export: channel": (
        ["export", "{store}", "--npy", "{tmp}/x", "--channels", "ha"],
        1,
        "ha_flux",
    ),
    "export: array": (["export", "{store}", "--npy", "{tmp}/x", "--with", "mask"], 1, "coverage"),
    "export: fill": (["export", "{store}", "--npy", "{tmp}/x", "--fill", "1e99"], 1, "float32"),
    "demo: none": (["demo", "--galaxies", "0"], 2, "--galaxies"),
    "demo: in a file": (["demo", "--out", "{html}/d"], 1, "Not a directory"),
}
"""Command line, exit status, and words of the line."""


@pytest.fixture
def places(tmp_path: Path, maps: Path, store: Path) -> dict[str, Path]:
    """Return paths that command lines may name."""
    html, empty, short = (tmp_path / "files" / name for name in ("a.fits.gz", "b.gz", "c.fits.gz"))
    html.parent.mkdir()
    html.write_bytes(b"<html><body>404 Not Found</body></html>")
    empty.touch()
    short.write_bytes(maps.read_bytes()[:100_000])
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    return {
        "tmp": nothing,
        "html": html,
        "empty": empty,
        "short": short,
        "maps": maps,
        "store": store,
    }


@pytest.mark.parametrize("case", WRONG)
def test_an_error_is_one_line(run: Run, places: dict[str, Path], case: str) -> None:
    """The line says what is wrong; there is no traceback and nothing on stdout."""
    arguments, status, words = WRONG[case]
    ended = run(*(argument.format(**places) for argument in arguments))
    assert ended.status == status
    assert ended.err.startswith("mangaxr: error: ")
    assert ended.err.count("\n") == 1
    assert words in ended.err
    assert not ended.out
    assert not (places["tmp"] / "t.zarr").exists()


@pytest.mark.parametrize(
    "case", ["item", "inspect: HTML", "number out of range", "folder that is a file"]
)
def test_a_process_of_its_own_ends_the_same_way(
    run_apart: Run, places: dict[str, Path], case: str
) -> None:
    """As a program, too, an error is one line and a status, without a traceback."""
    arguments, status, words = WRONG[case]
    ended = run_apart(*(argument.format(**places) for argument in arguments))
    assert ended.status == status
    assert ended.err.count("\n") == 1
    assert words in ended.err
    assert not ended.out


def test_a_program_that_works_exits_with_0(run_apart: Run, maps: Path, tmp_path: Path) -> None:
    """A build in a process of its own succeeds without any warning."""
    ended = run_apart("build", tmp_path / "t.zarr", maps, "--npix", 8, "--workers", 2)
    assert ended.status == 0, ended.err
    assert "building: 1/1" in ended.err
    assert ended.err.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_traceback(store: Path) -> None:
    """Output into a pipe that nobody reads ends the program quietly."""
    command = [sys.executable, "-m", "mangaxr", "info", str(store), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
