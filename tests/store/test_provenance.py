"""Splits never change, and never part a target."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.store.layout import slabs
from mangaxr.store.provenance import software_versions, split_of, split_rule

# Worked out with sha256sum: the first 15 hex digits of sha256("mangaxr-v1:ID") over 16**15.
KNOWN = {
    "1-113540": "test",
    "1-339041": "train",
    "1-596678": "val",
    "12-84679": "train",
    "1-48157": "train",
    "1-24099": "val",
    "99-8001001": "train",
    "1-633942": "train",
    "1-23177": "test",
}


@pytest.mark.parametrize(("mangaid", "split"), KNOWN.items())
def test_a_target_stays_in_its_split(mangaid: str, split: str) -> None:
    """Known targets are where they were when the rule was made."""
    assert split_of(mangaid) == split


@given(st.text(max_size=20))
def test_the_split_is_the_published_hash(mangaid: str) -> None:
    """Whatever the name, the split follows from SHA-256 and the published shares."""
    digest = hashlib.sha256(("mangaxr-v1:" + mangaid).encode()).hexdigest()
    share = int(digest[:15], 16) / 2**60
    expected = ["train", "val", "test"][(share >= 0.7) + (share >= 0.85)]
    assert split_of(mangaid) == expected


def test_the_shares_are_as_published() -> None:
    """Of many targets 70, 15 and 15 % fall to the three splits."""
    splits = [split_of(f"1-{number}") for number in range(10_000)]
    rule = split_rule()
    for name in ("train", "val", "test"):
        assert splits.count(name) / 10_000 == pytest.approx(rule[name], abs=0.02)
    assert rule["train"] + rule["val"] + rule["test"] == pytest.approx(1)


@given(st.integers(1, 1000))
def test_slabs_cover_every_galaxy_once(galaxies: int) -> None:
    """Slabs are consecutive, disjoint, and each begins a chunk."""
    ranges = slabs(galaxies)
    assert [i for members in ranges for i in members] == list(range(galaxies))
    assert all(members.start % 64 == 0 for members in ranges)


def test_versions_of_what_touches_the_numbers_are_known() -> None:
    """Python and the installed libraries are named with their versions."""
    versions = software_versions()
    assert {"python", "numpy", "scipy", "zarr", "astropy"} <= set(versions)
    assert all(versions.values())


@given(st.text(max_size=20))
def test_other_shares_are_honoured(mangaid: str) -> None:
    """All of a share of one; the split of nothing is empty."""
    assert split_of(mangaid, (0, 1, 0)) == "val"
    assert split_of(mangaid, (0.7, 0.0, 0.3)) != "val"
