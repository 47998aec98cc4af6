"""A FITS file taken apart into cards and data, to be put together otherwise."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache

from astropy.io import fits

__all__ = ["HDU", "card", "join", "split"]

CARD, BLOCK = 80, 2880


@dataclass(frozen=True, slots=True)
class HDU:
    """Cards without END, and the data unit with its padding."""

    cards: tuple[bytes, ...]
    data: bytes

    def at(self, keyword: str) -> int:
        """Return the place of a card; -1 if there is none."""
        start = keyword.ljust(8).encode()
        return next((i for i, c in enumerate(self.cards) if c.startswith(start)), -1)

    def put(self, keyword: str, value: str) -> HDU:
        """Write a card in place of the one of its name, or behind the others."""
        at, cards = self.at(keyword), list(self.cards)
        if at < 0:
            cards.append(card(keyword, value))
        else:
            cards[at] = card(keyword, value)
        return replace(self, cards=tuple(cards))

    def without(self, *keywords: str) -> HDU:
        """Take cards out."""
        starts = tuple(keyword.ljust(8).encode() for keyword in keywords)
        return replace(self, cards=tuple(c for c in self.cards if not c.startswith(starts)))

    def value(self, keyword: str) -> str:
        """Return the text behind the equals sign; empty if there is no such card."""
        at = self.at(keyword)
        return "" if at < 0 else self.cards[at][10:].split(b"/")[0].decode("latin-1").strip()

    def whole(self, *, end: bytes = b"END") -> bytes:
        """Return the bytes of header and data."""
        header = b"".join(self.cards) + (end.ljust(CARD) if end else b"")
        return header + b" " * (-len(header) % BLOCK) + self.data


def card(keyword: str, value: str) -> bytes:
    """Write a card; nothing is checked, and what is too long is cut."""
    return f"{keyword:8}= {value:>20}".encode("latin-1")[:CARD].ljust(CARD)


@lru_cache(maxsize=16)
def split(plain: bytes) -> tuple[HDU, ...]:
    """Take a sound file apart."""
    found = []
    with fits.open(io.BytesIO(plain), memmap=False) as hdus:
        for hdu in hdus:
            place = hdu.fileinfo()
            start, data = place["hdrLoc"], place["datLoc"]
            header = plain[start:data]
            cards = [header[i : i + CARD] for i in range(0, len(header), CARD)]
            ended = cards[: cards.index(b"END".ljust(CARD))]
            found.append(HDU(tuple(ended), plain[data : data + place["datSpan"]]))
    return tuple(found)


def join(hdus: list[HDU] | tuple[HDU, ...]) -> bytes:
    """Put a file together."""
    return b"".join(hdu.whole() for hdu in hdus)
