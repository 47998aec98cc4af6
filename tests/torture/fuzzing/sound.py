"""The sound files that mutations start from."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from astropy.io import fits
from support.hand_made_maps import FACTS, draw_planes
from support.small_maps import PLATEIFU, file_bytes, make_hdus

from mangaxr.synthetic import write_survey

__all__ = ["SOUND", "Sound", "packed", "sound_file"]

_SHARED = Path(__file__).parents[4] / "shared" / "data"
_REAL = {
    "real DR15": "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz",
    "pipeline's DR17": "dap/99901-1901/manga-99901-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz",
}
_SIDE = 12
_LINES = ("Hb-4862", "Ha-6564", "NII-6585")
_CHANNELS = {
    "SPX_SKYCOO": ("On-sky X", "On-sky Y"),
    "SPX_ELLCOO": ("Elliptical radius", "R/Re"),
    "BINID": ("Binned spectra", "Stellar continua", "Em. line moments", "Em. lines", "Indices"),
}
_SOME = ("SPX_SKYCOO", "SPX_ELLCOO", "BINID", "STELLAR_VEL", "STELLAR_VEL_MASK", "EMLINE_GFLUX",
         "EMLINE_GFLUX_MASK", "SPECINDEX", "STELLAR_SIGMACORR", "STELLAR_FOM")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound MAPS file: what it is called in tables, its name on disk, its bytes inflated."""

    name: str
    stem: str
    plain: bytes


@lru_cache(maxsize=16)
def packed(sound: Sound) -> bytes:
    """Return a sound file as the survey would ship it, compressed."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(sound.plain) + packer.flush()


def _stem(plateifu: str, daptype: str = "HYB10-MILESHC-MASTARSSP") -> str:
    return f"manga-{plateifu}-MAPS-{daptype}"


def _disk(name: str, *, sums: bool) -> Sound:
    """Lay the planes of a hand-made disk out as a file that a store can be built from."""
    hdus = make_hdus("DR17", only=(), checksums=False)
    for keyword, fact in (("REFF", "reff"), ("ECOOPA", "pa"), ("RFWHM", "psf_fwhm_r")):
        hdus[0].header[keyword] = FACTS[fact]
    for extension, plane in draw_planes(_SIDE).items():
        of_lines = extension.startswith("EMLINE")
        names = _LINES if of_lines else _CHANNELS.get(extension, ())
        data = np.stack([plane * share for share in (2, 1, 3)]) if of_lines else plane
        hdu = fits.ImageHDU(data.astype(">i4" if data.dtype.kind in "iu" else ">f4"))
        hdu.name = extension
        for number, channel in enumerate(names, start=1):
            hdu.header[f"C{number}"] = channel
        hdus.append(hdu)
    return Sound(name, _stem(PLATEIFU), file_bytes(_with_sums(hdus) if sums else hdus))


def _with_sums(hdus: fits.HDUList) -> fits.HDUList:
    for hdu in hdus:
        hdu.add_checksum(when="2021-01-01T00:00:00")
    return hdus


def _some(name: str) -> Sound:
    return Sound(name, _stem(PLATEIFU), file_bytes(make_hdus("DR17", only=_SOME)))


def _whole(name: str) -> Sound:
    daptype = "HYB10-GAU-MILESHC"
    return Sound(name, _stem(PLATEIFU, daptype), file_bytes(make_hdus("DR15")))


def _survey(name: str) -> Sound:
    with tempfile.TemporaryDirectory() as folder:
        write_survey(folder, galaxies=1, fibres=(19,))
        (path,) = Path(folder).rglob("manga-*-MAPS-*.fits.gz")
        return _read(name, path)


def _read(name: str, path: Path) -> Sound:
    stem = path.name.removesuffix(".fits.gz")
    return Sound(name, stem, gzip.decompress(path.read_bytes()))


def _real(name: str) -> Sound:
    return _read(name, _SHARED / _REAL[name])


SOUND: Mapping[str, tuple[int, Callable[[str], Sound]]] = {
    "disk": (45, lambda name: _disk(name, sums=True)),
    "disk without sums": (25, lambda name: _disk(name, sums=False)),
    "ten extensions": (20, _some),
    "whole DR15": (3, _whole),
    "synthetic DR17": (2, _survey),
    **{name: (1, _real) for name, path in _REAL.items() if (_SHARED / path).is_file()},
}
"""Name -> how often it is taken, and what makes it. Real files are used where they are."""


@lru_cache(maxsize=16)
def sound_file(name: str) -> Sound:
    """Return a sound file by its name in the table."""
    return SOUND[name][1](name)
