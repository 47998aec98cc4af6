"""Reading files with mangaxr and with astropy, in turn, in one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.files import survey_files
from benchmarks.timing import median_times

__all__ = ["read_in_turn", "run"]

Read = Callable[[Path], object]
Found = dict[str, float]


def read_in_turn(files: list[Path], *, mangaxr: Read, astropy: Read, repeats: int) -> Found:
    """Return median seconds per file of both, and ``ratio``: how many times astropy takes."""
    times = median_times(
        {
            "mangaxr": lambda: [mangaxr(path) for path in files],
            "astropy": lambda: [astropy(path) for path in files],
        },
        repeats=repeats,
    )
    per_file = {name: seconds / len(files) for name, seconds in times.items()}
    return {**per_file, "ratio": per_file["astropy"] / per_file["mangaxr"]}


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
