"""Whether what came of a read is right: by zlib, by astropy, by the sound file.

A read may be refused, with an error of ours in one line that names the file. If it is not,
one of two things must hold:

- it gave what the sound file gives;
- the bytes are beyond suspicion for a reader (gzip's CRC holds, or there is no gzip; where it
  was to verify, no checksum disagrees), and what it gave is what astropy finds in them. Then
  the file does state something else, and only who knows the sound one can tell.
"""

from __future__ import annotations

import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torture.fuzzing.attempt import Attempt
from torture.fuzzing.bound import allowed_bytes
from torture.fuzzing.kinds import Case
from torture.fuzzing.stated import Stated, equal
from torture.fuzzing.ways import Seen, Way

from mangaxr.errors import MangaxrError
from mangaxr.fits.limits import inflated_limit

__all__ = ["Inflated", "Judge", "inflate"]

_LONGEST = 1500
_MAGIC = b"\x1f\x8b"
# A member may be of a few bytes, and what it leaves of a piece is copied.
_FIRST_STEP, _STEP = 1 << 10, 1 << 16


@dataclass(frozen=True, slots=True)
class Inflated:
    """What a file inflates to, and whether zlib is content with what it came from.

    ``cut`` says that there is more than the limit, and then the content is left out.
    """

    content: bytes
    size: int
    proven: bool
    cut: bool = False


def inflate(raw: bytes, *, limit: int) -> Inflated:
    """Inflate a file with zlib, member by member; zeros behind one are passed over.

    Other bytes behind the last are as bad as a damaged member, as to Python's own gzip.
    """
    if raw[:2] != _MAGIC:
        return Inflated(raw, len(raw), proven=True)
    parts: list[bytes] = []
    size = at = 0
    view = memoryview(raw)
    while raw[at : at + 2] == _MAGIC:
        member = zlib.decompressobj(31)
        step = _FIRST_STEP
        try:
            while not member.eof and at < len(raw):
                parts.append(member.decompress(view[at : at + step], limit + 1 - size))
                size += len(parts[-1])
                if size > limit:
                    return Inflated(b"", size, proven=True, cut=True)
                at, step = at + step, _STEP
        except zlib.error:
            return Inflated(b"".join(parts), size, proven=False)
        if not member.eof:
            return Inflated(b"".join(parts), size, proven=False)
        at = min(at, len(raw)) - len(member.unused_data)
        while raw[at : at + 1] == b"\0":
            at += 1
    return Inflated(b"".join(parts), size, proven=at == len(raw))


class Judge:
    """Judges the reads of one file."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.inflated = inflate(case.content, limit=inflated_limit(len(case.content)))
        self.is_sound = self.inflated.proven and self.inflated.content == case.sound.plain

    @cached_property
    def stated(self) -> Stated:
        """What astropy finds in the file."""
        return Stated(self.inflated.content)

    def verdict(
        self, attempt: Attempt, way: Way, expected: Callable[[], Seen | None]
    ) -> tuple[str, list[str]]:
        """Judge a read.

        Parameters
        ----------
        attempt
            What came of it.
        way
            How it was read.
        expected
            Gives what the sound file gives, read so; None if it cannot be.

        Returns
        -------
        str
            ``refused``, ``as sound``, or ``as stated``.
        list of str
            What is wrong.
        """
        if attempt.error is not None:
            outcome, fault = "refused", self._fault_of_error(attempt.error)
            if not fault and self.is_sound and expected() is not None:
                fault = f"refused what is sound: {str(attempt.error)[:200]}"
        elif attempt.seen is None:
            outcome, fault = "refused", "neither result nor error"
        else:
            sound = expected()
            as_sound = sound is not None and _same(attempt.seen, sound)
            outcome = "as sound" if as_sound else "as stated"
            fault = self._fault_of_reading(attempt.seen, way, sound, as_sound=as_sound)
        warned = attempt.warning and f"warned: {attempt.warning}"
        return outcome, [text for text in (fault, warned, self._swollen(attempt)) if text]

    @property
    def allowed(self) -> int:
        """Bytes that a read of the file may allocate."""
        return allowed_bytes(self.inflated.size)

    def _swollen(self, attempt: Attempt) -> str:
        if attempt.hit_the_ceiling:
            return f"asked for far more memory than the {self.allowed >> 20} MiB allowed"
        if attempt.allocated > self.allowed:
            return f"allocated {attempt.allocated >> 20} of {self.allowed >> 20} MiB allowed"
        return ""

    def _fault_of_error(self, error: Exception) -> str:
        text = str(error)
        if not isinstance(error, MangaxrError):
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            return f"foreign error {type(error).__name__} ({where}): {text[:200]}"
        if self.case.name not in text:
            return f"error without the file's name: {text[:200]}"
        if not text.isprintable() or len(text) > _LONGEST:
            return f"error of more than a line, or too long: {text[:200]!r}"
        return ""

    def _fault_of_reading(self, seen: Seen, way: Way, sound: Seen | None, *, as_sound: bool) -> str:
        doubtful = not self.inflated.proven or self.inflated.cut
        if doubtful and way.whole:
            return "read a stream that is damaged or endless to its end"
        if doubtful:
            return "" if as_sound else "other values, from a stream that is damaged or endless"
        if self.is_sound:
            return "" if as_sound else "other values than the sound file's, from the same bytes"
        if way.verify and self.stated.wrong_sum:
            return f"verified {self.stated.wrong_sum}, which does not match its checksums"
        if as_sound:
            return ""
        if self.stated.unreadable and (sound is None or not _same_in_part(seen, sound)):
            return f"read what astropy cannot: {self.stated.unreadable[:200]}"
        return "" if self.stated.unreadable else self.stated.difference(seen, way)


def _same(one: Seen, other: Seen) -> bool:
    """Tell whether two reads gave the same, bit for bit."""
    alike = one.arrays.keys() == other.arrays.keys() and repr(one.facts) == repr(other.facts)
    return alike and _same_in_part(one, other)


def _same_in_part(one: Seen, other: Seen) -> bool:
    """Tell whether one read gave nothing but what another did."""
    return all(
        name in other.arrays
        and equal(one.arrays[name], other.arrays[name])
        and one.channels.get(name) == other.channels.get(name)
        for name in one.arrays
    )
