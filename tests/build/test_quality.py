"""The table of quality: rows, failures, the same whoever works, the same as in a store."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import mangaxr
from mangaxr.build.report import Progress
from mangaxr.errors import BuildError, CriteriaError, UnknownNameError
from mangaxr.quality.metrics import FLAGS, METRICS
from mangaxr.store.contract import STATUS
from mangaxr.synthetic import SurveyFiles


@pytest.fixture(scope="module")
def table(small: SurveyFiles) -> xr.Dataset:
    """Measure every galaxy of the small survey."""
    return mangaxr.compute_quality(small.root)


def test_a_row_has_names_facts_metrics_and_verdict(small: SurveyFiles, table: xr.Dataset) -> None:
    """Every metric and flag is a variable over galaxy with a unit, beside what names it."""
    assert table.galaxy.values.tolist() == sorted(str(g.plateifu) for g in small.galaxies)
    for row in METRICS:
        assert table[row.name].dims == ("galaxy",)
        assert table[row.name].attrs["units"] == row.units
        assert table[row.name].attrs["long_name"] == row.long_name
    for flag in FLAGS:
        assert table[flag.name].dtype == bool
    assert (table.status == STATUS["done"]).all()
    for galaxy in small.galaxies:
        row = table.sel(galaxy=str(galaxy.plateifu))
        assert row.z.item() == pytest.approx(galaxy.redshift, rel=1e-6)
        assert row.mangaid.item() == galaxy.mangaid
    assert table.attrs["mask_policy"] == "donotuse"
    assert set(json.loads(table.attrs["thresholds"])) == {flag.name for flag in FLAGS}


def test_a_store_has_the_same_numbers(
    small: SurveyFiles, table: xr.Dataset, tmp_path: Path
) -> None:
    """What a build stores of each galaxy is what compute_quality finds."""
    mangaxr.build_store(tmp_path / "t.zarr", small.root, npix=16)
    store = mangaxr.open_store(tmp_path / "t.zarr")
    names = [*(row.name for row in METRICS), *(flag.name for flag in FLAGS), "usable", "reason"]
    for name in names:
        np.testing.assert_array_equal(store[name].values, table[name].values, err_msg=name)
    assert json.loads(store.attrs["thresholds"]) == json.loads(table.attrs["thresholds"])


def test_the_table_does_not_depend_on_the_workers(small: SurveyFiles, table: xr.Dataset) -> None:
    """Two at a time give the same numbers to the bit."""
    xr.testing.assert_identical(mangaxr.compute_quality(small.root, workers=2), table)


def test_a_galaxy_that_fails_is_a_row_with_the_reason(small: SurveyFiles, tmp_path: Path) -> None:
    """A missing and a truncated file are not usable, and say why; the others are measured."""
    good, bad = small.maps[0], tmp_path / small.maps[1].name
    bad.write_bytes(small.maps[1].read_bytes()[:20000])
    table = mangaxr.compute_quality([good, bad, "9999-12701"], sas=tmp_path)
    failed = table.status.values == STATUS["failed"]
    assert failed.sum() == 2
    assert not table.usable.values[failed].any()
    assert all(reason.startswith("failed: ") for reason in table.reason.values[failed])
    assert str(tmp_path) not in "".join(table.failure.values)
    assert np.isnan(table.velocity_gradient.values[failed]).all()
    assert (table.failure.values[~failed] == "").all()


def test_progress_counts_every_galaxy(small: SurveyFiles) -> None:
    """From none to all, failures among them."""
    told: list[Progress] = []
    mangaxr.compute_quality([*small.maps, "9999-12701"], sas="none", progress=told.append)
    total = len(small.maps) + 1
    assert [word.done for word in told] == list(range(total + 1))
    assert told[-1] == Progress(total, 1, 0, total)


def test_a_stricter_mask_leaves_less(small: SurveyFiles, table: xr.Dataset) -> None:
    """The policy and the S/N decide what is valid."""
    strict = mangaxr.compute_quality(small.root, mask="dap", min_snr=20.0)
    assert (strict.masked_fraction >= table.masked_fraction).all()
    assert (strict.valid_spaxels < table.valid_spaxels).any()
    assert (strict.attrs["mask_policy"], strict.attrs["min_snr"]) == ("dap", 20.0)


def test_an_unpacked_file_of_another_name_is_named_by_its_header(
    small: SurveyFiles, tmp_path: Path
) -> None:
    """As in a build."""
    path = tmp_path / "mine.fits"
    with gzip.open(small.maps[0]) as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    table = mangaxr.compute_quality(path)
    assert table.galaxy.values.tolist() == [str(small.galaxies[0].plateifu)]


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"workers": 0}, BuildError, "at least 1"),
        ({"mask": "soft"}, UnknownNameError, "soft"),
        ({"client": "tcp://here"}, BuildError, "Client"),
    ],
)
def test_a_mistake_is_told_before_anything_is_read(
    small: SurveyFiles, how: dict[str, object], error: type[Exception], words: str
) -> None:
    """One clear line."""
    with pytest.raises(error, match=words):
        mangaxr.compute_quality(small.root, **how)  # type: ignore[arg-type]


def test_thresholds_of_one_s_own_are_used(small: SurveyFiles, tmp_path: Path) -> None:
    """A file decides; one that is wrong is an error before any galaxy is read."""
    file = tmp_path / "mine.toml"
    file.write_text("[low_flux]\nha_snr_1re = { below = 1e9 }\n", encoding="utf-8")
    table = mangaxr.compute_quality(small.maps[0], thresholds=file)
    assert table.low_flux.all()
    assert not table.usable.any()
    file.write_text("[none]", encoding="utf-8")
    with pytest.raises(CriteriaError, match="no flag"):
        mangaxr.compute_quality(small.maps[0], thresholds=file)


@pytest.mark.parametrize("suffix", [".csv", ".ecsv", ".parquet", ".nc"])
def test_a_table_can_be_written_and_read(table: xr.Dataset, tmp_path: Path, suffix: str) -> None:
    """Numbers, flags and texts come back from each kind of file."""
    file = mangaxr.write_table(table, tmp_path / f"q{suffix}")
    again = mangaxr.read_table(file)
    assert again.galaxy.values.tolist() == table.galaxy.values.tolist()
    for name in ("velocity_gradient", "kinematic_pa", "usable", "low_rotation", "reason"):
        np.testing.assert_array_equal(again[name].values, table[name].values)
