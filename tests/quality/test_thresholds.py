"""Flags, verdicts, and tables of thresholds of one's own."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import mangaxr
from mangaxr.errors import CriteriaError, MissingFileError
from mangaxr.quality.metrics import FLAGS, METRICS
from mangaxr.quality.thresholds import load_thresholds, thresholds_text

GOOD = {
    row.name: {"covered_radius_re": 2.0, "ha_snr_1re": 50.0, "rotation_amplitude": 100.0}.get(
        row.name, 0.0
    )
    for row in METRICS
} | {"disk_variance_explained": 0.95, "r50_psf": 2.0}


def test_a_good_galaxy_is_usable() -> None:
    """No flag, no reason."""
    verdict = load_thresholds().judge(GOOD)
    assert verdict == {**{flag.name: False for flag in FLAGS}, "usable": True, "reason": ""}


@pytest.mark.parametrize(
    ("metric", "value", "flag", "words"),
    [
        ("critical", 1.0, "bad_quality", "critical 1 is above 0.5"),
        ("masked_fraction_bundle", 0.71, "heavily_masked", "0.71 is above 0.7"),
        ("ha_snr_1re", 4.0, "low_flux", "ha_snr_1re 4 is below 5"),
        ("rotation_amplitude", 20.0, "low_rotation", "20 km / s is below 25"),
        ("disk_variance_explained", 0.4, "low_rotation", "0.4 is below 0.5"),
        ("star_fraction", 0.2, "interloper", "0.2 is above 0.05"),
        ("velocity_outliers", 0.2, "interloper", "0.2 is above 0.1"),
        ("covered_radius_re", 0.8, "edge_truncated", "0.8 is below 1"),
    ],
)
def test_a_bad_metric_raises_its_flag(metric: str, value: float, flag: str, words: str) -> None:
    """Its flag and no other, with the metric, the value and the limit as the reason."""
    verdict = load_thresholds().judge({**GOOD, metric: value})
    assert [row.name for row in FLAGS if verdict[row.name]] == [flag]
    assert not verdict["usable"]
    assert verdict["reason"].startswith(f"{flag}: ")
    assert words in verdict["reason"]


@pytest.mark.parametrize("metric", ["critical", "masked_fraction_bundle", "rotation_amplitude"])
def test_what_is_unknown_is_not_good(metric: str) -> None:
    """A metric that could not be computed raises the flag, and is said to be unknown."""
    verdict = load_thresholds().judge({**GOOD, metric: math.nan})
    assert not verdict["usable"]
    assert f"{metric} is unknown" in verdict["reason"]


def test_compactness_informs_only() -> None:
    """A compact galaxy is flagged and usable."""
    verdict = load_thresholds().judge({**GOOD, "r50_psf": 0.5})
    assert verdict["compact"]
    assert verdict["usable"]


def test_every_flag_has_a_threshold_and_no_limit_is_per_pixel() -> None:
    """The shipped table is complete; nothing in it depends on the size of a pixel."""
    table = load_thresholds()
    assert list(table.conditions) == [flag.name for flag in FLAGS]
    units = {row.name: row.units for row in METRICS}
    used = [c.metric for conditions in table.conditions.values() for c in conditions]
    assert all("pix" not in units[name] for name in used)


def test_a_table_of_one_s_own(tmp_path: Path) -> None:
    """Only the flags that it names are raised; a store is judged anew by it."""
    file = tmp_path / "strict.toml"
    file.write_text("[low_rotation]\nrotation_amplitude = { below = 1e6 }\n", encoding="utf-8")
    store = mangaxr.open_store(mangaxr.synthetic.example_store())
    judged = mangaxr.judge_quality(store, file)
    assert judged.low_rotation.all()
    assert not judged.usable.any()
    assert not judged.bad_quality.any()
    assert '"below": 1000000.0' in judged.attrs["thresholds"]
    assert mangaxr.judge_quality(judged).reason.values.tolist() == store.reason.values.tolist()


def test_the_shipped_table_can_be_edited(tmp_path: Path) -> None:
    """What `--show-thresholds` prints is a table of the same meaning."""
    file = tmp_path / "mine.toml"
    file.write_text(thresholds_text(), encoding="utf-8")
    assert load_thresholds(file).conditions == load_thresholds().conditions
    assert load_thresholds(file).name == "mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[low_rotatoin]", "did you mean low_rotation"),
        ("low_flux = 3", "should be a table"),
        ("[low_flux]\nha_snr = { below = 3 }", "no metric is called 'ha_snr'"),
        ("[low_flux]\nha_snr_1re = 3", "expected a limit such as { below"),
        ("[low_flux]\nha_snr_1re = { under = 3 }", "no limit is called 'under'"),
        ("[low_flux]\nha_snr_1re = { below = true }", "expected a number"),
        ("[low_flux]\nha_snr_1re = { below = nan }", "expected a number"),
        ("[low_flux", "cannot be read as thresholds"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, text: str, words: str) -> None:
    """With the file, the entry, and what was expected."""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CriteriaError, match=words) as caught:
        load_thresholds(file)
    assert str(file) in str(caught.value)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    """The message says how to get one."""
    with pytest.raises(MissingFileError, match="--show-thresholds"):
        load_thresholds(tmp_path / "none.toml")
