"""Reading files with mangaxr and with astropy, in turn, in one run."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.files import survey_files

__all__ = ["read_in_turn", "run"]

Read = Callable[[Path], object]
Found = dict[str, float]


def read_in_turn(files: list[Path], *, mangaxr: Read, astropy: Read, repeats: int) -> Found:
    """Return median seconds per file of both, and ``ratio``: how many times astropy takes.

    Both read a file right after each other, and the ratio is the median of theirs: a machine whose
    speed changes within seconds is as fast for the one as for the other. Files take turns, as
    `open_maps` remembers the last three, and the first round does not count.
    """
    sides = {"mangaxr": mangaxr, "astropy": astropy}
    pairs = []
    for round_number in range(repeats + 1):
        for path in files:
            pair = {name: _seconds(read, path) for name, read in sides.items()}
            if round_number:
                pairs.append(pair)
    found = {side: statistics.median(pair[side] for pair in pairs) for side in sides}
    ratio = statistics.median(pair["astropy"] / pair["mangaxr"] for pair in pairs)
    return {**found, "ratio": ratio}


def _seconds(read: Read, path: Path) -> float:
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def run(description: str | None, compare: Callable[..., Found]) -> None:
    """Run the command line of such a comparison, and print what it finds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--galaxies", type=int, default=6)
    parser.add_argument("--fibres", type=int, default=127)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    files = survey_files(arguments.galaxies, arguments.fibres)
    size = sum(path.stat().st_size for path in files) / len(files) / 1e6
    found = compare(files, repeats=arguments.repeats)
    print(f"{len(files)} files of {arguments.fibres} fibres, {size:.1f} MB compressed each")
    print(f"astropy  {found['astropy'] * 1e3:7.1f} ms a file")
    print(f"mangaxr  {found['mangaxr'] * 1e3:7.1f} ms a file")
    print(f"ratio    {found['ratio']:7.1f}")
