"""Small files that inflate to large ones, and small headers with large claims."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable
from random import Random

from torture.fuzzing.hdus import BLOCK, HDU, card, join, split
from torture.fuzzing.sound import Sound, packed

__all__ = ["BOMBS", "pump"]

_PIECE = 1 << 20
_MANY = (1 << 28) // _PIECE


def pump(parts: Iterable[tuple[bytes, int]]) -> bytes:
    """Compress parts, each repeated, without ever having them: deflate starts anew at each."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream, crc, size = [], 0, 0
    for part, times in parts:
        block = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
        stream.append(block * times)
        for _ in range(times):
            crc = zlib.crc32(part, crc)
        size += len(part) * times
    trailer = crc.to_bytes(4, "little") + (size % (1 << 32)).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"".join(stream) + packer.flush() + trailer


def _size(rng: Random) -> int:
    """Draw a number of pieces: from a few MiB to a GiB, above and below what is believed."""
    return rng.choice([rng.randint(8, 64), _MANY - 1, _MANY + 1, 2 * _MANY, 4 * _MANY])


def _zeros_behind(rng: Random, sound: Sound) -> bytes:
    return pump([(sound.plain, 1), (bytes(_PIECE), _size(rng)), (rng.randbytes(9), 1)])


def _zeros_within(rng: Random, sound: Sound) -> bytes:
    hdus = split(sound.plain)
    at = rng.randrange(len(hdus))
    return pump([(join(hdus[:at]), 1), (bytes(_PIECE), _size(rng)), (join(hdus[at:]), 1)])


def _one_byte(rng: Random, sound: Sound) -> bytes:
    start = rng.choice([b"", b"SIMPLE  =", sound.plain[: rng.randrange(len(sound.plain))]])
    return pump([(start, 1), (rng.randbytes(1) * _PIECE, _size(rng))])


def _endless_header(rng: Random, sound: Sound) -> bytes:
    """Go on with blanks, or a card, where END should be."""
    hdus = split(sound.plain)
    at = rng.randrange(len(hdus))
    cards = b"".join(hdus[at].cards[: rng.randrange(1, len(hdus[at].cards))])
    filling = rng.choice([b" " * 80, card("NAXIS1", "5"), b"C1C1C1C1" * 10, b"NAXIS   " * 10])
    filler = (filling * (_PIECE // 80))[:_PIECE]
    return pump([(join(hdus[:at]) + cards, 1), (filler, _size(rng))])


def _true_claims(rng: Random, sound: Sound) -> bytes:
    """Claim much data and deliver it: one to six cubes or maps of one number."""
    parts = [(join(split(sound.plain)), 1)]
    for number in range(rng.randint(1, 6)):
        side = rng.choice([512, 1024, 2048, 8192])
        planes = rng.choice([1, 4, 46, 255])
        planes = min(planes, _MANY * _PIECE // (4 * side * side)) or 1
        name = rng.choice([f"'MINE{number}'", "'STELLAR_SIGMA'", "'EMLINE_SEW'", f"'A{number}'"])
        header = HDU(
            (card("XTENSION", "'IMAGE'"), card("BITPIX", "-32"), card("NAXIS", "3"),
             card("NAXIS1", str(side)), card("NAXIS2", str(side)), card("NAXIS3", str(planes)),
             card("EXTNAME", name)), b"",
        )  # fmt: skip
        size = 4 * side * side * planes
        parts += [(header.whole(), 1), (bytes(_PIECE), size // _PIECE)]
        parts += [(bytes(size % _PIECE + -size % BLOCK), 1)]
    return pump(parts)


def _wide_maps(rng: Random, sound: Sound) -> bytes:
    """Let every map of the file be far wider than any bundle of fibres."""
    side = rng.choice([(3000, 3000), (1, 2_000_000), (2_000_000, 1), (1024, 1024), (2, 500_000)])
    parts = []
    for hdu in split(sound.plain):
        size = 4 * side[0] * side[1] * int(hdu.value("NAXIS3") or 1)
        if not hdu.data or size > 1 << 26:
            parts.append((hdu.whole(), 1))
            continue
        hdu = hdu.put("NAXIS1", str(side[0])).put("NAXIS2", str(side[1]))
        hdu = hdu.without("DATASUM", "CHECKSUM")
        parts.append((HDU(hdu.cards, b"").whole(), 1))
        parts += [(bytes(_PIECE), size // _PIECE)]
        parts += [(bytes(size % _PIECE + -size % BLOCK), 1)]
    return pump(parts)


def _long_headers(rng: Random, sound: Sound) -> bytes:
    """Give many HDUs headers as long as may be, of cards that are slow to look through."""
    filling = rng.choice([b"C1C1C1C1" * 10, b"NAXIS   " * 10, b" EXTNAME" * 10, b"C1      " * 10,
                          b"xDATASUM" * 10, card("C5", "'it''s' / 'slow'"), b" " * 80])  # fmt: skip
    cards = filling * rng.choice([2000, 9000])
    start = (card("XTENSION", "'IMAGE'"), card("BITPIX", "8"), card("NAXIS", "3"),
             card("NAXIS1", "4"), card("NAXIS2", "4"), card("NAXIS3", "1"))  # fmt: skip
    header = HDU((*start, cards), bytes(BLOCK)).whole()
    return pump([(sound.plain, 1), (header, rng.choice([10, 100, 480]))])


def _many_hdus(rng: Random, sound: Sound) -> bytes:
    header = HDU((card("XTENSION", "'IMAGE'"), card("BITPIX", "8"), card("NAXIS", "0")), b"")
    return pump([(sound.plain, 1), (header.whole() * 64, rng.choice([2, 7, 9, 1000, 5000]))])


def _many_members(rng: Random, sound: Sound) -> bytes:
    """Put empty members, or members of a byte, in front of, within or behind the file's."""
    small = gzip.compress(rng.choice([b"", b"", b"\0"]), 9, mtime=0) + bytes(rng.choice([0, 0, 3]))
    many = small * rng.choice([100, 5000, 60_000, 400_000])
    whole = packed(sound)
    half = len(sound.plain) // 2
    parts = [gzip.compress(part, 1, mtime=0) for part in (sound.plain[:half], sound.plain[half:])]
    return rng.choice([many + whole, whole + many, parts[0] + many + parts[1]])


def _large_claims(rng: Random, sound: Sound) -> bytes:
    """Claim all that is believed of one data unit, and more, in a file that has no such thing."""
    hdus = list(split(sound.plain))
    at = rng.randrange(1, len(hdus))
    units = rng.choice([1 << 24, 1 << 26, (1 << 26) - 1, (1 << 26) + 1, 1 << 30, 1 << 40])
    one = rng.choice([1, 2, 1 << 10, 1 << 13])
    hdu = hdus[at].put("NAXIS1", str(units // one)).put("NAXIS2", str(one))
    hdus[at] = hdu.put("NAXIS3", "1") if hdu.value("NAXIS3") else hdu
    plain = join(hdus)
    return rng.choice([plain, gzip.compress(plain, 1, mtime=0)])


BOMBS: dict[str, Callable[[Random, Sound], bytes]] = {
    "zeros behind the file": _zeros_behind,
    "zeros between HDUs": _zeros_within,
    "one byte for ever": _one_byte,
    "endless header": _endless_header,
    "large data, delivered": _true_claims,
    "large data, only claimed": _large_claims,
    "maps too wide": _wide_maps,
    "long headers": _long_headers,
    "many HDUs": _many_hdus,
    "many gzip members": _many_members,
}
"""Name of a kind -> what makes the bytes of a file."""
