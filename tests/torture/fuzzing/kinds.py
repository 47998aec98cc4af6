"""The kinds of mutation, and the file that a seed and a number make."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Literal

from torture.fuzzing import byte_damage, gzip_damage
from torture.fuzzing.bombs import BOMBS
from torture.fuzzing.extension_edits import EXTENSION_EDITS
from torture.fuzzing.header_edits import HEADER_EDITS
from torture.fuzzing.sound import SOUND, Sound, packed, sound_file
from torture.fuzzing.strangers import other_type

__all__ = ["KINDS", "Case", "Kind", "make_case", "sound_case"]

Make = Callable[[Random, Sound], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mutation.

    Parameters
    ----------
    weight
        How often it is taken.
    makes
        The inflated bytes of a file, to be compressed or not, or the file as it is.
    make
        Makes it of a sound file.
    traced
        Of so many files one is read with an account of Python's memory, which takes long.
    """

    weight: float
    makes: Literal["content", "file"]
    make: Make
    traced: int = 16


_CLAIMS = ("NAXISn changed", "no elements, a heap", "PCOUNT, GCOUNT")

KINDS: Mapping[str, Kind] = {
    "bytes of the stream flipped": Kind(8, "file", gzip_damage.flip_stream),
    "gzip header or trailer flipped": Kind(4, "file", gzip_damage.flip_frame),
    "stream cut off": Kind(6, "file", gzip_damage.cut_stream),
    "stream spliced": Kind(5, "file", gzip_damage.spliced_stream),
    "gzip members joined": Kind(4, "file", gzip_damage.joined_members),
    "garbage behind the stream": Kind(3, "file", gzip_damage.garbage_behind),
    "inflated bytes flipped": Kind(6, "content", byte_damage.flip_bytes),
    "header characters flipped": Kind(9, "content", byte_damage.flip_headers),
    "written over": Kind(7, "content", byte_damage.written_over),
    "inflated bytes cut off": Kind(5, "content", byte_damage.cut_bytes),
    "inflated bytes spliced": Kind(6, "content", byte_damage.spliced_bytes),
    **{
        name: Kind(3.2, "content", make, traced=4 if name in _CLAIMS else 16)
        for name, make in HEADER_EDITS.items()
    },
    **{name: Kind(2, "content", make) for name, make in EXTENSION_EDITS.items()},
    "other file types": Kind(4, "file", other_type),
    **{name: Kind(0.1, "file", make, traced=1) for name, make in BOMBS.items()},
}
"""Name -> kind."""


@dataclass(frozen=True, slots=True)
class Case:
    """A mutated file: what made it, its name, its bytes."""

    number: int
    kind: str
    sound: Sound
    name: str
    content: bytes

    @property
    def digest(self) -> bytes:
        """Tell files apart."""
        return blake2b(self.content, digest_size=16).digest()


def make_case(seed: int, number: int, sounds: Sequence[str] = tuple(SOUND)) -> Case:
    """Make a file; the same seed and number, of the same sound files, make the same bytes."""
    rng = Random(f"{seed}/{number}")
    kind = rng.choices(list(KINDS), [kind.weight for kind in KINDS.values()])[0]
    sound = sound_file(rng.choices(sounds, [SOUND[name][0] for name in sounds])[0])
    content, ending = KINDS[kind].make(rng, sound), rng.choice([".fits", ".fits.gz"])
    if KINDS[kind].makes == "content" and rng.random() < 0.5:
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        content = packer.compress(content) + packer.flush()
    return Case(number, kind, sound, sound.stem + ending, content)


def sound_case() -> Case:
    """Return a sound file as if it were a mutated one."""
    sound = sound_file("disk")
    return Case(-1, "bytes of the stream flipped", sound, f"{sound.stem}.fits.gz", packed(sound))
