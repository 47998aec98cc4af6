"""The long runs: ``python tests/torture NAME [options]``; without a name, all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder of tests is not installed

PROGRAMS: Mapping[str, str] = {
    "fuzz": "torture.fuzz",
    "kills": "torture.kills",
    "faults": "torture.faults",
}
"""Name -> module, whose ``main`` takes options and returns an exit status."""


def main(arguments: list[str]) -> int:
    """Run one program with its options, or each without."""
    if not arguments:
        return max(_program(name)([]) for name in PROGRAMS)
    name, *options = arguments
    if name not in PROGRAMS:
        print(f"no program is called {name}: use one of {', '.join(PROGRAMS)}", file=sys.stderr)
        return 2
    return _program(name)(options)


def _program(name: str) -> Callable[[list[str]], int]:
    program: Callable[[list[str]], int] = import_module(PROGRAMS[name]).main
    return program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
