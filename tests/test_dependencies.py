"""What pyproject.toml says of other libraries is what the tests run with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]

REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[[\w,]+\])?(?P<relation>>=|==)(?P<version>[\d.]+)")
"""A requirement as this project writes them: a lower bound or a pin, and nothing else."""

CAPPED = {"lenstronomy>=1.13,<1.14": "lenstronomy>=1.13"}
"""Requirements with an upper bound: from there on its licence is not ours to pass on."""

OWN_EXTRAS = re.compile(r"mangaxr\[([\w,]+)\]")


def requirements(*extras: str) -> list[str]:
    """Return what the package needs with some extras, those that they name included."""
    found: list[str] = list(PROJECT["dependencies"])
    for extra in extras:
        for each in PROJECT["optional-dependencies"][extra]:
            own = OWN_EXTRAS.fullmatch(each)
            found += requirements(*own[1].split(",")) if own else [each]
    return list(dict.fromkeys(found))


def every_requirement() -> list[str]:
    """Return what any extra or the build asks for, but for the package itself."""
    build = tomllib.loads(PYPROJECT)["build-system"]["requires"]
    return [*build, *requirements(*PROJECT["optional-dependencies"])]


def oldest() -> list[str]:
    """Return the versions that ``make test-oldest`` holds the libraries to."""
    lines = (ROOT / "tests" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "==" in line]


def installed() -> list[str]:
    """Return the extras that ``make test-oldest`` installs."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r'--constraint tests/oldest\.txt --editable "\.\[([\w,]+)\]"', makefile)
    assert found
    return found[1].split(",")


def test_the_oldest_versions_are_the_bounds() -> None:
    """Each library of the package and its tests is held to its lower bound, in the same order."""
    bounds = [REQUIREMENT.fullmatch(each) for each in requirements(*installed())]
    assert oldest() == [f"{bound['name']}=={bound['version']}" for bound in bounds if bound]


def test_users_extras_are_tested() -> None:
    """Whatever an extra installs, the oldest of it is tested; those of developers aside."""
    developers = {"test", "check", "docs", "bench", "lenstronomy"}
    users = set(PROJECT["optional-dependencies"]) - developers
    assert users
    assert set(requirements(*users)) <= set(requirements(*installed()))


@pytest.mark.parametrize("requirement", every_requirement())
def test_a_requirement_is_one_bound_with_its_reason(requirement: str) -> None:
    """There is no marker, hardly an upper bound, and a comment behind each that says why."""
    assert REQUIREMENT.fullmatch(CAPPED.get(requirement, requirement))
    lines = [line for line in PYPROJECT.splitlines() if f'"{requirement}"' in line]
    assert lines
    assert [line for line in lines if not re.search(r'"[\],]*\s+# \w', line)] == []
