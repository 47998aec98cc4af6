"""Validation reports everything at once, whatever state a store is in."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from forged_stores import attribute, both, chunk, flip, metadata, root, values

import mangaxr
from mangaxr import synthetic
from mangaxr.build.validate import ALL_RULES, check_store, validate_store
from mangaxr.errors import UnknownNameError
from mangaxr.store.contract import (
    ARRAYS,
    CHANNEL_COORDS,
    GALAXY_COORDS,
    PIXEL_COORDS,
    SCALINGS,
    all_variables,
)
from mangaxr.store.validation.levels import LEVELS
from mangaxr.store.validation.rule import find_rule


def test_the_rules_have_ids_that_tell_their_level() -> None:
    """Ids are unique, in order, and their first digit is the place of their level."""
    ids = [rule.id for rule in ALL_RULES]
    assert ids == sorted(set(ids))
    assert all(rule.id[:3] == f"MX{LEVELS.index(rule.level) + 1}" for rule in ALL_RULES)


def test_the_example_is_sound_at_every_level() -> None:
    """No rule that ran found anything, and none was left out."""
    store = synthetic.example_store()
    report = check_store(store, level="sources", sas=synthetic.example_survey())
    assert report.issues == []
    assert report.rules == [rule.id for rule in ALL_RULES]
    assert (report.left_out, report.decoded, report.rebuilt) == ({}, 3, 3)


def test_missing_variables_are_found(copy: Path) -> None:
    """Every variable is required; a rule that needs an absent one is left out, and said so."""
    for part in (GALAXY_COORDS, CHANNEL_COORDS, PIXEL_COORDS, SCALINGS, ARRAYS):
        for spec in part[::3]:
            shutil.rmtree(copy / spec.name)
        report = check_store(copy, level="semantics")
        found = {issue.variable for issue in report.issues if issue.rule == "MX106"}
        assert {spec.name for spec in part[::3]} <= found
    assert "galaxy" in report.left_out["MX305"]
    assert "MX305" not in report.rules


def test_a_store_without_any_variable_is_checked_to_the_end(copy: Path) -> None:
    """Nothing is left but the root: each variable is missing, and no rule stumbles."""
    for spec in all_variables():
        shutil.rmtree(copy / spec.name)
    report = check_store(copy, level="sources")
    assert report.counts["MX106"] == len(all_variables())
    assert len([i for i in report.issues if i.rule == "MX106"]) == 21
    assert str(report.issues[-1]).startswith("MX")


def test_every_issue_is_told_at_once(copy: Path) -> None:
    """Faults of all levels are all reported, not the first alone."""
    both(
        metadata("reff", lambda m: m["attributes"].update(units="kpc")),
        values("scaling_scale", np.zeros_like),
        attribute("recipe_digest", "0" * 64),
        chunk("coverage", None),
        chunk("tensor", flip),
        chunk("z", flip),
    )(copy)
    found = {issue.rule for issue in validate_store(copy, level="semantics")}
    assert {"MX110", "MX117", "MX118", "MX201", "MX210", "MX214", "MX302"} <= found


def test_a_bad_chunk_leaves_the_others_to_be_checked(copy: Path) -> None:
    """A fault in the second channel is found though the first one's chunk is damaged."""

    def mutate(path: Path) -> None:
        root(path)["ivar"][0, 1, 12, 12] = -1.0

    both(mutate, chunk("ivar", flip))(copy)
    found = {issue.rule for issue in validate_store(copy)}
    assert {"MX201", "MX206"} <= found


def test_of_one_rule_twenty_issues_are_kept_and_the_rest_counted(copy: Path) -> None:
    """The last issue of a rule says how many more there are."""
    units = [metadata(s.name, lambda m: m["attributes"].update(units="m")) for s in SCALINGS]
    texts = [metadata(s.name, lambda m: m["attributes"].update(units="m")) for s in GALAXY_COORDS]
    both(*units, *texts)(copy)
    report = check_store(copy, level="structure")
    changed = len(SCALINGS) + len(GALAXY_COORDS)
    assert report.counts["MX110"] == changed
    assert report.issues[-1].message == f"and {changed - 20} more such issues"


def test_levels_are_cumulative(copy: Path) -> None:
    """What a level finds the next one finds too; a level finds nothing of the next."""
    both(attribute("contract_version", "0.9"), attribute("recipe_digest", "?"))(copy)
    found = [{i.rule for i in validate_store(copy, level=level)} for level in LEVELS[:3]]
    assert found[0] == {"MX102"}
    assert found[1] == {"MX102", "MX214"}
    assert found[2] == {"MX102", "MX214", "MX302"}


def test_a_sample_decodes_as_many_galaxies_as_it_says(copy: Path) -> None:
    """A fault in a galaxy that is not among the sample is not seen; rows are always checked."""
    values("tensor", lambda v: v + 1, at=1)(copy)
    report = check_store(copy, level="values", deep=1)
    assert report.decoded == 1
    assert report.issues == []
    assert {i.galaxy for i in validate_store(copy, deep=2)} == set()
    assert {i.galaxy for i in validate_store(copy, deep="all")} == {"8001-1902"}


@pytest.mark.parametrize("name", ["absent.zarr", "empty.zarr", "file.zarr"])
def test_a_path_without_a_store_is_an_issue_not_an_exception(tmp_path: Path, name: str) -> None:
    """Validation reports; it does not raise."""
    (tmp_path / "empty.zarr").mkdir()
    (tmp_path / "file.zarr").write_text("store")
    report = check_store(tmp_path / name, level="sources")
    assert [issue.rule for issue in report.issues] == ["MX101"]
    assert not report.readable


def test_odd_arguments_are_refused(built: Path) -> None:
    """A level or a number that is none is an error of the caller's."""
    with pytest.raises(UnknownNameError, match="unknown level 'all'"):
        validate_store(built, level="all")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="deep is 0"):
        validate_store(built, deep=0)
    with pytest.raises(UnknownNameError, match="no rule is called 'MX999'"):
        find_rule("MX999", ALL_RULES)


@pytest.mark.parametrize("seed", range(3))
def test_random_damage_to_many_files_is_reported_and_never_raised(copy: Path, seed: int) -> None:
    """Ten files with bytes overwritten, cut or emptied: issues, and no exception."""
    chance = random.Random(seed)
    files = sorted(f for f in copy.rglob("*") if f.is_file() and f.parent != copy)
    for file in chance.sample(files, 10):
        data = bytearray(file.read_bytes())
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data[: chance.choice((len(data), len(data) // 2, 0))])
    issues = validate_store(copy, level="semantics")
    assert issues
    assert all("\n" not in str(issue) for issue in issues)


def test_the_public_name_is_this_function() -> None:
    """`mangaxr.validate_store` is what is tested here."""
    assert mangaxr.validate_store is validate_store
