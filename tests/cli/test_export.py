"""``mangaxr export`` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import mangaxr
from mangaxr import synthetic

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def with_failure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of two galaxies and one that failed."""
    path = tmp_path_factory.mktemp("export") / "t.zarr"
    names = ["8001-1901", "8001-1902", "8009-1901"]
    mangaxr.build_store(path, names, sas=synthetic.example_survey(), npix=8)
    return path


def test_both_forms_are_written(run: Run, with_failure: Path, tmp_path: Path) -> None:
    """Counts on stdout, progress and the failed galaxy on stderr; a repeat says so."""
    arguments = ("export", with_failure, "--npy", tmp_path / "n", "--netcdf", tmp_path / "t.nc")
    ended = run(*arguments)
    assert ended.status == 0
    assert f"npy       {tmp_path / 'n'} (written in" in ended.out
    assert f"netcdf    {tmp_path / 't.nc'} (written in" in ended.out
    assert ended.out.count("galaxies  2") == 2
    assert ended.err.count("exporting: 2/2") == 2
    assert ended.err.count("failed  8009-1901: its build failed: ") == 1
    assert np.load(tmp_path / "n" / "8001-1902.npy").shape == (2, 8, 8)
    with xr.open_dataset(tmp_path / "t.nc") as found:
        assert found.galaxy.values.tolist() == ["8001-1901", "8001-1902"]
    again = run(*arguments)
    assert again.status == 0
    assert again.out.count("(is there already)") == 2
    assert "exporting" not in again.err


def test_options_reach_the_files(run: Run, with_failure: Path, tmp_path: Path) -> None:
    """A list, channels, physical values, a fill value and more arrays; JSON tells."""
    (tmp_path / "list.txt").write_text("8001-1902\n8001-1901\n")
    out = tmp_path / "n"
    choice = ("--from", tmp_path / "list.txt", "--top", 1, "--channels", "ha_vel", "--usable")
    form = ("--physical", "--fill", 0, "--with", "coverage,ivar", "--split", "train", "--json")
    ended = run("export", with_failure, "--npy", out, *choice, *form)
    report = json.loads(ended.out)["npy"]
    assert ended.status == 0
    assert (report["galaxies"], report["failed"], report["left_out"]) == (1, 0, 1)
    values = np.load(out / "8001-1902.npy")
    assert values.shape == (1, 8, 8)
    store = mangaxr.open_store(with_failure).sel(galaxy=["8001-1902"], channel=["ha_vel"])
    expected = mangaxr.to_physical(store).fillna(0)[0].astype(np.float32)
    np.testing.assert_array_equal(values, expected)
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    assert folders == ["coverage", "ivar", "valid"]
    fresh = run("export", with_failure, "--npy", out, "--fresh", "--json")
    assert json.loads(fresh.out)["npy"]["failures"].keys() == {"8009-1901"}
    assert sorted(path.stem for path in out.glob("*.npy")) == ["8001-1901", "8001-1902"]
