"""Named samples: the shipped tables, and `@NAME` in place of a galaxy."""

from __future__ import annotations

import pytest

from mangaxr.errors import MangaxrError, UnknownNameError
from mangaxr.plateifu import BUNDLE_SIZES, PlateIFU
from mangaxr.samples.named import expand_samples, list_samples, load_sample

PRIMARY = ["8593-12705", "8652-12703"]
SECONDARY = ["8993-12705", "12071-12702", "10500-12703"]
ADDED = ["11013-6101", "11982-9102", "9487-9102"]


def test_lens_sources() -> None:
    """The rotators chosen as lensing sources, by role, in their order."""
    sample = load_sample("lens-sources")
    roles = {
        role: [str(g.plateifu) for g in sample if g.role == role]
        for role in ("primary", "secondary")
    }
    assert roles == {"primary": PRIMARY, "secondary": SECONDARY}


def test_lens_sources_8_adds_three() -> None:
    """The larger sample begins with the smaller."""
    names = [str(galaxy.plateifu) for galaxy in load_sample("@lens-sources-8")]
    assert names == [*PRIMARY, *SECONDARY, *ADDED]


@pytest.mark.parametrize("name", list_samples())
def test_every_galaxy_has_its_reason_and_comes_once(name: str) -> None:
    """Tables are complete, and name bundles that exist."""
    sample = load_sample(name)
    assert len({galaxy.plateifu for galaxy in sample}) == len(sample)
    for galaxy in sample:
        assert galaxy.role
        assert len(galaxy.reason) > 20
        assert galaxy.plateifu.fibres in BUNDLE_SIZES
        assert str(galaxy.plateifu.fibres) in galaxy.reason


def test_a_sample_stands_where_a_galaxy_does() -> None:
    """It is replaced by its galaxies in place; everything else stays what it was."""
    other = PlateIFU.parse("8138-12704")
    assert expand_samples([other, "@lens-sources", "x.fits.gz"]) == [
        other,
        *map(PlateIFU.parse, [*PRIMARY, *SECONDARY]),
        "x.fits.gz",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [("@lens-source", "did you mean @lens-sources"), ("@zzz", "there are @"), ("@", "there are @")],
)
def test_no_such_sample(name: str, words: str) -> None:
    """The error says what there is."""
    with pytest.raises(UnknownNameError, match=words) as caught:
        expand_samples([name])
    assert isinstance(caught.value, MangaxrError)
