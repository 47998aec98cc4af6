"""The recipe: what it accepts, its digest, how two differ."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from mangaxr.datamodel.releases import find_release
from mangaxr.errors import UnknownNameError
from mangaxr.tensors.recipe import Recipe


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("channels", (), "none is given"),
        ("channels", ("ha_velo",), "ha_vel"),
        ("grid", "fields", "field"),
        ("grid", "", "arcsec"),
        ("scaling", "robus", "robust"),
        ("mask", "donot", "donotuse"),
        ("mask", "", "donotuse"),
        ("mask", "NOCOV+LOWCOW", "LOWCOV"),
        ("npix", 0, "1 to 1024"),
        ("npix", 1025, "1 to 1024"),
        ("npix", 64.5, "npix"),
        ("npix", "64", "npix"),
        ("min_coverage", 1.1, "0 to 1"),
        ("min_coverage", math.nan, "0 to 1"),
        ("min_coverage", "half", "min_coverage"),
        ("min_snr", -1.0, "min_snr"),
        ("min_snr", math.nan, "min_snr"),
        ("min_snr", math.inf, "min_snr"),
        ("pixel_scale", 0.5, "--grid arcsec"),
    ],
)
def test_a_wrong_value_is_one_line_with_what_would_be_right(
    field: str, value: Any, hint: str
) -> None:
    """Every field refuses what it cannot use, by name and with what to use."""
    with pytest.raises(UnknownNameError) as caught:
        Recipe(**{field: value})
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scale", [0.0, -0.5, math.nan, math.inf])
def test_a_pixel_scale_is_positive(scale: float) -> None:
    """A pixel without extent is refused."""
    with pytest.raises(UnknownNameError, match="pixel_scale"):
        Recipe(grid="arcsec", pixel_scale=scale)


def test_an_unknown_release_lists_those_that_exist() -> None:
    """A release without public maps raises one line with the releases there are."""
    with pytest.raises(UnknownNameError, match=r"DR15.*DR17"):
        find_release("DR18")


def test_equal_recipes_have_equal_digests_whatever_the_type_of_their_numbers() -> None:
    """A whole number, a float and numpy's numbers of one value are one recipe."""
    plain = Recipe(npix=32, min_snr=3.0, min_coverage=0.0)
    for other in (
        Recipe(npix=32, min_snr=3, min_coverage=0),
        Recipe(npix=np.int64(32), min_snr=np.float32(3.0), min_coverage=np.float64(0.0)),  # type: ignore[arg-type]
    ):
        assert other == plain
        assert other.digest() == plain.digest()
        assert other.differences(plain) == []


def test_a_recipe_survives_json() -> None:
    """What is read back from JSON is the recipe that was written."""
    recipe = Recipe(channels=("sii_flux", "vel:Hb-4862"), grid="re", npix=7, mask="NOCOV+FORESTAR")
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_recipe_of_another_version_is_an_error_that_names_the_field() -> None:
    """An unknown field is not dropped in silence."""
    with pytest.raises(UnknownNameError, match="'smoothing'"):
        Recipe.from_dict({**Recipe().to_dict(), "smoothing": 2})


@pytest.mark.parametrize(
    "change",
    [
        {"channels": ("ha_vel", "ha_flux")},
        {"grid": "arcsec"},
        {"npix": 63},
        {"scaling": "asinh"},
        {"mask": "dap"},
        {"min_coverage": 0.25},
        {"min_snr": 0.0},
        {"split": (0.8, 0.1, 0.1)},
    ],
)
def test_every_field_counts(change: dict[str, Any]) -> None:
    """A change of any field changes the digest and is named among the differences."""
    changed = Recipe(**change)
    assert changed.digest() != Recipe().digest()
    assert changed.differences(Recipe())[0].startswith(next(iter(change)))


def test_a_grid_fills_in_its_usual_scale() -> None:
    """The scale that is meant by default is part of the recipe."""
    assert Recipe(grid="arcsec") == Recipe(grid="arcsec", pixel_scale=0.5)
    assert Recipe(grid="re").pixel_scale == 5 / 64


def test_flag_names_stand_for_their_bits() -> None:
    """A mask may be a policy or flag names joined with a plus sign."""
    assert Recipe(mask="NOCOV+FORESTAR").mask_bits == 0b1001
    assert Recipe(mask="UNRELIABLE").mask_bits == 32
    assert Recipe(mask="marvin").mask_bits == 1 | 32 | 1 << 30


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ((0.7, 0.3), "shares of train, val, test"),
        ((0.7, 0.2, 0.2), "add up to 1.1"),
        ((1.2, -0.2, 0.0), "from 0 to 1"),
        ("0.7", "shares of train"),
        (0.7, "shares of train"),
    ],
)
def test_shares_that_are_none_are_refused(split: Any, words: str) -> None:
    """A split is three shares that add up to one."""
    with pytest.raises(UnknownNameError, match=words):
        Recipe(split=split)
