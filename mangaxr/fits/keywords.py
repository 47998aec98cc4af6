"""The keywords of a header: where the card of each is, and whether they are any at all.

They are the same in an extension of thousands of galaxies, values or not: what can be said of
them is worked out once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Set
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

__all__ = ["CARD", "KEYWORD", "Keywords", "Numbered", "keywords_of"]

CARD = 80
"""Bytes of a header card."""

KEYWORD = 8
"""Bytes of a keyword, padded with blanks."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ "
_NUMBERED = {letter: re.compile(letter.encode() + rb"(\d{1,3}) *") for letter in "CU"}
_BLANK = b" " * KEYWORD
_USUAL = 256 * KEYWORD
"""Keywords of this many bytes are remembered; the survey's longest header has 1,400."""


class Numbered(NamedTuple):
    """Cards of one letter and a number.

    Parameters
    ----------
    span
        From the first of them to the end of the last.
    places
        Number and place of each.
    """

    span: slice
    places: tuple[tuple[int, int], ...]


class Keywords:
    """The keywords of one header.

    Parameters
    ----------
    joined
        All of them, in order, each of eight bytes.
    """

    def __init__(self, joined: bytes) -> None:
        names = [joined[i : i + KEYWORD] for i in range(0, len(joined), KEYWORD)]
        # Backwards: the first card of a repeated keyword counts, as in astropy.
        numbers = range((len(names) - 1) * CARD, -1, -CARD)
        self.places: Mapping[bytes, int] = dict(zip(reversed(names), numbers, strict=True))
        counts = Counter(names) if len(self.places) < len(names) else {}
        self.repeated: Set[bytes] = frozenset(name for name, n in counts.items() if n > 1)

    @cached_property
    def are_sound(self) -> bool:
        """Whether they are of the letters that they may be of, and none is indented."""
        joined = b"".join(self.places)
        indented = joined[::KEYWORD].count(b" ") > (_BLANK in self.places)
        return not indented and not joined.translate(None, _LETTERS)

    @cached_property
    def numbered(self) -> Mapping[str, Numbered]:
        """The cards that name channels (``C1..``) and units (``U1..``).

        The numbers are zero-padded to the width of the channel count, so ``C1`` and ``C01`` both
        occur; CTYPE1, CRPIX1 and their like do not match. The last of a number counts.
        """
        return {letter: self._numbered(pattern) for letter, pattern in _NUMBERED.items()}

    def _numbered(self, pattern: re.Pattern[bytes]) -> Numbered:
        places = tuple(
            (int(match[1]), at)
            for name, at in self.places.items()
            if (match := pattern.fullmatch(name))
        )
        ends = [at for _, at in places] or [-CARD]  # of nothing, an empty span
        return Numbered(slice(min(ends), max(ends) + CARD), places)


def keywords_of(cards: bytes) -> Keywords:
    """Return the keywords of a header, whose size is a multiple of 80 bytes.

    Examples
    --------
    >>> keywords_of(b"NAXIS   = 2".ljust(80) + b"NAXIS1  = 74".ljust(80)).places[b"NAXIS1  "]
    80
    """
    table = np.frombuffer(cards, dtype=np.uint8).reshape(-1, CARD)
    joined = table[:, :KEYWORD].tobytes()
    return _remembered(joined) if len(joined) <= _USUAL else Keywords(joined)


_remembered = lru_cache(maxsize=256)(Keywords)
