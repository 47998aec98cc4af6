"""As many galaxies as wanted, in the survey's mix of bundles, from the 17 of one plate.

Only headers are written anew: a file is a gzip member of its own header, and one of all that
follows, the same for every copy. It inflates as a file of the survey does, and is read as
another galaxy.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from astropy.io import fits

from benchmarks.files import COMPRESSION, survey_files
from mangaxr.synthetic.observe.footprint import BUNDLES

__all__ = ["LARGEST", "PLATE", "mixed_files"]

PLATE = {fibres: bundle.designs for fibres, bundle in BUNDLES.items()}
"""Fibres -> bundles of a plate."""
LARGEST = {max(PLATE): PLATE[max(PLATE)]}
"""The largest bundles of a plate alone."""

_BLOCK = 2880
_FIRST_PLATE = 7000


class _Bundle(NamedTuple):
    """A galaxy to copy: its IFU design, its primary header, and the rest, compressed."""

    ifu: int
    header: fits.Header
    rest: bytes
    name: str


def mixed_files(galaxies: int, plate: Mapping[int, int] = PLATE) -> list[Path]:
    """Return MAPS files of a survey of so many galaxies; written on first use.

    Parameters
    ----------
    galaxies
        How many.
    plate
        Fibres -> bundles of which a plate consists.

    Examples
    --------
    >>> [path.name[:16] for path in mixed_files(1)]
    ['manga-7000-1901-']
    """
    kinds = "-".join(map(str, plate))
    folder = Path(tempfile.gettempdir(), "mangaxr-benchmark", f"of-{kinds}-{galaxies}")
    if not folder.is_dir():
        partial = folder.with_suffix(".partial")
        partial.mkdir(parents=True, exist_ok=True)
        bundles = list(_bundles(plate, min(galaxies, sum(plate.values()))))
        for number in range(galaxies):
            plates, place = divmod(number, len(bundles))
            _copy(bundles[place], _FIRST_PLATE + plates, partial)
        partial.rename(folder)
    return sorted(folder.iterdir())


def _bundles(plate: Mapping[int, int], most: int) -> Iterator[_Bundle]:
    """Make the galaxies of one plate, the first so many of them."""
    for fibres, number in plate.items():
        for place, path in enumerate(survey_files(min(number, most), fibres), start=1):
            content = gzip.decompress(path.read_bytes())
            header = fits.Header.fromstring(content[: _primary_size(content)].decode())
            rest = gzip.compress(content[_primary_size(content) :], COMPRESSION, mtime=0)
            yield _Bundle(fibres * 100 + place, header, rest, path.name)
        most -= min(number, most)
        if not most:
            return


def _primary_size(content: bytes) -> int:
    """Return the bytes of the primary header, which has no data."""
    end = content.index(b"END".ljust(80))
    return -(-(end + 80) // _BLOCK) * _BLOCK


def _copy(bundle: _Bundle, plate: int, folder: Path) -> None:
    """Write a galaxy as one of another plate."""
    primary = fits.PrimaryHDU(header=bundle.header)
    primary.header["PLATEIFU"] = f"{plate}-{bundle.ifu}"
    primary.header["MANGAID"] = f"1-{plate}{bundle.ifu}"
    primary.add_checksum()
    header = gzip.compress(primary.header.tostring().encode(), mtime=0)
    kind = bundle.name.split("-MAPS-", 1)[1]
    name = f"manga-{plate}-{bundle.ifu}-MAPS-{kind}"
    Path(folder, name).write_bytes(header + bundle.rest)
