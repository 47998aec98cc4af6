"""The parts of the synthetic survey import one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mangaxr import synthetic

ROOT = Path(synthetic.__file__).parent
PARTS = ("galaxy", "observe", "files", "catalogs")
"""Each may know those before it; the modules of the folder itself may know all."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_knows_only_those_below_it(part: str) -> None:
    """No file of a part imports a part above it, nor a module of the folder above all parts."""
    allowed = set(PARTS[: PARTS.index(part) + 1])
    for path in (ROOT / part).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(synthetic.__name__):
                assert str(node.module).split(".")[2] in allowed, (path.name, node.module)


def test_every_folder_is_a_part() -> None:
    """A new folder has to be given its place in the order."""
    assert {path.parent.name for path in ROOT.glob("*/*.py")} == set(PARTS)
