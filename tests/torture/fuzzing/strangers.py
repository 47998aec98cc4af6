"""Files of other types, under the name of a MAPS file."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile
import zlib
from collections.abc import Callable
from random import Random

import numpy as np
from astropy.io import fits
from torture.fuzzing.hdus import BLOCK, HDU, card
from torture.fuzzing.sound import Sound, packed

__all__ = ["other_type"]


def _fits(*hdus: object) -> bytes:
    stream = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(stream)
    return stream.getvalue()


def _image(rng: Random, sound: Sound) -> bytes:
    shape = tuple(rng.randint(1, 9) for _ in range(rng.randint(1, 4)))
    return _fits(fits.PrimaryHDU(np.zeros(shape, rng.choice(["u1", ">i2", ">f8"]))))


def _cube(rng: Random, sound: Sound) -> bytes:
    names = rng.sample(["FLUX", "IVAR", "MASK", "WAVE", "SPX_SKYCOO", "BINID"], 3)
    primary = fits.PrimaryHDU()
    primary.header["PLATEIFU"] = f"{rng.randint(1000, 9999)}-1901"
    return _fits(primary, *[fits.ImageHDU(np.zeros((3, 4, 4), ">f4"), name=n) for n in names])


def _table(rng: Random, sound: Sound) -> bytes:
    column = fits.Column("A", "J", array=np.arange(rng.randint(1, 99)))
    return _fits(fits.PrimaryHDU(), fits.BinTableHDU.from_columns([column], name="HYB10"))


def _groups(rng: Random, sound: Sound) -> bytes:
    groups = rng.randint(1, 9)
    values = {"SIMPLE": "T", "BITPIX": "-32", "NAXIS": "3", "NAXIS1": "0", "NAXIS2": "4",
              "NAXIS3": "4", "GROUPS": "T", "PCOUNT": "1", "GCOUNT": str(groups)}  # fmt: skip
    cards = tuple(card(keyword, value) for keyword, value in values.items())
    return HDU(cards, rng.randbytes(4 * 17 * groups).ljust(BLOCK, b"\0")).whole()


def _tiles(rng: Random, sound: Sound) -> bytes:
    data = np.arange(rng.randint(4, 40) ** 2, dtype="i4").reshape(-1, 1)
    return _fits(fits.PrimaryHDU(), fits.CompImageHDU(data, name="SPX_SKYCOO"))


def _zip(rng: Random, sound: Sound) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("maps.fits", sound.plain[: rng.randint(1, 99_999)])
    return stream.getvalue()


def _page(rng: Random, sound: Sound) -> bytes:
    blanks = " \n" * rng.randint(0, 600)
    return f"{blanks}<html><head></head><body>{rng.random()}</body></html>".encode()


def _noise(rng: Random, sound: Sound) -> bytes:
    starts = [b"", b"\x1f\x8b", b"\x1f\x8b\x08\0", b"SIMPLE  =", b"SIMPLE", b"XTENSION", b"\0"]
    return rng.choice(starts) + rng.randbytes(rng.choice([0, 1, 7, 100, 2880, 9999]))


_OTHERS: tuple[Callable[[Random, Sound], bytes], ...] = (
    _image, _cube, _table, _groups, _tiles, _zip, _page, _noise, _noise, _noise,
    lambda rng, sound: bz2.compress(sound.plain[: rng.randint(1, 9999)]),
    lambda rng, sound: lzma.compress(sound.plain[: rng.randint(1, 9999)]),
    lambda rng, sound: zlib.compress(sound.plain[: rng.randint(1, 9999)]),
    lambda rng, sound: b"\x28\xb5\x2f\xfd" + rng.randbytes(rng.randint(0, 999)),
    lambda rng, sound: b"\x89HDF\r\n\x1a\n" + rng.randbytes(rng.randint(0, 999)),
    lambda rng, sound: b"\x89PNG\r\n\x1a\n" + rng.randbytes(rng.randint(0, 999)),
    lambda rng, sound: b"%PDF-1.7\n" + rng.randbytes(rng.randint(0, 999)),
    lambda rng, sound: pickle.dumps({"rng": rng.random()}),
    lambda rng, sound: json.dumps({"error": rng.random()}).encode(),
    lambda rng, sound: b"\n" * rng.randint(1, 9999),
    lambda rng, sound: bytes(rng.randint(1, 9999)),
    lambda rng, sound: sound.plain.replace(b"  ", b" ", rng.randint(1, 99)),
    lambda rng, sound: sound.plain.replace(b" ", b"\r\n", rng.randint(1, 99)),
    lambda rng, sound: sound.plain[:0].join([b"\xef\xbb\xbf", sound.plain[rng.randint(0, 9) :]]),
    lambda rng, sound: packed(sound)[:3].hex().encode() + packed(sound)[rng.randint(0, 99) :],
)  # fmt: skip


def other_type(rng: Random, sound: Sound) -> bytes:
    """Make a file of another type; some of them in gzip's wrapping, once or twice."""
    content = rng.choice(_OTHERS)(rng, sound)
    for _ in range(rng.choice([0, 0, 1, 2])):
        content = gzip.compress(content, 1, mtime=0)
    return content
