"""Maps in memory: read from files with astropy, and made by hand."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from astropy.io import fits

from mangaxr import synthetic
from mangaxr.fits.cards import Cards
from mangaxr.maps.raw import RawExtension, RawMaps
from mangaxr.maps.stream import read_maps
from mangaxr.tensors.channels import CHANNELS, parse_channels, wanted_planes

Array = npt.NDArray[np.float64]
MakeRaw = Callable[..., RawMaps]
ReadPlane = Callable[..., Array]

LINE = "Ha-6564"
DONOTUSE = 1 << 30

_KINDS = ("DR15", "DR17-HYB10", "DR17-VOR10", "synthetic")


@pytest.fixture(scope="session", params=_KINDS)
def any_file(request: pytest.FixtureRequest) -> Path:
    """Return each real file in turn, then a synthetic one."""
    if request.param == "synthetic":
        return next(synthetic.example_survey().rglob("manga-8001-1901-MAPS-*.fits.gz"))
    folder: Path = request.getfixturevalue("shared_data")
    name = {
        "DR15": "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz",
        "DR17-HYB10": "dap/99901-1901/manga-99901-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz",
        "DR17-VOR10": "dap/99904-3703/manga-99904-3703-MAPS-VOR10-MILESHC-MASTARSSP.fits.gz",
    }
    return folder / name[str(request.param)]


@pytest.fixture(scope="session")
def raw(any_file: Path) -> RawMaps:
    """Return the planes of every named channel."""
    return _read_all(any_file)


@pytest.fixture(scope="session")
def synthetic_raw() -> RawMaps:
    """Return the planes of every named channel of a synthetic galaxy."""
    root = synthetic.example_survey()
    return _read_all(next(root.rglob("manga-8001-1902-MAPS-*.fits.gz")))


@pytest.fixture(scope="session")
def read_plane(any_file: Path) -> ReadPlane:
    """Return a function that reads a plane with astropy, by the channel's name or number."""
    # astropy reads a compressed file anew for every HDU: inflate it once instead.
    with fits.open(io.BytesIO(gzip.decompress(any_file.read_bytes()))) as hdus:
        data = {hdu.name: np.array(hdu.data) for hdu in hdus[1:]}
        headers = {hdu.name: hdu.header for hdu in hdus[1:]}

    def read(extension: str, channel: str | int | None = None) -> Array:
        planes = data[extension]
        if channel is None or planes.ndim == 2:
            return planes.astype(np.float64)
        plane: Array = planes[_position(headers[extension], channel)].astype(np.float64)
        return plane

    return read


@pytest.fixture(scope="session")
def make_raw() -> MakeRaw:
    """Return a function that makes the planes of the default pair by hand."""
    return _make_raw


def _read_all(path: Path) -> RawMaps:
    return read_maps(path, {"SPX_SKYCOO": None, **wanted_planes(parse_channels(CHANNELS))})


def _position(header: fits.Header, channel: str | int) -> int:
    if isinstance(channel, int):
        return channel
    names = {int(k[1:]): v for k, v in header.items() if re.fullmatch(r"C\d+", k)}
    return [names[number].strip() for number in sorted(names)].index(channel)


def _make_raw(
    shape: tuple[int, int],
    *,
    flux: Array | float = 100.0,
    velocity: Array | float = 50.0,
    spaxel: float = 0.5,
    center: tuple[float, float] | None = None,
    changes: Mapping[str, npt.NDArray[np.generic]] | None = None,
) -> RawMaps:
    """Lay out maps whose offset is zero at ``center`` (y, x); everything is measured well."""
    y0, x0 = center or ((shape[0] - 1) / 2, (shape[1] - 1) / 2)
    y, x = np.mgrid[: shape[0], : shape[1]]
    ones = np.ones(shape)
    planes: dict[str, npt.NDArray[np.generic]] = {
        "SPX_SKYCOO": np.stack([-(x - x0) * spaxel, (y - y0) * spaxel]).astype(">f4"),
    }
    for name, values in (("EMLINE_GFLUX", flux), ("EMLINE_GVEL", velocity)):
        planes[name] = (ones * values).astype(">f4")[np.newaxis]
        planes[f"{name}_IVAR"] = ones.astype(">f4")[np.newaxis]
        planes[f"{name}_MASK"] = np.zeros(shape, dtype=">i4")[np.newaxis]
    planes |= dict(changes or {})
    extensions = {
        name: RawExtension(
            name, Cards(b""), data, (LINE,) if name.startswith("EMLINE") else ("X", "Y")
        )
        for name, data in planes.items()
    }
    return RawMaps(
        Path("manga-8138-12704-MAPS-TEST.fits.gz"), Cards(b""), extensions, complete=True
    )
