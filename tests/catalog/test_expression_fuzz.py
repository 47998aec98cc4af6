"""Arbitrary text is a condition or an `ExpressionError`, and is never run."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mangaxr.catalog.conditions.expression import columns_of, evaluate
from mangaxr.errors import ExpressionError

CATALOG = xr.Dataset(
    {
        "z": ("galaxy", [0.1, np.nan]),
        "n": ("galaxy", [1, -999], {"no_value": -999}),
        "done": ("galaxy", [True, False]),
        "mode": ("galaxy", ["cube", ""]),
        "flux": (("galaxy", "line"), [[1.0, 2.0], [np.nan, np.inf]]),
        "word": ("galaxy", [1, 2], {"flag_masks": np.array([1]), "flag_meanings": "BAD"}),
    },
    coords={"galaxy": ["8138-12704", "8485-1901"], "line": ["Hb-4862", "Ha-6564"]},
)
WORDS = [
    *("z", "n", "done", "mode", "flux", "word", "galaxy", "plateifu", "nothing"),
    *("and", "or", "not", "in", "is", "if", "else", "for", "lambda", "True", "None"),
    *("<", "<=", ">", "==", "!=", "=", "&", "|", "~", "+", "-", "*", "/", "%", "**", "^", "@"),
    *("(", ")", "[", "]", "{", "}", ",", ".", ":", ":=", ";", "\\", "#", "\n", "\0"),
    *("0", "1", "2.5", "1e400", "9999999999999999999", "0x1f", "1_0", "1j", "'cube'", '"Ha-6564"'),
    *("abs", "log10", "sqrt", "isfinite", "flags", "inclination", "exec", "__import__", "'os'"),
    *("'BAD'", "f'{z}'", "b'x'", "é", "ﬂux", "\ud800"),
]

numbers = st.sampled_from(["z", "n", "flux['Ha-6564']", "0", "1.5", "-3", "log10(z)"])
comparisons = st.builds(
    "({} {} {})".format, numbers, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), numbers
)
conditions = st.recursive(
    st.one_of(comparisons, st.sampled_from(["done", "(mode == 'cube')", "flags(word, 'BAD')"])),
    lambda part: st.one_of(
        st.builds("(not ({}))".format, part),
        st.builds("({} and {})".format, part, part),
        st.builds("({} or {})".format, part, part),
        st.builds("({} & {})".format, part, part),
        st.builds("({} | {})".format, part, part),
    ),
    max_leaves=8,
)


RUNNING = ("exec", "os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "import", "open")
watched: list[str] = []
watching: list[bool] = []


@pytest.fixture(scope="module", autouse=True)
def _watch() -> None:
    """Have Python report what is run; such a report cannot be called off, only ignored."""
    evaluate("done", CATALOG)  # imports what it needs

    def report(event: str, arguments: tuple[object, ...]) -> None:
        if event in RUNNING and watching:
            watched.append(f"{event} {arguments!r}")

    sys.addaudithook(report)


def judged(text: str) -> np.ndarray | str:
    """Evaluate a text while what Python runs is watched; return the error's words if it fails."""
    watching.append(True)
    try:
        return evaluate(text, CATALOG).values
    except ExpressionError as error:
        return str(error)
    finally:
        watching.clear()


def check(text: str) -> None:
    """Check that a text is a condition, or one line of error, and that it runs nothing."""
    found = judged(text)
    assert watched == []
    if isinstance(found, str):
        assert "\n" not in found
        return
    assert found.shape == (2,)
    assert found.dtype == bool
    assert set(columns_of(text)) <= {str(name) for name in CATALOG.variables} | {"plateifu"}


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Nothing but `ExpressionError` comes of it."""
    check(text)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_any_words(text: str) -> None:
    """Nor of text that looks more like an expression."""
    check(text)


@settings(max_examples=100)
@given(conditions)
def test_a_condition_and_its_contrary_exclude_each_other(text: str) -> None:
    """No galaxy meets both, and one of which everything is known meets one of them."""
    yes, no = evaluate(text, CATALOG).values, evaluate(f"not {text}", CATALOG).values
    assert not (yes & no).any()
    assert (yes | no)[0]
    twice = evaluate(f"not (not {text})", CATALOG).values
    np.testing.assert_array_equal(yes, twice)


def test_the_watch_would_see_it() -> None:
    """What the tests above rely on: running a text is reported."""
    watching.append(True)
    eval("1 + 1")
    watching.clear()
    assert len(watched) == 1
    watched.clear()
