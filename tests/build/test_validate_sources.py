"""Stores of every recipe pass at every level, and stores that left their files do not."""

from __future__ import annotations

import gzip
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forged_stores import forged, text, values

import mangaxr
from mangaxr.build.validate import check_store
from mangaxr.synthetic import SurveyFiles, write_survey

DEFAULT = ("ha_flux", "ha_vel")
MANY = ("ha_vel", "stellar_sigma", "d4000", "g_flux", "stellar_vel", "ew:Ha-6564")
LINES = ("flux:OIII-5008", "vel:OIII-5008", "sigma:Ha-6564", "ha_flux")

RECIPES: tuple[dict[str, Any], ...] = (
    {"grid": "field", "scaling": "robust", "channels": DEFAULT, "npix": 64},
    {"grid": "field", "scaling": "asinh", "channels": MANY, "npix": 33, "mask": "dap"},
    {"grid": "field", "scaling": "none", "channels": LINES, "npix": 5, "min_coverage": 1.0},
    {"grid": "arcsec", "scaling": "robust", "channels": MANY, "npix": 12, "mask": "marvin"},
    {"grid": "arcsec", "scaling": "asinh", "channels": LINES, "npix": 64, "min_coverage": 0.0},
    {"grid": "arcsec", "scaling": "none", "channels": DEFAULT, "npix": 1, "pixel_scale": 8.0},
    {"grid": "re", "scaling": "robust", "channels": LINES, "npix": 40, "min_snr": 0.0},
    {"grid": "re", "scaling": "asinh", "channels": DEFAULT, "npix": 7, "pixel_scale": 0.3},
    {"grid": "re", "scaling": "none", "channels": MANY, "npix": 64, "split": (0.5, 0.25, 0.25)},
)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: f"{r['grid']}-{r['scaling']}")
@pytest.mark.usefixtures("small_slabs")
def test_a_store_of_any_recipe_is_sound(
    recipe: dict[str, Any], small: SurveyFiles, tmp_path: Path
) -> None:
    """Every grid and scaling, in several slabs, with a galaxy that failed: no issue."""
    path = tmp_path / "t.zarr"
    report = mangaxr.build_store(path, [small.root, "9999-1901"], sas=small.root, **recipe)
    assert list(report.failures) == ["9999-1901"]
    found = check_store(path, level="sources", sas=small.root, deep=2)
    found_all = check_store(path, level="semantics")
    assert (found.issues, found.left_out, found.rebuilt) == ([], {}, 2)
    assert (found_all.issues, found_all.decoded) == ([], len(small.maps) + 1)


def test_a_store_of_one_galaxy_and_one_of_failures_alone_are_sound(
    small: SurveyFiles, tmp_path: Path
) -> None:
    """Nothing is taken for granted about how many galaxies there are, or have a tensor."""
    mangaxr.build_store(tmp_path / "one.zarr", small.maps[0], sha256=True)
    mangaxr.build_store(tmp_path / "none.zarr", ["9999-1901"], sas=small.root)
    for name in ("one.zarr", "none.zarr"):
        assert check_store(tmp_path / name, level="sources", sas=small.root).issues == []


def test_a_store_of_more_galaxies_than_a_chunk_holds_is_sound(
    small: SurveyFiles, tmp_path: Path
) -> None:
    """Seventy galaxies, made of seven files with other names in their headers."""
    folder = tmp_path / "maps"
    folder.mkdir()
    names = iter(f"8100-{1901 + number}" for number in range(70))
    for file in small.maps:
        name = "-".join(file.name.split("-")[1:3])
        content = gzip.decompress(file.read_bytes())
        end = content.index(b"XTENSION")  # of the primary header, which names the galaxy
        rest = gzip.compress(content[end:], 1)
        for other in islice(names, 10):
            header = content[:end].replace(name.encode(), other.encode())
            new = folder / file.name.replace(name, other)
            new.write_bytes(gzip.compress(header, 1) + rest)  # gzip allows several members
    assert mangaxr.build_store(tmp_path / "t.zarr", folder, npix=16).done == 70
    found = check_store(tmp_path / "t.zarr", level="sources", sas=folder, workers=2)
    assert (found.issues, found.decoded, found.rebuilt) == ([], 70, 3)


def test_real_galaxies_are_sound(maps_file: Path, tmp_path: Path) -> None:
    """Files that the survey's own pipeline wrote make stores without an issue."""
    mangaxr.build_store(tmp_path / "t.zarr", maps_file)
    found = check_store(tmp_path / "t.zarr", level="sources", sas=maps_file.parent)
    assert (found.issues, found.rebuilt) == ([], 1)


@pytest.fixture(scope="module")
def sources(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two files and a store of them, their checksums in it."""
    folder = tmp_path_factory.mktemp("sources")
    for file in small.maps[:2]:
        shutil.copy(file, folder)
    mangaxr.build_store(folder / "t.zarr", folder, npix=16, sha256=True)
    return folder


@pytest.fixture
def moved(sources: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return Path(shutil.copytree(sources, tmp_path / "moved"))


def _rules(folder: Path) -> set[str]:
    report = check_store(folder / "t.zarr", level="sources", sas=folder)
    return {issue.rule for issue in report.issues}


def _file(folder: Path) -> Path:
    return sorted(folder.glob("manga-*"))[0]


def test_a_file_that_is_gone_is_named(moved: Path) -> None:
    """The rule is about the file alone; the other galaxy is compared all the same."""
    _file(moved).unlink()
    report = check_store(moved / "t.zarr", level="sources", sas=moved)
    assert [(i.rule, i.galaxy) for i in report.issues] == [("MX401", "8001-1901")]
    assert report.rebuilt == 1


def test_a_file_that_was_packed_anew_differs_in_size_and_checksum_alone(moved: Path) -> None:
    """Another gzip of the same content gives the same galaxy."""
    content = gzip.decompress(_file(moved).read_bytes())
    _file(moved).write_bytes(gzip.compress(content, 9))
    assert _rules(moved) == {"MX402", "MX403"}


def test_another_observation_under_the_same_name_differs_in_everything(
    moved: Path, tmp_path: Path
) -> None:
    """Checksum, DATASUM, maps and numbers each have their rule."""
    other = write_survey(tmp_path / "other", galaxies=1, fibres=(19,), seed=2)
    shutil.copy(other.maps[0], _file(moved))
    assert {"MX403", "MX404", "MX406", "MX407"} <= _rules(moved)


def test_a_file_that_cannot_be_read_cannot_be_compared(moved: Path) -> None:
    """A galaxy of the store whose file is cut short is an issue of its own."""
    _file(moved).write_bytes(_file(moved).read_bytes()[:1000])
    assert _rules(moved) == {"MX402", "MX403", "MX405"}


@pytest.mark.parametrize(
    ("forgery", "rule"),
    [
        (values("ivar", lambda v: v * np.float32(1.1)), "MX406"),
        (values("ra", lambda v: v + 0.01, at=0), "MX407"),
        (values("scaling_offset", lambda v: v + 0.01, at=0), "MX407"),
        (text("daptype", "SPX-MILESHC-MASTARSSP"), "MX407"),
        (text("source_checksum", "EMLINE_GFLUX=1"), "MX404"),
    ],
)
def test_what_no_other_rule_can_know_the_file_tells(moved: Path, forgery: Any, rule: str) -> None:
    """Forgeries that agree with everything in the store are found by building anew."""
    forged(forgery)(moved / "t.zarr")
    assert check_store(moved / "t.zarr", level="semantics").issues == []
    assert _rules(moved) == {rule}
