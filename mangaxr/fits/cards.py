"""Header cards of one HDU, kept as bytes until somebody asks for a value.

A build reads some thirty headers per galaxy and needs a dozen values of most of them.
The commonest cards, those of plain values, are read here; all others are parsed by astropy, a
hundred times slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from mangaxr.errors import CorruptFileError
from mangaxr.fits.keywords import CARD, KEYWORD, keywords_of

if TYPE_CHECKING:  # importing it takes longer than building a few galaxies
    from astropy.io.fits import Header

__all__ = ["BLOCK", "CARD", "Cards"]

BLOCK = 2880
"""Bytes of a FITS block; headers and data are padded to a multiple."""

_PLAIN = re.compile(
    rb"[A-Z0-9_-]{1,8} *= +"
    rb"(?:'(?P<text>[^'&]*)'"
    rb"|(?P<real>-?(?:0|[1-9]\d{0,17})\.\d{1,20}(?:E[+-]\d\d)?)"
    rb"|(?P<number>0|-?[1-9]\d{0,17})"
    rb"|(?P<flag>[TF])) *(?:/[^']*)?"
)
"""Values without quotes or continuations inside (FITS Standard 4.0, 4.2), at any place: the DAP's
own numbers do not end in column 30."""
_EQUALS, _TEXT_AT = 8, 10
_READ: Mapping[str, Callable[[bytes], float]] = {
    "number": int,
    "real": float,
    "flag": lambda flag: flag == b"T",
}


@lru_cache(maxsize=8192)
def _plain_value(image: bytes) -> str | float | None:
    """Read a plain card; None if it is not one.

    All but a few of a galaxy's cards are as in its other headers, or in other galaxies'.
    """
    match = _PLAIN.fullmatch(image)
    if match is None or image[_EQUALS : _EQUALS + 2] != b"= ":
        return None
    kind = match.lastgroup or ""
    if kind == "text":
        return match["text"].decode().rstrip() if match.start("text") == _TEXT_AT + 1 else None
    return _READ[kind](match[kind])


@lru_cache(maxsize=8192)
def _card_value(image: bytes) -> object:
    """Parse one card; the channel cards of thousands of files are the same few hundred."""
    if image.find(b"= ") not in range(_EQUALS + 1):
        msg = "no equals sign behind the keyword"  # of which astropy only warns
        raise ValueError(msg)
    from astropy.io.fits.card import Card, Undefined

    value = Card.fromstring(image.decode("ascii")).value
    return None if isinstance(value, Undefined) else value


class Cards:
    """The cards of one header.

    Parameters
    ----------
    raw
        The header as in the file: a multiple of 80 bytes, up to END.
    where
        File and HDU, for error messages.
    """

    __slots__ = ("_known", "keywords", "raw", "where")

    def __init__(self, raw: bytes, where: str = "header") -> None:
        self.raw = raw
        self.where = where
        self._known: dict[str, object] = {}  # a few are asked for by everybody
        self.keywords = keywords_of(raw)

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

    def __contains__(self, keyword: str) -> bool:
        """Whether there is a card of that keyword, be it one without a value."""
        return _padded(keyword) in self.keywords.places

    def repeats(self, keywords: Collection[bytes]) -> bool:
        """Whether there are several cards of one of these keywords, of eight bytes each."""
        return not self.keywords.repeated.isdisjoint(keywords)

    def agreed(self, keyword: str) -> object:
        """Return the value of a keyword that the rest of the file depends on.

        Raises
        ------
        CorruptFileError
            If the card cannot be parsed, or another one of the same keyword disagrees.
        """
        value = self.get(keyword)
        name = _padded(keyword)
        if name in self.keywords.repeated:
            places = range(0, len(self.raw), CARD)
            if any(
                self.raw[at : at + KEYWORD] == name and self._value(at) != value for at in places
            ):
                msg = (
                    f"{self.where}: there are several cards {keyword}, of different values: "
                    f"the file is damaged, download it again"
                )
                raise CorruptFileError(msg)
        return value

    def _find(self, keyword: str) -> object:
        at = self.keywords.places.get(_padded(keyword))
        return None if at is None else self._value(at)

    def text(self, keyword: str) -> str:
        """Return a keyword's value as stripped text; empty if the header lacks it."""
        value = self.get(keyword)
        return "" if value is None else str(value).strip()

    def numbered(self, letter: str) -> tuple[str, ...]:
        """Return the values of ``C1..`` (channel names) or ``U1..`` (units), by number.

        A number that is left out has an empty value, so that those behind it keep their places.

        Raises
        ------
        CorruptFileError
            If a card cannot be parsed.
        """
        numbered = self.keywords.numbered[letter]
        return _plain_texts(self.raw[numbered.span], letter) or _by_number(
            {number: self._value(at) for number, at in numbered.places}
        )

    def _value(self, offset: int) -> object:
        image = self.raw[offset : offset + CARD]
        plain = _plain_value(image)
        if plain is not None:
            return plain
        try:
            return _card_value(image)
        except Exception as error:  # astropy raises many kinds on damaged cards
            msg = (
                f"{self.where}: the card {image.rstrip()[:40]!r} cannot be parsed: "
                f"the file is damaged, download it again"
            )
            raise CorruptFileError(msg) from error

    def header(self) -> Header:
        """Return the whole header as astropy's class."""
        from astropy.io.fits import Header

        return Header.fromstring(self.raw.decode("ascii"))

    def lines(self) -> str:
        """Return the header verbatim, a card a line, trailing blanks removed."""
        text = self.raw.decode("ascii")
        return "\n".join(text[i : i + CARD].rstrip() for i in range(0, len(text), CARD)).rstrip()


@lru_cache(maxsize=64)
def _plain_texts(cards: bytes, letter: str) -> tuple[str, ...]:
    """Read numbered cards, if all are plain; those of an extension are the same in all files."""
    places = keywords_of(cards).numbered[letter].places
    found = [(number, _plain_value(cards[at : at + CARD])) for number, at in places]
    return () if any(value is None for _, value in found) else _by_number(dict(found))


def _by_number(found: Mapping[int, object]) -> tuple[str, ...]:
    """Lay out values by number; one that is left out is empty."""
    values = [found.get(number) for number in range(1, max(found, default=0) + 1)]
    return tuple("" if value is None else str(value).strip() for value in values)


@lru_cache(maxsize=1024)
def _padded(keyword: str) -> bytes:
    return keyword.ljust(KEYWORD).encode()
