"""Lenses written in a line."""

from __future__ import annotations

import pytest

from mangaxr.errors import LensError, UnknownNameError
from mangaxr.lensing import EPL, SIE, SIS, TNFW, Component, PJaffe, Shear
from mangaxr.lensing.named import PROFILES, parse_component, written

EVERY = (
    SIS(1.1, 0.1, -0.2),
    SIE(1.0, 0.1, 1e-3, core=0.05),
    EPL(1.0, 2.1, 0.1, 0.0),
    Shear(0.01, -0.02),
    PJaffe(0.1, 1 / 3),
    TNFW(0.003, 0.1, 0.5, x=1e-7),
)


@pytest.mark.parametrize("component", EVERY, ids=lambda c: type(c).__name__)
def test_a_component_is_read_as_it_was_written(component: Component) -> None:
    """To the last bit."""
    assert parse_component(written(component)) == component


def test_every_profile_has_a_name() -> None:
    """So that the command line can have it."""
    assert {type(component) for component in EVERY} == set(PROFILES.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sis", "no theta_E; sis takes theta_E, x, y"),
        ("sis:theta_E", "'theta_E' has no ="),
        ("sis:theta_E=one", "'one' is no number"),
        ("sis:theta_E=1,z=2", "'z' is no parameter"),
        ("sis:theta_E=-1", "theta_E = -1.0"),
        ("sie:theta_E=1,e1=0.1", "no e2"),
    ],
)
def test_what_is_no_lens_is_told(text: str, words: str) -> None:
    """With what was expected."""
    with pytest.raises(LensError, match=words):
        parse_component(text)


def test_an_unknown_profile_is_told() -> None:
    """With those there are."""
    with pytest.raises(UnknownNameError, match="unknown lens 'nfw': use one of sis, sie"):
        parse_component("nfw:Rs=1")
