"""Small files in the format of MAPS files, written with astropy from the tables."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr
from astropy.io import fits
from small_maps import PLATEIFU, file_bytes, make_hdus

from mangaxr.datamodel.extensions import Layout
from mangaxr.maps import inflated
from mangaxr.maps.open import load_maps_file, open_maps_file

MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]
Open = Callable[..., xr.Dataset]

SMALL = ("SPX_SKYCOO", "SPX_ELLCOO", "STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK")


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


@pytest.fixture(scope="session", name="make_hdus")
def _make_hdus() -> MakeHDUs:
    """Return a function that makes the HDUs of a small MAPS file."""
    return make_hdus


@pytest.fixture(scope="session")
def small_bytes() -> dict[Layout, bytes]:
    """Return the bytes of a whole small file of each layout, uncompressed."""
    return {layout: file_bytes(make_hdus(layout)) for layout in ("DR15", "DR17")}


@pytest.fixture(params=[open_maps_file, load_maps_file], ids=["open", "load"])
def open_file(request: pytest.FixtureRequest) -> Open:
    """Return each of the two ways to open a file."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def five_extensions() -> bytes:
    """Return a file of five extensions, uncompressed."""
    return file_bytes(make_hdus(only=SMALL))


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
