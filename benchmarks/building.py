"""Building a store of the default pair, with one and two workers.

``python -m benchmarks.building`` prints milliseconds per galaxy, and how long `gzip -dc`
and, where it is installed, `igzip -dc` take to inflate the same files to nowhere. The ways
to spread a build are compared by ``benchmarks.scheduling``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.files import survey_files
from benchmarks.timing import median_times
from mangaxr import build_store

__all__ = ["TimeBuilding", "build", "compare"]


def build(files: list[Path], workers: int) -> int:
    """Build a store of some files and throw it away; return the galaxies done."""
    with tempfile.TemporaryDirectory() as folder:
        return build_store(Path(folder, "t.zarr"), files, workers=workers).done


class TimeBuilding:
    """A few small galaxies (asv)."""

    params = (1, 2)
    param_names = ("workers",)

    def setup(self, workers: int) -> None:  # noqa: ARG002
        self.files = survey_files(4, 19)

    def time_build(self, workers: int) -> None:
        build(self.files, workers)

    def peakmem_build(self, workers: int) -> None:
        build(self.files, workers)


def compare(files: list[Path], *, repeats: int) -> dict[str, float]:
    """Return median milliseconds per galaxy of every side."""
    sides: dict[str, Callable[[], object]] = {
        "mangaxr, 1 worker": lambda: build(files, 1),
        "mangaxr, 2 workers": lambda: build(files, 2),
    }
    for tool in ("gzip", "igzip"):
        if shutil.which(tool):
            command = [tool, "-dc", *map(str, files)]
            sides[f"{tool} -dc"] = lambda command=command: subprocess.run(
                command, stdout=subprocess.DEVNULL, check=True
            )
    times = median_times(sides, repeats=repeats)
    return {name: seconds / len(files) * 1e3 for name, seconds in times.items()}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=24)
    parser.add_argument("--fibres", type=int, default=127)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    files = survey_files(arguments.galaxies, arguments.fibres)
    for name, milliseconds in compare(files, repeats=arguments.repeats).items():
        print(f"{name:20} {milliseconds:7.1f} ms a galaxy")


if __name__ == "__main__":
    main()
