"""The same files and recipe give the same bytes, however the build went."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

import mangaxr
from mangaxr.build.scheduling import order
from mangaxr.store import layout
from mangaxr.synthetic import SurveyFiles

Digest = Callable[[Path], dict[str, bytes]]

pytestmark = pytest.mark.usefixtures("small_slabs")


def _build(path: Path, items: object, **options: object) -> Path:
    report = mangaxr.build_store(path, items, npix=32, **options)  # type: ignore[arg-type]
    assert report.done == report.galaxies
    return path


@pytest.mark.parametrize("workers", [2, 4])
def test_the_number_of_workers_does_not_matter(
    workers: int, small: SurveyFiles, tmp_path: Path, reference: dict[str, bytes], contents: Digest
) -> None:
    """Two or four workers write every chunk and every coordinate as one does."""
    assert contents(_build(tmp_path / "w.zarr", [small.root], workers=workers)) == reference


@pytest.mark.parametrize("workers", [2, 3])
def test_processes_write_the_same_bytes(
    workers: int,
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two or three processes, as many galaxies would have, write the same store."""
    monkeypatch.setattr(order, "PROCESSES_FROM", 1)
    assert contents(_build(tmp_path / "p.zarr", [small.root], workers=workers)) == reference


def test_the_order_of_the_items_does_not_matter(
    small: SurveyFiles, tmp_path: Path, reference: dict[str, bytes], contents: Digest
) -> None:
    """Files from last to first, or plateifus, or a mixture give the same store."""
    backwards = _build(tmp_path / "b.zarr", small.maps[::-1])
    names = [str(galaxy.plateifu) for galaxy in small.galaxies]
    by_name = _build(tmp_path / "n.zarr", [small.maps[3], *names[5:], *names[:6]], sas=small.root)
    assert contents(backwards) == reference
    assert contents(by_name) == reference


def test_the_place_of_the_files_does_not_matter(
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A copy of the survey in another directory, named relative to it, gives the same store."""
    shutil.copytree(small.root, tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    assert contents(_build(Path("e.zarr"), "elsewhere")) == reference


def test_a_galaxy_does_not_depend_on_its_slab(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slabs of 3 or of 64 galaxies hold the same numbers."""
    several = mangaxr.open_store(_build(tmp_path / "3.zarr", small.maps[:4])).load()
    monkeypatch.setattr(layout, "SLAB", 64)
    one = mangaxr.open_store(_build(tmp_path / "64.zarr", small.maps[:4])).load()
    names = ["tensor", "ivar", "coverage", "scaling_offset", "scaling_scale"]
    xr.testing.assert_equal(one[names], several[names])


def test_a_galaxy_does_not_depend_on_the_others(small: SurveyFiles, tmp_path: Path) -> None:
    """A galaxy built alone, in a store of its own, has the same numbers as among others."""
    together = mangaxr.open_store(_build(tmp_path / "all.zarr", small.maps[:4])).load()
    alone = mangaxr.open_store(_build(tmp_path / "one.zarr", small.maps[3])).load()
    name = str(small.galaxies[3].plateifu)
    xr.testing.assert_equal(alone.sel(galaxy=name), together.sel(galaxy=name))
