"""Whole extensions lost, doubled, traded, and data that no pipeline writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
from torture.fuzzing.hdus import BLOCK, HDU, card, join, split
from torture.fuzzing.sound import Sound

__all__ = ["EXTENSION_EDITS"]

_NUMBERS = (np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0, -0.0, -1.0, 1e20)


def _lost(rng: Random, hdus: list[HDU]) -> None:
    for _ in range(rng.randint(1, 3)):
        if len(hdus) > 1:
            del hdus[rng.randrange(len(hdus))]


def _doubled(rng: Random, hdus: list[HDU]) -> None:
    many = rng.choice([1, 1, 2, 600])
    at = rng.randrange(len(hdus))
    twin = hdus[at]
    if rng.random() < 0.5:  # of the same name, with other values
        twin = replace(twin, data=twin.data[::-1])
    place = rng.randrange(1, len(hdus) + 1)
    hdus[place:place] = [twin] * many


def _traded(rng: Random, hdus: list[HDU]) -> None:
    one, other = rng.randrange(len(hdus)), rng.randrange(len(hdus))
    hdus[one], hdus[other] = hdus[other], hdus[one]


def _shuffled(rng: Random, hdus: list[HDU]) -> None:
    rest = hdus[1:]
    rng.shuffle(rest)
    hdus[1:] = rest


def _headers_traded(rng: Random, hdus: list[HDU]) -> None:
    """Let the data of two extensions change places under their headers."""
    one, other = rng.randrange(len(hdus)), rng.randrange(len(hdus))
    hdus[one], hdus[other] = (
        replace(hdus[one], data=hdus[other].data),
        replace(hdus[other], data=hdus[one].data),
    )


def _emptied(rng: Random, hdus: list[HDU]) -> None:
    at = rng.randrange(1, len(hdus))
    emptied = hdus[at].put("NAXIS", "0").without("NAXIS1", "NAXIS2", "NAXIS3", "CHECKSUM")
    hdus[at] = replace(emptied.put("DATASUM", "'0'"), data=b"")


def _table(rng: Random, hdus: list[HDU]) -> None:
    rows = rng.choice([0, 1, 40])
    values = {"XTENSION": "'BINTABLE'", "BITPIX": "8", "NAXIS": "2", "NAXIS1": "4",
              "NAXIS2": str(rows), "PCOUNT": "0", "GCOUNT": "1", "TFIELDS": "1", "TFORM1": "'J'",
              "EXTNAME": rng.choice(["'NOTES'", "'STELLAR_VEL'", "'PRIMARY'", "''"])}  # fmt: skip
    cards = tuple(card(keyword, value) for keyword, value in values.items())
    data = rng.randbytes(4 * rows) + bytes(-4 * rows % BLOCK)
    hdus.insert(rng.randrange(1, len(hdus) + 1), HDU(cards, data))


def _one_plane(rng: Random, hdus: list[HDU]) -> None:
    """Make a map a cube of one plane, or flatten a cube to one axis or to four."""
    at = rng.randrange(1, len(hdus))
    hdu = hdus[at]
    axes = [hdu.value(f"NAXIS{n}") for n in (1, 2, 3)]
    x, y, z = (int(axis) if axis.isdigit() else 1 for axis in axes)
    shape = rng.choice(
        [(x, y, z), (x, y, z, 1), (x * y * z,), (x * y, z), (x, y * z), (1, x, y * z)]
    )
    hdu = hdu.put("NAXIS", str(len(shape)))
    for number, size in enumerate(shape, start=1):
        hdu = hdu.put(f"NAXIS{number}", str(size))
    hdus[at] = hdu


def _numbers(rng: Random, hdus: list[HDU]) -> None:
    """Write numbers that are none, or far too large, over some data or all."""
    for at in rng.sample(range(1, len(hdus)), rng.randint(1, len(hdus) - 1)):
        hdu = hdus[at].without("DATASUM", "CHECKSUM")
        kind = ">i4" if hdu.value("BITPIX") == "32" else ">f4"
        values = np.frombuffer(hdu.data, kind).copy()
        drawn = np.random.default_rng(rng.randrange(1 << 32)).random(values.size)
        some = drawn < rng.choice([0.01, 0.5, 1])
        if kind == ">i4":
            values[some] = rng.choice([-1, 0, 1 << 30, -(1 << 31), (1 << 31) - 1])
        else:
            values[some] = rng.choice(_NUMBERS)
        hdus[at] = replace(hdu, data=values.tobytes())


def _edited(edit: Callable[[Random, list[HDU]], None], rng: Random, sound: Sound) -> bytes:
    hdus = list(split(sound.plain))
    edit(rng, hdus)
    return join(hdus)


def _maker(edit: Callable[[Random, list[HDU]], None]) -> Callable[[Random, Sound], bytes]:
    return lambda rng, sound: _edited(edit, rng, sound)


EXTENSION_EDITS: dict[str, Callable[[Random, Sound], bytes]] = {
    "HDUs lost": _maker(_lost),
    "HDUs doubled": _maker(_doubled),
    "HDUs traded": _maker(_traded),
    "HDUs shuffled": _maker(_shuffled),
    "data under other headers": _maker(_headers_traded),
    "extension emptied": _maker(_emptied),
    "table put in": _maker(_table),
    "axes joined or added": _maker(_one_plane),
    "strange numbers": _maker(_numbers),
}
"""Name of a kind -> what makes the inflated bytes of a file."""
