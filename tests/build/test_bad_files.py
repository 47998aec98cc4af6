"""Bad files become rows with their reason; the others are built all the same."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

import mangaxr
from mangaxr.errors import (
    BuildError,
    CorruptFileError,
    MangaxrError,
    MissingExtensionError,
    MissingFileError,
    NotMapsError,
)
from mangaxr.synthetic import SurveyFiles
from mangaxr.synthetic.files.maps_file import gzip_bytes

DAPTYPE = "HYB10-MILESHC-MASTARSSP"
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"

Spoil = Callable[[bytes], bytes]


def _zipped(plain: bytes) -> bytes:
    return gzip_bytes(plain, 1)


def _no_emission_lines(plain: bytes) -> bytes:
    """Leave the emission-line extensions empty, as the DAP does when it fits none."""
    with fits.open(io.BytesIO(plain)) as hdus:
        for hdu in hdus[1:]:
            if hdu.name.startswith("EMLINE"):
                hdu.data = None
        stream = io.BytesIO()
        hdus.writeto(stream)
    return _zipped(stream.getvalue())


def _cards(extension: str, cards: dict[str, str]) -> Spoil:
    """Make a function that exchanges cards of an extension's header."""

    def spoil(plain: bytes) -> bytes:
        content = bytearray(plain)
        name = f"EXTNAME = '{extension}'".encode()
        start = content.index(b"XTENSION", content.rindex(b"END     ", 0, content.index(name)))
        for old, new in cards.items():
            at = content.index(old.encode(), start)
            content[at : at + 80] = new.ljust(80).encode()
        return _zipped(bytes(content))

    return spoil


def _cube(_: bytes) -> bytes:
    """Write what a LOGCUBE of the reduction pipeline looks like."""
    primary = fits.PrimaryHDU()
    primary.header["PLATEIFU"] = "9010-1901"
    flux = fits.ImageHDU(np.zeros((5, 8, 8), dtype=">f4"), name="FLUX")
    stream = io.BytesIO()
    fits.HDUList([primary, flux, fits.ImageHDU(name="IVAR")]).writeto(stream)
    return gzip.compress(stream.getvalue())


def _renamed(plain: bytes, galaxy: str) -> bytes:
    """Change the galaxy in the primary header."""
    at = plain.index(b"PLATEIFU=")
    card = f"PLATEIFU= '{galaxy}'".ljust(80).encode()
    return plain[:at] + card + plain[at + 80 :]


def _as_good(plain: bytes) -> bytes:
    return _zipped(_renamed(plain, "8001-1901"))


_no_mask = _cards("EMLINE_GVEL_MASK", {"EXTNAME ": "EXTNAME = 'EMLINE_GVEL_ERR'"})
_no_line = _cards("EMLINE_GVEL", {"C24 ": "C24     = 'Hx-6564'"})
# The same number of values in another shape, so that all else stays where it is.
_other_shape = _cards("EMLINE_GVEL", {"NAXIS1 ": "NAXIS1  =    17", "NAXIS2 ": "NAXIS2  =    68"})


def _huge_number(plain: bytes) -> bytes:
    """Put a quality value into the primary header that no 64-bit integer holds."""
    at = plain.index(b"DRP3QUAL=")
    card = f"DRP3QUAL= {10**22}".ljust(80).encode()
    return _zipped(plain[:at] + card + plain[at + 80 :])


def _flip(plain: bytes) -> bytes:
    content = bytearray(_zipped(plain))
    content[3000] ^= 0xFF
    return bytes(content)


def _truncate(plain: bytes) -> bytes:
    content = _zipped(plain)
    return content[: len(content) // 4]


BAD: dict[str, tuple[str, Spoil, type[MangaxrError], str]] = {
    "HTML page": ("9001-1901", lambda _: HTML, CorruptFileError, "HTML page"),
    "truncated": ("9002-1901", _truncate, CorruptFileError, "damaged after"),
    "flipped byte": ("9003-1901", _flip, CorruptFileError, "damaged"),
    "empty": ("9004-1901", lambda _: b"", CorruptFileError, "empty"),
    "text": ("9005-1901", lambda _: b"PLATEIFU 9005-1901\n" * 99, CorruptFileError, "neither FITS"),
    "another galaxy": ("9006-1901", _as_good, NotMapsError, "PLATEIFU = '8001-1901'"),
    "no lines": ("9007-1901", _no_emission_lines, MissingExtensionError, "EMLINE_GFLUX"),
    "no mask": ("9008-1901", _no_mask, MissingExtensionError, "EMLINE_GVEL_MASK"),
    "no line": ("9009-1901", _no_line, MissingExtensionError, "Ha-6564"),
    "cube": ("9010-1901", _cube, NotMapsError, "not a MAPS file"),
    "huge number": ("9012-1901", _huge_number, NotMapsError, "DRP3QUAL"),
    "shape": ("9011-1901", _other_shape, NotMapsError, "EMLINE_GVEL"),
}
"""Galaxy, what is done to the inflated bytes of a good file of it, the error, and its words."""

ABSENT = "9999-12701"


def _name(galaxy: str) -> str:
    return f"manga-{galaxy}-MAPS-{DAPTYPE}.fits.gz"


@pytest.fixture(scope="module")
def bad_files(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write every bad file and return where."""
    folder = tmp_path_factory.mktemp("bad")
    plain = gzip.decompress(small.maps[0].read_bytes())
    paths = {}
    for kind, (galaxy, spoil, _, _) in BAD.items():
        name = f"manga-{galaxy}-LOGCUBE.fits.gz" if kind == "cube" else _name(galaxy)
        paths[kind] = folder / name
        paths[kind].write_bytes(spoil(_renamed(plain, galaxy)))
    return paths


@pytest.fixture(scope="module")
def store(
    bad_files: dict[str, Path], small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory
) -> xr.Dataset:
    """Return a store of all bad files among three good ones and one that is absent."""
    path = tmp_path_factory.mktemp("store") / "t.zarr"
    items: list[Any] = [*bad_files.values(), ABSENT, *small.maps[:3]]
    report = mangaxr.build_store(path, items, sas=small.root, npix=16, workers=2)
    assert report.galaxies == len(BAD) + 4
    assert report.done == 3
    assert mangaxr.validate_store(path) == []
    return mangaxr.open_store(path).load()


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_a_failed_row_with_its_reason(kind: str, store: xr.Dataset) -> None:
    """The row says in one line what is wrong with which file, and holds no value."""
    galaxy, _, _, words = BAD[kind]
    row = store.sel(galaxy=galaxy)
    reason = str(row.failure.values)
    assert int(row.status) == 2
    assert words in reason
    assert "\n" not in reason
    assert galaxy in reason
    assert "/" not in reason.replace("erg/s", "")
    assert np.isnan(row.tensor).all()
    assert str(row.source_file.values).startswith(f"manga-{galaxy}")


def test_a_galaxy_that_is_not_in_the_tree_is_a_failed_row(store: xr.Dataset) -> None:
    """A plateifu without a file fails with the name of the file that is missing."""
    row = store.sel(galaxy=ABSENT)
    assert int(row.status) == 2
    assert str(row.failure.values).startswith(_name(ABSENT))
    assert (int(row.plate), int(row.ifu)) == (9999, 12701)


def test_the_good_ones_do_not_suffer(store: xr.Dataset, small: SurveyFiles, tmp_path: Path) -> None:
    """Good galaxies among bad ones are the same as in a store of their own."""
    mangaxr.build_store(tmp_path / "good.zarr", small.maps[:3], npix=16)
    good = mangaxr.open_store(tmp_path / "good.zarr").load()
    assert (good.status == 1).all()
    xr.testing.assert_equal(store.sel(galaxy=good.galaxy), good)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("workers", [1, 3])
def test_raising_stops_at_the_bad_file(
    kind: str, workers: int, bad_files: dict[str, Path], small: SurveyFiles, tmp_path: Path
) -> None:
    """With on_error="raise" the error of the reader comes out, one line with the file's path."""
    items = [small.maps[0], bad_files[kind]]
    with pytest.raises(BAD[kind][2], match=BAD[kind][0]) as caught:
        mangaxr.build_store(tmp_path / "t.zarr", items, npix=8, on_error="raise", workers=workers)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "t.zarr").exists()


def test_raising_for_an_absent_galaxy_says_where_it_was_looked_for(
    small: SurveyFiles, tmp_path: Path
) -> None:
    """The message holds the path in the tree."""
    with pytest.raises(MissingFileError, match=rf"{small.root}.*{ABSENT}"):
        mangaxr.build_store(tmp_path / "t.zarr", [ABSENT], sas=small.root, on_error="raise")


def test_a_survey_of_nothing_but_bad_files_is_still_a_store(
    bad_files: dict[str, Path], tmp_path: Path
) -> None:
    """If every galaxy fails, the store says so of each."""
    report = mangaxr.build_store(tmp_path / "t.zarr", [bad_files["HTML page"]], npix=8)
    assert (report.done, len(report.failures)) == (0, 1)
    assert mangaxr.validate_store(tmp_path / "t.zarr") == []


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": -1}, {"on_error": "ignore"}])
def test_an_option_that_cannot_be_is_refused(options: dict[str, object], tmp_path: Path) -> None:
    """Wrong numbers of workers and unknown ways with errors stop the build at once."""
    with pytest.raises(BuildError, match="workers"):
        mangaxr.build_store(tmp_path / "t.zarr", ["8138-12704"], **options)  # type: ignore[arg-type]


def test_verify_finds_damage_behind_the_wanted_planes(small: SurveyFiles, tmp_path: Path) -> None:
    """A byte that flipped near the end of a file is seen with verify, and only then."""
    content = bytearray(small.maps[0].read_bytes())
    content[-2000] ^= 0x10
    path = tmp_path / small.maps[0].name
    path.write_bytes(content)
    report = mangaxr.build_store(tmp_path / "v.zarr", path, npix=8, verify=True)
    assert report.done == 0
    assert path.name in report.failures[str(small.galaxies[0].plateifu)]
