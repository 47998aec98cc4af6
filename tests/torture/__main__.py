"""Long tests of what may go wrong, each a program: ``python tests/torture PROGRAM ...``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

PROGRAMS = {
    "kills": "builds that are killed at random moments, and resumed",
    "faults": "builds whose writes are refused, one after the other",
}
"""Each is a module of this package that defines ``main(arguments)``; --help tells the rest."""


def main(words: list[str]) -> int:
    """Run a program."""
    if not words or words[0] not in PROGRAMS:
        print("\n".join(f"{name:<8}{what}" for name, what in PROGRAMS.items()))
        return 2
    status = import_module(f"torture.{words[0]}").main(words[1:])
    return int(status)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main(sys.argv[1:]))
