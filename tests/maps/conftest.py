"""Small files in the format of MAPS files, written with astropy from the tables."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.datamodel.extensions import CHANNEL_LABELS, Extension, Layout, extensions_of
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.maps import inflated
from mangaxr.maps.open import load_maps_file, open_maps_file

MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]
Open = Callable[..., xr.Dataset]

PLATEIFU = "8138-12704"
SIDE = 6
SMALL = ("SPX_SKYCOO", "SPX_ELLCOO", "STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK")
DONOTUSE = 1 << 30


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Let no test see what another one inflated."""
    inflated._cache.clear()
    yield
    inflated._cache.clear()


@pytest.fixture(scope="session")
def planes(maps_file: Path) -> fits.HDUList:
    """Return each file of the survey's pipeline as astropy reads it."""
    return fits.HDUList.fromstring(gzip.decompress(maps_file.read_bytes()))


@pytest.fixture(scope="session")
def make_hdus() -> MakeHDUs:
    """Return a function that makes the HDUs of a small MAPS file."""
    return _make_hdus


@pytest.fixture(scope="session")
def small_bytes() -> dict[Layout, bytes]:
    """Return the bytes of a whole small file of each layout, uncompressed."""
    return {layout: file_bytes(_make_hdus(layout)) for layout in ("DR15", "DR17")}


@pytest.fixture(params=[open_maps_file, load_maps_file], ids=["open", "load"])
def open_file(request: pytest.FixtureRequest) -> Open:
    """Return each of the two ways to open a file."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def five_extensions() -> bytes:
    """Return a file of five extensions, uncompressed."""
    return file_bytes(_make_hdus(only=SMALL))


@pytest.fixture
def write_maps(tmp_path: Path) -> WriteMaps:
    """Return a function that writes HDUs or bytes under a MAPS file's name."""

    def write(
        content: fits.HDUList | bytes, *, name: str | None = None, compress: bool = True
    ) -> Path:
        raw = content if isinstance(content, bytes) else file_bytes(content)
        ending = ".fits.gz" if compress else ".fits"
        path = tmp_path / (name or f"manga-{PLATEIFU}-MAPS-HYB10-MILESHC-MASTARSSP{ending}")
        path.write_bytes(gzip.compress(raw, 6, mtime=0) if compress else raw)
        return path

    return write


def file_bytes(hdus: fits.HDUList) -> bytes:
    """Return what astropy would write, without touching the disk."""
    stream = io.BytesIO()
    hdus.writeto(stream)
    return stream.getvalue()


def _make_hdus(
    layout: Layout = "DR17",
    *,
    only: tuple[str, ...] | None = None,
    checksums: bool = True,
    seed: int = 1,
) -> fits.HDUList:
    """Make an HDU for every row of a layout, or for some; values are random, masks too."""
    rng = np.random.default_rng(seed)
    primary = fits.PrimaryHDU()
    for keyword, value in (
        ("DAPFRMT", "MAPS"),
        ("PLATEIFU", PLATEIFU),
        ("MANGAID", "1-339041"),
        ("DAPTYPE", "HYB10-MILESHC-MASTARSSP" if layout == "DR17" else "HYB10-GAU-MILESHC"),
        ("VERSDRP3", "v3_1_1" if layout == "DR17" else "v2_4_3"),
        ("VERSDAP", "3.1.0" if layout == "DR17" else "2.2.1"),
        ("OBJRA", 116.5),
        ("OBJDEC", 44.5),
        ("SCINPVEL", 8800.0),
        ("REFF", 5.5),
        ("ECOOPA", 33.0),
        ("ECOOELL", 0.3),
        ("DAPQUAL", 0),
        ("DRP3QUAL", 1),
    ):
        primary.header[keyword] = value
    hdus = fits.HDUList([primary])
    for row in extensions_of(layout):
        if only is None or row.name in only:
            hdus.append(_image(row, layout, rng))
    if checksums:
        for hdu in hdus:
            hdu.add_checksum(when="2021-01-01T00:00:00")
    return hdus


def _image(row: Extension, layout: Layout, rng: np.random.Generator) -> fits.ImageHDU:
    channels = _channels(row, layout)
    shape = (*((len(channels),) if channels else ()), SIDE, SIDE)
    if row.role == "mask":
        data = rng.choice([0, 32, DONOTUSE | 16, DONOTUSE | 8 | 16], shape).astype(">i4")
    elif row.name == "BINID":
        data = rng.integers(-1, 20, shape).astype(">i4")
    else:
        data = (rng.random(shape) * 100 + 1).astype(">f4")
    hdu = fits.ImageHDU(data, name=row.name)
    if row.fits_unit:
        hdu.header["BUNIT"] = row.fits_unit
    for keyword, value in (("ERRDATA", row.ivar), ("QUALDATA", row.mask)):
        if value and (row.ivar or row.role == "ivar"):
            hdu.header[keyword] = value
    width = len(str(len(channels)))
    for number, (name, unit) in enumerate(zip(channels, _units(row, channels), strict=True), 1):
        hdu.header[f"C{number:0{width}d}"] = name
        if unit is not None:
            hdu.header[f"U{number:0{width}d}"] = unit
    for axis, (kind, value) in enumerate((("RA---TAN", 116.5), ("DEC--TAN", 44.5)), 1):
        hdu.header[f"CTYPE{axis}"] = kind
        hdu.header[f"CUNIT{axis}"] = "deg"
        hdu.header[f"CRVAL{axis}"] = value
        hdu.header[f"CRPIX{axis}"] = SIDE / 2 + 1
        hdu.header[f"CDELT{axis}"] = (-0.5 if axis == 1 else 0.5) / 3600
    return hdu


def _channels(row: Extension, layout: Layout) -> tuple[str, ...]:
    if not row.channels or (layout == "DR15" and row.channels == "sigmacorr"):
        return ()
    if row.channels in ("line", "moment_line"):
        return line_names(layout, moments=row.channels == "moment_line")
    if row.channels == "spectral_index":
        return tuple(index.name for index in SPECTRAL_INDICES)
    labels = CHANNEL_LABELS[row.channels]
    return tuple(label for label in labels if layout == "DR17" or label != "R h/kpc")


def _units(row: Extension, channels: tuple[str, ...]) -> tuple[str | None, ...]:
    if row.channels == "spectral_index" and row.ivar:
        return tuple(index.fits_unit for index in SPECTRAL_INDICES)
    if row.channels == "ell_coordinate":
        known = {"Elliptical radius": "arcsec", "R/Re": "", "R h/kpc": "kpc/h"}
        return tuple(known.get(name, "degrees") for name in channels)
    return (None,) * len(channels)
