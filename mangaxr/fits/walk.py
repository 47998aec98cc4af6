"""Walking through the HDUs of a FITS stream: where each header ends, how large its data is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mangaxr.errors import CorruptFileError
from mangaxr.fits.cards import BLOCK, Cards
from mangaxr.fits.keywords import CARD, KEYWORD
from mangaxr.fits.limits import (
    MAX_AXES,
    MAX_DATA_BYTES,
    MAX_HDUS,
    MAX_HEADER_BYTES,
    MAX_HEADERS_BYTES,
    MAX_PADDING,
)
from mangaxr.fits.source import ByteSource

__all__ = ["HDUStart", "walk_hdus"]

_END = b"END".ljust(CARD)
_TEXT = bytes(range(0x20, 0x7F))  # all that a FITS header may hold
_OF_PRIMARY = ("SIMPLE", "EXTEND")
_PROMISES = (*_OF_PRIMARY, "XTENSION")
"""Cards that astropy finds no file, or no extension, without: they must be whole."""
_FIRST_CARDS = 8
"""Cards from XTENSION to GCOUNT in the header of a cube of images."""
_STRUCTURAL = frozenset(
    keyword.ljust(KEYWORD).encode()
    for keyword in (
        *_PROMISES,
        "BITPIX",
        "NAXIS",
        "PCOUNT",
        "GCOUNT",
        *(f"NAXIS{axis}" for axis in range(1, MAX_AXES + 1)),
    )
)
_ZEROS = bytes(1 << 16)
_BITPIX = (8, 16, 32, 64, -32, -64)


class HDUStart(NamedTuple):
    """An HDU whose header was read and whose data comes next in the stream.

    Parameters
    ----------
    number
        Its place in the file, from 0.
    name
        EXTNAME, or ``"PRIMARY"``.
    cards
        Its header.
    padded_header
        The header with its padding, as checksummed.
    bitpix
        FITS data type.
    shape
        Shape of the array, numpy order (last axis fastest).
    data_size
        Bytes of the data unit, without padding.
    """

    number: int
    name: str
    cards: Cards
    padded_header: bytes
    bitpix: int
    shape: tuple[int, ...]
    data_size: int

    @property
    def holds_maps(self) -> bool:
        """Whether the data are an image, or a cube of images, and there are any."""
        is_image = self.number == 0 or self.cards.text("XTENSION") == "IMAGE"
        size = math.prod(self.shape) * abs(self.bitpix) // 8
        return is_image and len(self.shape) in (2, 3) and 0 < size <= self.data_size

    @property
    def padded_size(self) -> int:
        """Bytes of the data unit in the file."""
        return -(-self.data_size // BLOCK) * BLOCK


def walk_hdus(source: ByteSource) -> Iterator[HDUStart]:
    """Go through a file HDU by HDU; the caller consumes each one's data before the next.

    Raises
    ------
    CorruptFileError
        If the file ends within a header, or a header cannot be true.
    """
    left = MAX_HEADERS_BYTES
    for number in range(MAX_HDUS):
        raw = _read_header(source, number, min(left, MAX_HEADER_BYTES))
        if raw is None:
            return
        left -= len(raw)
        yield _start(source, number, raw)
    msg = f"{source.path}: more than {MAX_HDUS} HDUs: not a MAPS file, or damaged"
    raise CorruptFileError(msg)


def _read_header(source: ByteSource, number: int, limit: int) -> bytes | None:
    """Read blocks up to the END card; None at the end of the file."""
    start = source.position
    blocks: list[bytes] = []
    for _ in range(limit // BLOCK + 1):
        block = bytes(source.read(BLOCK))
        if not blocks and not block.strip(b"\0"):
            _expect_only_zeros(source, number)
            return None
        if len(block) < BLOCK:
            msg = f"{source.path}: truncated in the header of HDU {number}: download it again"
            raise CorruptFileError(msg)
        if not blocks and not block.startswith((b"XTENSION=", b"SIMPLE  =")):
            msg = (
                f"{source.path}: no FITS header where HDU {number} should start "
                f"(byte {start}): the file is damaged, download it again"
            )
            raise CorruptFileError(msg)
        blocks.append(block)
        if _end_of_cards(block) is not None:
            return b"".join(blocks)
    msg = (
        f"{source.path}: the header of HDU {number} has no END card within {limit} bytes: "
        f"the file is damaged, download it again"
    )
    raise CorruptFileError(msg)


def _expect_only_zeros(source: ByteSource, number: int) -> None:
    """Tell the padding behind the last HDU from a hole in the middle of the file."""
    end = source.position + MAX_PADDING
    while rest := bytes(source.read(len(_ZEROS))):
        if source.position > end:
            msg = (
                f"{source.path}: more than {MAX_PADDING} zeros where HDU {number} should "
                f"start: the file is damaged, download it again"
            )
            raise CorruptFileError(msg)
        if rest != _ZEROS[: len(rest)]:
            msg = (
                f"{source.path}: zeros where HDU {number} should start, and more behind them: "
                f"the file has a hole, download it again"
            )
            raise CorruptFileError(msg)


def _end_of_cards(block: bytes) -> int | None:
    """Return the offset of the END card in a block, if it is there."""
    at = block.find(_END)
    while at >= 0:
        if at % CARD == 0:
            return at
        at = block.find(_END, at - at % CARD + CARD)
    return None


def _start(source: ByteSource, number: int, raw: bytes) -> HDUStart:
    """Work out what a header says about the data that follows."""
    last = len(raw) - BLOCK
    end = _end_of_cards(raw[last:])
    where = f"{source.path}: header of HDU {number}"
    cards = Cards(raw[: last + (end or 0)], where)
    strange = "bytes that are not text" if cards.raw.translate(None, _TEXT) else ""
    strange = strange or ("" if cards.keywords.are_sound else "keywords that are none")
    if strange:
        msg = f"{where} holds {strange}: the file is damaged, download it again"
        raise CorruptFileError(msg)
    structure = _structure(cards)
    name = "PRIMARY" if number == 0 else _name(cards, number)
    bitpix, shape, size, is_believed = structure
    if not is_believed:
        msg = (
            f"{where} ({name}) claims {size} bytes of data, shape {shape}: less than none or "
            f"more than {MAX_DATA_BYTES} is not believed; the file is damaged or not a MAPS file"
        )
        raise CorruptFileError(msg)
    return HDUStart(number, name, cards, raw, bitpix, shape, size)


class _Structure(NamedTuple):
    """What a header says of its data: type, shape, bytes, and whether there may be as many."""

    bitpix: int
    shape: tuple[int, ...]
    size: int
    is_believed: bool


def _structure(cards: Cards) -> _Structure:
    """Read the cards that say how large the data are.

    They come first, and are the same in every galaxy of one bundle size: then those cards as a
    whole have been read before. Promises of a primary header may stand anywhere.
    """
    is_plain = not any(keyword in cards for keyword in _OF_PRIMARY)
    if is_plain and not cards.repeats(_STRUCTURAL):
        found = _known_extension(cards.raw[: _FIRST_CARDS * CARD])
        if found is not None:
            return found
    return _read_structure(cards)


@lru_cache(maxsize=1024)
def _known_extension(start: bytes) -> _Structure | None:
    """Read them off the first cards of an extension, if all of them are there and sound."""
    cards = Cards(start)
    if not all(keyword in cards for keyword in ("XTENSION", "PCOUNT", "GCOUNT")):
        return None
    try:
        return _read_structure(cards)
    except CorruptFileError:  # which is for the whole header to say
        return None


def _read_structure(cards: Cards) -> _Structure:
    for keyword in _PROMISES:
        if keyword in cards:
            cards.agreed(keyword)
    bitpix = _integer(cards, "BITPIX")
    naxis = _integer(cards, "NAXIS")
    if bitpix not in _BITPIX or not 0 <= naxis <= MAX_AXES:
        msg = f"{cards.where}: BITPIX = {bitpix}, NAXIS = {naxis} cannot be: the file is damaged"
        raise CorruptFileError(msg)
    shape = tuple(_integer(cards, f"NAXIS{axis}") for axis in range(naxis, 0, -1))
    groups = _integer(cards, "GCOUNT", default=1)
    parameters = _integer(cards, "PCOUNT", default=0)
    size = abs(bitpix) // 8 * groups * (parameters + math.prod(shape)) if shape else 0
    is_believed = min(*shape, groups, parameters, 0) == 0 and size <= MAX_DATA_BYTES
    return _Structure(bitpix, shape, size, is_believed)


def _name(cards: Cards, number: int) -> str:
    name = cards.agreed("EXTNAME")
    return ("" if name is None else str(name).strip().upper()) or f"HDU{number}"


def _integer(cards: Cards, keyword: str, default: int | None = None) -> int:
    if default is not None and keyword not in cards:
        return default
    value = cards.agreed(keyword)
    if not isinstance(value, int) or isinstance(value, bool):
        msg = (
            f"{cards.where}: {keyword} = {value!r} is not an integer: "
            f"the file is damaged, download it again"
        )
        raise CorruptFileError(msg)
    return value
