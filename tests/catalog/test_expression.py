"""Conditions as text: what they mean, against numpy, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from mangaxr.catalog.conditions.expression import FUNCTIONS, columns_of, evaluate
from mangaxr.errors import ExpressionError

Z = np.array([0.01, 0.05, np.nan, 0.1])
MASS = np.array([1e9, 1e10, 1e11, np.nan])
DONE = np.array([True, False, True, True])
WORD = np.array([0, 2**30, 1, -999])
MODE = np.array(["cube", "rss", "cube", ""])
FLUX = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [np.nan, 40.0]])


@pytest.fixture(scope="module")
def catalog() -> xr.Dataset:
    """Return four galaxies: the third has no redshift, the fourth no mass and no quality."""
    flags = {
        "flag_masks": np.array([1, 2**30]),
        "flag_meanings": "FORESTAR CRITICAL",
        "no_value": -999,
    }
    return xr.Dataset(
        {
            "z": ("galaxy", Z),
            "mass": ("galaxy", MASS),
            "done": ("galaxy", DONE),
            "dapqual": ("galaxy", WORD, flags),
            "mode": ("galaxy", MODE),
            "flux": (("galaxy", "line"), FLUX),
            "bare": (("galaxy", "bare_0"), FLUX),
        },
        coords={
            "galaxy": ["8138-12704", "8485-1901", "8485-1902", "9000-3701"],
            "plate": ("galaxy", [8138, 8485, 8485, 9000]),
            "line": ["Hb-4862", "Ha-6564"],
        },
    )


KNOWN = np.isfinite(Z)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z < 0.05", Z < 0.05),
        ("Z <= 0.05", Z <= 0.05),
        ("z != 0.05", (Z != 0.05) & KNOWN),
        ("0.01 < z < 0.1", (Z > 0.01) & (Z < 0.1)),
        ("z < 0.05 or mass > 5e9", (Z < 0.05) | (MASS > 5e9)),
        ("(z < 0.06) & (mass > 5e9)", (Z < 0.06) & (MASS > 5e9)),
        ("(z < 0.05) | done", (Z < 0.05) | DONE),
        ("not done", ~DONE),
        ("~done", ~DONE),
        ("done == True", DONE),
        ("done != (z > 0)", [False, True, False, False]),
        ("log10(mass) >= 10", np.log10(MASS) >= 10),
        ("sqrt(z) < 0.3 and abs(-z) > 0.02", (np.sqrt(Z) < 0.3) & (Z > 0.02)),
        ("z * 2 + 1 - 0.1 / 2 > 1", Z * 2 + 1 - 0.05 > 1),
        ("plate % 2 == 0", [True, False, False, True]),
        ("mass ** 0.5 > 5e4", MASS**0.5 > 5e4),
        ("+z > -z", Z > -Z),
        ('flux["Ha-6564"] > 15', FLUX[:, 1] > 15),
        ("flux['Hb-4862'] / flux['Ha-6564'] < 0.2", [True, True, True, False]),
        ('mode == "cube"', MODE == "cube"),
        ('mode != "cube"', MODE != "cube"),
        ('mode in ("cube", "rss")', MODE != ""),
        ("plate in [8138, 9000]", [True, False, False, True]),
        ("plate not in {8138, 9000}", [False, True, True, False]),
        ("z in (0.05, 0.1)", [False, True, False, True]),
        ("z not in (0.05, 0.1)", [True, False, False, False]),
        ('plateifu == "8485-1901"', [False, True, False, False]),
        ('galaxy in ("8485-1901",)', [False, True, False, False]),
        ('flags(dapqual, "CRITICAL")', [False, True, False, False]),
        ('flags(dapqual, "CRITICAL", "FORESTAR")', [False, True, True, False]),
        ('not flags(dapqual, "CRITICAL")', [True, False, True, False]),
        ("dapqual & 2**30 > 0", [False, True, False, False]),
        ("(dapqual | 1) == 1", [True, False, True, False]),
        ("dapqual == 0", [True, False, False, False]),
        ("dapqual != 0", [False, True, True, False]),
        ("isfinite(z)", KNOWN),
        ("not isfinite(z)", ~KNOWN),
        ("inclination(z * 10) > 80", [True, False, False, False]),
        ("z / 0 > 1e300", KNOWN),
        ("9 ** 9 ** 9 ** 9 > 1", [True] * 4),
        ("1 < 2", [True] * 4),
        ("True", [True] * 4),
        ("z <\n 0.05\tand done", (Z < 0.05) & DONE),
        ("   z < 0.05", Z < 0.05),
    ],
)
def test_conditions_mean_what_numpy_says(
    text: str, expected: np.ndarray, catalog: xr.Dataset
) -> None:
    """Each form gives what numpy gives, a missing value apart, which meets no condition."""
    found = evaluate(text, catalog)
    assert found.dims == ("galaxy",)
    assert found.dtype == bool
    assert found.attrs["expression"] == text
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "text", ["z > 0.02", "z > 0.02 and done", "z > 0.02 or mass > 2e10", 'flux["Hb-4862"] == 2']
)
def test_a_missing_value_meets_neither_a_condition_nor_its_contrary(
    text: str, catalog: xr.Dataset
) -> None:
    """Both together are all galaxies but those of whom it cannot be told."""
    yes, no = evaluate(text, catalog), evaluate(f"not ({text})", catalog)
    assert not (yes & no).any()
    unknown = {"z > 0.02": [2], "z > 0.02 and done": [2], 'flux["Hb-4862"] == 2': [3]}
    assert np.flatnonzero(~(yes | no)).tolist() == unknown.get(text, [])


def test_what_is_known_anyway_does_not_need_the_rest(catalog: xr.Dataset) -> None:
    """`done or z > 1` holds where done is set, whether z is known or not."""
    np.testing.assert_array_equal(evaluate("done or z > 1", catalog), DONE)
    np.testing.assert_array_equal(evaluate("not (not done and z > 1)", catalog), [True] * 4)


def test_selecting_with_a_condition(catalog: xr.Dataset) -> None:
    """The result selects galaxies of the catalog it was made from."""
    chosen = catalog.isel(galaxy=np.flatnonzero(evaluate("plate == 8485", catalog)))
    assert chosen.galaxy.values.tolist() == ["8485-1901", "8485-1902"]


def test_columns_are_named_in_order() -> None:
    """Functions are no columns, a name comes once, in lower case."""
    assert columns_of("Z > 1 and z < 2 and log10(mass) > flux['Ha-6564']") == ("z", "mass", "flux")
    assert columns_of("abs > 1 and isfinite(abs)") == ("abs",)
    assert columns_of("1 < 2") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("z <", "at its end"),
        ("z < 3 andd", "at character 7, 'andd'"),
        ("z = 3", "at character 3, '= 3'"),
        ("abs(z", r"'\(' was never closed"),
        ("zz < 3", "at character 1, 'zz': no column is called 'zz': did you mean z?"),
        ("done and masss > 3", "at character 10, 'masss'.* did you mean mass"),
        ("flux > 3", r"choose one, such as flux\[\"Hb-4862\"\]"),
        ("bare > 3", "several values per galaxy"),
        ("bare['x'] > 3", "have no names to choose by"),
        ("flux['Ha-6565'] > 3", "no entry 'Ha-6565': did you mean Ha-6564"),
        ("flux['ha'] > 3", "did you mean Ha-6564"),
        ("flux['?'] > 3", "there are Hb-4862, Ha-6564"),
        ("flux[1] > 3", "never by its position"),
        ("flux[-1] > 3", "never by its position"),
        ("flux['Ha-6564']['x'] > 3", "expected the name of a column"),
        ("z['Ha-6564'] > 3", "one value per galaxy"),
        ("z", "is no condition"),
        ("z and done", "at character 1, 'z': is no condition"),
        ("not z", "is no condition"),
        ("z < 0.1 & done", "put parentheses around the comparisons, or write and"),
        ("z < 0.1 | z", "put parentheses around the comparisons, or write or"),
        ("z & 1 > 0", "whole numbers"),
        ("mode < 'x'", "only numbers have an order"),
        ("done < True", "only numbers have an order"),
        ("mode == 3", "different kinds"),
        ("mode + 'x' == 'cubex'", "is not a number"),
        ("'a' * 10**9 == mode", "is not a number"),
        ("-done", "is not a number"),
        ("z in 3", "expected a list after 'in'"),
        ("z in ()", "expected a list after 'in'"),
        ("(1, 2) == z", "a list belongs after 'in'"),
        ("z is 3", r"write ==\) is not allowed"),
        ("z.real > 1", "a dot after a name is not allowed"),
        ("(lambda: 1)()", "lambda is not allowed"),
        ("[x for x in z]", "for ... in is not allowed"),
        ("z if done else 3", r"if ... else is not allowed"),
        ("f'{z}' == mode", "an f-string is not allowed"),
        ("(z := 3) > 1", "an assignment is not allowed"),
        ("z // 2 > 1", "// is not allowed"),
        ("z ^ 2 > 1", r"\^ is not allowed"),
        ("{'a': 1} == z", "a dictionary is not allowed"),
        ("max(z) > 1", "cannot be called: there are abs"),
        ("z(1) > 1", "cannot be called"),
        ("abs(z)(1) > 1", "cannot be called"),
        ("abs(z, z) > 1", "takes one number"),
        ("abs(x=z) > 1", "a named argument is not allowed"),
        ("abs(*z) > 1", "a star before a name is not allowed"),
        ("abs(done) > 1", "is not a number"),
        ("flags(dapqual)", "takes a column and flag names"),
        ("flags(z, 'CRITICAL')", "has no named flags"),
        ("flags(dapqual, 'critical')", "did you mean 'CRITICAL'"),
        ("flags(dapqual, 3)", "there are FORESTAR, CRITICAL"),
        ("flags('dapqual', 'CRITICAL')", "expected the name of a column"),
        ("None == z", "neither a number nor a text"),
        ("1j > z", "neither a number nor a text"),
        ("b'x' == mode", "neither a number nor a text"),
        ("... == z", "neither a number nor a text"),
        (f"z < 1{'0' * 400}", "too large a number"),
        ("-" * 100 + "1 > z", "levels deep"),
        ("(" * 300 + "z" + ")" * 300 + " > 1", "too many nested"),
        ("z > 1 or " * 200 + "done", "at most 1000"),
        ("z < 3\0", "invalid"),
        ("__import__('os').getcwd() == mode", "not allowed"),
        ("().__class__.__bases__[0].__subclasses__()", "not allowed"),
    ],
)
def test_what_is_refused_is_explained(text: str, words: str, catalog: xr.Dataset) -> None:
    """The error is one line that says where, and what to do."""
    with pytest.raises(ExpressionError, match=words) as caught:
        evaluate(text, catalog)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_functions_are_listed() -> None:
    """What can be called is what the error lists."""
    assert set(FUNCTIONS) == {"abs", "log10", "sqrt", "inclination", "isfinite", "flags"}
