"""Opening a MAPS file whole, every plane touched: mangaxr against astropy.

``python -m benchmarks.opening`` times both on the same DR17-format files in one run.
"""

from __future__ import annotations

from pathlib import Path

from astropy.io import fits

import mangaxr
from benchmarks.against_astropy import read_in_turn, run
from benchmarks.files import survey_files

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
    return read_in_turn(
        files, mangaxr=load_with_mangaxr, astropy=load_with_astropy, repeats=repeats
    )


if __name__ == "__main__":
    run(__doc__, compare)
