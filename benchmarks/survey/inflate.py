"""Inflating files to nowhere with ISA-L, for where its program ``igzip`` is not installed.

``python -m benchmarks.survey.inflate FILE...``
"""

from __future__ import annotations

import sys

from isal import igzip

__all__ = ["main"]

_PIECE = 1 << 19


def main() -> None:
    """Inflate each file to its end, where its CRC is checked."""
    for path in sys.argv[1:]:
        with igzip.open(path, "rb") as file:
            while file.read(_PIECE):
                pass


if __name__ == "__main__":
    main()
