"""Damage to the compressed bytes of a file."""

from __future__ import annotations

import zlib
from itertools import pairwise
from random import Random

from torture.fuzzing.sound import Sound, packed

__all__ = [
    "cut_stream",
    "flip_frame",
    "flip_stream",
    "garbage_behind",
    "joined_members",
    "spliced_stream",
]

_FRAME = 10  # bytes of a gzip header; the trailer has eight


def flip_stream(rng: Random, sound: Sound) -> bytes:
    """Change one to four bytes anywhere."""
    raw = bytearray(packed(sound))
    for _ in range(rng.randint(1, 4)):
        raw[rng.randrange(len(raw))] ^= rng.randint(1, 255)
    return bytes(raw)


def flip_frame(rng: Random, sound: Sound) -> bytes:
    """Change bits of gzip's header or trailer, or of the first block of the stream."""
    raw = bytearray(packed(sound))
    places = [*range(_FRAME), *range(_FRAME, _FRAME + 30), *range(len(raw) - 8, len(raw))]
    for _ in range(rng.randint(1, 3)):
        raw[rng.choice(places)] ^= 1 << rng.randrange(8)
    return bytes(raw)


def cut_stream(rng: Random, sound: Sound) -> bytes:
    """Break the file off."""
    raw = packed(sound)
    near_an_end = rng.choice([rng.randrange(40), len(raw) - 1 - rng.randrange(40)])
    return raw[: rng.choice([rng.randrange(len(raw)), near_an_end])]


def spliced_stream(rng: Random, sound: Sound) -> bytes:
    """Take a piece out, put one in, or have one twice."""
    raw = packed(sound)
    at, size = rng.randrange(len(raw)), rng.choice([1, 2, 64, 512, 4096])
    piece = raw[at : at + size]
    other = rng.choice([b"", piece * 2, rng.randbytes(size), bytes(size), piece[::-1]])
    return raw[:at] + other + raw[at + size :]


def joined_members(rng: Random, sound: Sound) -> bytes:
    """Compress in parts, with padding between them; one of them may be damaged."""
    cuts = sorted(rng.randrange(len(sound.plain)) for _ in range(rng.randint(1, 6)))
    ends = [0, *cuts, len(sound.plain)]
    members = []
    for start, stop in pairwise(ends):
        packer = zlib.compressobj(rng.choice([0, 1, 6]), zlib.DEFLATED, 31)
        members.append(packer.compress(sound.plain[start:stop]) + packer.flush())
        members.append(bytes(rng.choice([0, 0, 1, 511, 70_000])))
    fate = rng.choice(["sound", "sound", "flipped", "lost", "traded"])
    at = rng.randrange(len(members) // 2) * 2
    if fate == "flipped":
        member = bytearray(members[at])
        member[rng.randrange(len(member))] ^= rng.randint(1, 255)
        members[at] = bytes(member)
    elif fate == "lost":
        del members[at]
    elif fate == "traded":
        members[0], members[at] = members[at], members[0]
    return b"".join(members)


def garbage_behind(rng: Random, sound: Sound) -> bytes:
    """Write something behind the end."""
    size = rng.choice([1, 2, 8, 100, 5000, 70_000])
    more = rng.choice([rng.randbytes(size), b"\x1f\x8b", b"\x1f\x8b" + rng.randbytes(size),
                       bytes(size) + rng.randbytes(size), packed(sound), b"</html>"])  # fmt: skip
    return packed(sound) + more
