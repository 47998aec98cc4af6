"""Reading the default pair of planes from ``.fits.gz``: mangaxr against astropy.

``python -m benchmarks.reading`` times both on the same DR17-format files in one run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from astropy.io import fits

from benchmarks.against_astropy import read_in_turn, run
from benchmarks.files import survey_files
from mangaxr.maps.geometry import SKY_EXTENSION
from mangaxr.maps.stream import read_maps
from mangaxr.tensors.channels import DEFAULT_CHANNELS, parse_channels, wanted_planes

__all__ = ["TimeReading", "compare", "read_with_astropy", "read_with_mangaxr"]

LINE = "Ha-6564"
WANTED = {SKY_EXTENSION: None, **wanted_planes(parse_channels(DEFAULT_CHANNELS))}
Planes = dict[str, npt.NDArray[np.generic]]


def read_with_mangaxr(path: Path) -> Planes:
    """Read what the tensors of the default pair need."""
    raw = read_maps(path, WANTED)
    return {name: np.squeeze(raw[name].native()) for name in WANTED}


def read_with_astropy(path: Path) -> Planes:
    """Read the same planes the usual way, the line chosen by name."""
    planes: Planes = {}
    with fits.open(path) as hdus:
        for name, lines in WANTED.items():
            hdu = hdus[name]
            if lines is None:
                planes[name] = np.array(hdu.data)
                continue
            keys = [key for key, value in hdu.header.items() if value == lines[0]]
            planes[name] = np.array(hdu.data[int(keys[0][1:]) - 1])
    return planes


class TimeReading:
    """One file of each end of the bundle sizes (asv)."""

    params = (19, 127)
    param_names = ("fibres",)

    def setup(self, fibres: int) -> None:
        self.path = survey_files(1, fibres)[0]

    def time_mangaxr(self, fibres: int) -> None:  # noqa: ARG002
        read_with_mangaxr(self.path)

    def time_astropy(self, fibres: int) -> None:  # noqa: ARG002
        read_with_astropy(self.path)

    def peakmem_mangaxr(self, fibres: int) -> None:  # noqa: ARG002
        read_with_mangaxr(self.path)


def compare(files: list[Path], *, repeats: int) -> dict[str, float]:
    """Return median seconds per file of both, and their ratio, after checking the planes.

    Raises
    ------
    ValueError
        If the two do not read the same.
    """
    for name, plane in read_with_astropy(files[0]).items():
        if not np.array_equal(plane, read_with_mangaxr(files[0])[name]):
            msg = f"{name} differs between astropy and mangaxr"
            raise ValueError(msg)
    return read_in_turn(
        files, mangaxr=read_with_mangaxr, astropy=read_with_astropy, repeats=repeats
    )


if __name__ == "__main__":
    run(__doc__, compare)
