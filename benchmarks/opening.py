"""Opening a MAPS file whole, every plane touched: mangaxr against astropy.

``python -m benchmarks.opening`` times both on the same DR17-format files in one run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from astropy.io import fits

import mangaxr
from benchmarks.files import survey_files
from benchmarks.timing import median_times

__all__ = ["TimeOpening", "compare", "load_with_astropy", "load_with_mangaxr"]


def load_with_mangaxr(path: Path) -> int:
    """Open a file lazily, then load all of it; return the number of values."""
    with mangaxr.open_maps_file(path) as maps:
        return sum(array.size for array in maps.load().data_vars.values())


def load_with_astropy(path: Path) -> int:
    """Take every extension as an array of this machine's byte order, from the first to the last.

    One after the other: astropy inflates a stream anew whenever it has to go back.
    """
    number = 0
    with fits.open(path) as hdus:
        for hdu in hdus:
            if hdu.data is not None:
                number += hdu.data.astype(hdu.data.dtype.newbyteorder("=")).size
    return number


class TimeOpening:
    """One file of each end of the bundle sizes (asv)."""

    params = (19, 127)
    param_names = ("fibres",)

    def setup(self, fibres: int) -> None:
        self.path = survey_files(1, fibres)[0]

    def time_open(self, fibres: int) -> None:  # noqa: ARG002
        mangaxr.open_maps_file(self.path).close()

    def time_load(self, fibres: int) -> None:  # noqa: ARG002
        load_with_mangaxr(self.path)

    def peakmem_load(self, fibres: int) -> None:  # noqa: ARG002
        load_with_mangaxr(self.path)


def compare(files: list[Path], *, repeats: int) -> dict[str, float]:
    """Return median seconds per file of both sides, and how many times the other takes."""
    sides = {
        "astropy": lambda: [load_with_astropy(path) for path in files],
        "mangaxr": lambda: [load_with_mangaxr(path) for path in files],
    }
    times = median_times(sides, repeats=repeats)
    per_file = {name: seconds / len(files) for name, seconds in times.items()}
    return {**per_file, "ratio": per_file["astropy"] / per_file["mangaxr"]}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=6)
    parser.add_argument("--fibres", type=int, default=127)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    files = survey_files(arguments.galaxies, arguments.fibres)
    found = compare(files, repeats=arguments.repeats)
    print(f"astropy  {found['astropy'] * 1e3:7.1f} ms a file")
    print(f"mangaxr  {found['mangaxr'] * 1e3:7.1f} ms a file")
    print(f"ratio    {found['ratio']:7.1f}")


if __name__ == "__main__":
    main()
