"""Damage to the bytes that a file inflates to."""

from __future__ import annotations

from random import Random

from torture.fuzzing.hdus import BLOCK, CARD, split
from torture.fuzzing.sound import Sound

__all__ = ["cut_bytes", "flip_bytes", "flip_headers", "spliced_bytes", "written_over"]

_CHARACTERS = b"0123456789-+'=/. TFE&NAXISBITPX\x00\x7f\xe9\n"


def _starts(sound: Sound) -> list[tuple[int, int]]:
    """Return where each HDU's header starts and how many bytes of cards it has."""
    found, at = [], 0
    for hdu in split(sound.plain):
        found.append((at, len(hdu.cards) * CARD + CARD))
        at += len(hdu.whole())
    return found


def flip_bytes(rng: Random, sound: Sound) -> bytes:
    """Change one to eight bytes anywhere."""
    raw = bytearray(sound.plain)
    for _ in range(rng.randint(1, 8)):
        raw[rng.randrange(len(raw))] ^= rng.randint(1, 255)
    return bytes(raw)


def flip_headers(rng: Random, sound: Sound) -> bytes:
    """Change one to four characters of headers, most of them to ones that headers hold."""
    raw = bytearray(sound.plain)
    starts = _starts(sound)
    for _ in range(rng.randint(1, 4)):
        start, size = rng.choice(starts)
        at = start + rng.randrange(size)
        raw[at] = rng.choice([rng.choice(_CHARACTERS), raw[at] ^ 1 << rng.randrange(8)])
    return bytes(raw)


def written_over(rng: Random, sound: Sound) -> bytes:
    """Write a text, zeros or noise over some place, half of the time over a card's value."""
    raw, size = sound.plain, rng.choice([1, 4, 20, 80, 500, 2880])
    text = rng.choice(
        [rng.randbytes(size), bytes(size), b" " * size, b"END".ljust(CARD),
         bytes(rng.choice(_CHARACTERS) for _ in range(min(size, 80))),
         b"NAXIS3  =", b"EXTNAME = 'BINID'", b"C1      = 'x'"]
    )  # fmt: skip
    start, length = rng.choice(_starts(sound))
    over_a_value = start + rng.randrange(length) // CARD * CARD + 10
    at = rng.choice([rng.randrange(len(raw)), over_a_value])
    return raw[:at] + text + raw[at + len(text) :]


def cut_bytes(rng: Random, sound: Sound) -> bytes:
    """Break off anywhere, at a block, or at the end of an HDU."""
    raw = sound.plain
    at = rng.randrange(len(raw))
    return raw[: rng.choice([at, at // BLOCK * BLOCK, rng.choice(_starts(sound))[0]])]


def spliced_bytes(rng: Random, sound: Sound) -> bytes:
    """Take a piece out, put one in, have one twice, or trade two blocks."""
    raw = sound.plain
    size = rng.choice([1, 79, 80, BLOCK, 3 * BLOCK])
    at = rng.randrange(len(raw))
    if rng.random() < 0.5:
        at = at // BLOCK * BLOCK
    piece = raw[at : at + size]
    there = rng.randrange(len(raw)) // BLOCK * BLOCK
    other = rng.choice(
        [b"", piece * 2, rng.randbytes(size), bytes(size), raw[there : there + size]]
    )
    return raw[:at] + other + raw[at + size :]
