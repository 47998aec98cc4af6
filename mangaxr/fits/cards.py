"""Header cards of one HDU, kept as bytes until somebody asks for a value.

A build reads some thirty headers per galaxy and needs a dozen values of most of them.
The commonest cards, plain texts and integers in the fixed format, are read here; all others
are parsed by astropy, a hundred times slower.
"""

from __future__ import annotations

import re
from functools import lru_cache

from astropy.io import fits

from mangaxr.errors import CorruptFileError

__all__ = ["BLOCK", "CARD", "Cards"]

CARD = 80
"""Bytes of a header card."""

BLOCK = 2880
"""Bytes of a FITS block; headers and data are padded to a multiple."""

_NUMBERED = {letter: re.compile(letter.encode() + rb"(\d{1,3}) *") for letter in "CU"}

_PLAIN = re.compile(
    rb"[A-Z0-9_-]{1,8} *= +(?:'(?P<text>[^'&]*)'|(?P<number>0|-?[1-9]\d{0,17})) *(?:/[^']*)?"
)
"""Cards of the fixed format (FITS Standard 4.0, 4.2) without quotes or continuations inside."""
_EQUALS, _TEXT_AT, _NUMBER_END = 8, 10, 30


def _plain_value(image: bytes) -> str | int | None:
    """Read a plain card; None if it is not one."""
    match = _PLAIN.fullmatch(image)
    if match is None or image[_EQUALS : _EQUALS + 2] != b"= ":
        return None
    if match["text"] is not None:
        return match["text"].decode().rstrip() if match.start("text") == _TEXT_AT + 1 else None
    return int(match["number"]) if match.end("number") == _NUMBER_END else None


@lru_cache(maxsize=8192)
def _card_value(image: bytes) -> object:
    """Parse one card; the channel cards of thousands of files are the same few hundred."""
    if image.find(b"= ") not in range(_EQUALS + 1):
        msg = "no equals sign behind the keyword"  # of which astropy only warns
        raise ValueError(msg)
    return fits.Card.fromstring(image.decode("ascii")).value


class Cards:
    """The cards of one header.

    Parameters
    ----------
    raw
        The header as in the file: a multiple of 80 bytes, up to END.
    where
        File and HDU, for error messages.
    """

    __slots__ = ("_known", "raw", "where")

    def __init__(self, raw: bytes, where: str = "header") -> None:
        self.raw = raw
        self.where = where
        self._known: dict[str, object] = {}  # a few are asked for by everybody

    def get(self, keyword: str) -> object:
        """Return the value of a keyword, or None if the header lacks it.

        Raises
        ------
        CorruptFileError
            If the card cannot be parsed.
        """
        if keyword not in self._known:
            self._known[keyword] = self._find(keyword)
        return self._known[keyword]

    def agreed(self, keyword: str) -> object:
        """Return the value of a keyword that everything depends on, and that is there once.

        Raises
        ------
        CorruptFileError
            If the card cannot be parsed, or another one of the same keyword disagrees.
        """
        first = self._next(keyword, 0)
        second = -1 if first < 0 else self._next(keyword, first + CARD)
        if second >= 0 and self._value(first) != self._value(second):
            msg = (
                f"{self.where}: there are several cards {keyword}, of different values: "
                f"the file is damaged, download it again"
            )
            raise CorruptFileError(msg)
        return self.get(keyword)

    def _find(self, keyword: str) -> object:
        # The first card of a repeated keyword counts, as in astropy.
        at = self._next(keyword, 0)
        return None if at < 0 else self._value(at)

    def _next(self, keyword: str, start: int) -> int:
        """Return where the next card of a keyword begins; -1 if there is none."""
        name = keyword.ljust(8).encode()
        at = self.raw.find(name, start)
        while at >= 0 and at % CARD:  # within another card's value or comment: on to the next
            at = self.raw.find(name, at - at % CARD + CARD)
        return at

    def text(self, keyword: str) -> str:
        """Return a keyword's value as stripped text; empty if the header lacks it."""
        value = self.get(keyword)
        return "" if value is None else str(value).strip()

    def numbered(self, letter: str) -> tuple[str, ...]:
        """Return the values of ``C1..`` (channel names) or ``U1..`` (units), by number.

        The numbers are zero-padded to the width of the channel count, so ``C1`` and
        ``C01`` both occur; CTYPE1, CRPIX1 and their like do not match. A number that is
        left out has an empty value, so that those behind it keep their places.
        """
        found: dict[int, str] = {}
        initials = self.raw[::CARD]  # of every card
        card = initials.find(letter.encode())
        while card >= 0:
            at = card * CARD
            name = _NUMBERED[letter].fullmatch(self.raw, at, at + 8)
            if name:
                value = self._value(at)
                # The first card of a number counts, as for other keywords.
                found.setdefault(int(name[1]), "" if value is None else str(value).strip())
            card = initials.find(letter.encode(), card + 1)
        return tuple(found.get(number, "") for number in range(1, max(found, default=0) + 1))

    def _value(self, offset: int) -> object:
        image = self.raw[offset : offset + CARD]
        plain = _plain_value(image)
        if plain is not None:
            return plain
        try:
            value = _card_value(image)
        except Exception as error:  # astropy raises many kinds on damaged cards
            msg = (
                f"{self.where}: the card {image.rstrip()[:40]!r} cannot be parsed: "
                f"the file is damaged, download it again"
            )
            raise CorruptFileError(msg) from error
        return None if isinstance(value, fits.card.Undefined) else value

    def header(self) -> fits.Header:
        """Return the whole header as astropy's class."""
        return fits.Header.fromstring(self.raw.decode("ascii"))

    def lines(self) -> str:
        """Return the header verbatim, a card a line, trailing blanks removed."""
        text = self.raw.decode("ascii")
        return "\n".join(text[i : i + CARD].rstrip() for i in range(0, len(text), CARD)).rstrip()
