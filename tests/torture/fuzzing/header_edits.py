"""Headers that say what no header should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from torture.fuzzing.hdus import HDU, card, join, split
from torture.fuzzing.sound import Sound

from mangaxr.datamodel.keywords import KEYWORDS

__all__ = ["HEADER_EDITS", "VALUES"]

Edit = Callable[[Random, HDU], HDU]

VALUES = (
    "-1", "0", "1", "2", "3", "7", "32", "-32", "64", "999", "4096", "65536", "999999999",
    "99999999999", "9" * 20, "9" * 69, "-" + "9" * 30, "1.5", "1E3", "1D3", "1E400", "-1E400",
    "+5", "-0", "007", "NaN", "INF", "T", "F", "'T'", "'12'", "''", "'        '", "'text'",
    "'unclosed", "'it''s'", "'" * 40, "'a&'", "'" + "x" * 66 + "&'", "(1, 2)", "", "/ comment",
    "=", "= =", "1 2 3", "0x10", "'\x7f'", "'\t'", "'\n'", "\xe9", "'\xe9'", "1,5", "\0",
)  # fmt: skip

_AXES = ("NAXIS", "NAXIS1", "NAXIS2", "NAXIS3", "NAXIS4")
_NAMES = (
    "'SPX_SKYCOO'", "'BINID'", "'EMLINE_GVEL'", "'EMLINE_GFLUX'", "'STELLAR_VEL_MASK'",
    "'PRIMARY'", "''", "'X'", "'Y'", "'LINE'", "'SKY'", "'SKY_X'", "'R_RE'", "'LINE_WAVE'",
    "'EMLINE_GVEL_LINE'", "'X_CHANNEL'", "'stellar_vel'", "'  padded  '", "'with space'",
    "'a/b'", "'..'", "'" + "LONG" * 16 + "'", "12", "T", "'HDU3'", "'it''s'",
)  # fmt: skip
_KINDS = ("'BINTABLE'", "'TABLE   '", "'IMAGE'", "'image   '", "'A3DTABLE'", "'DUMP'", "''", "5")
_LABELS = ("'Ha-6564'", "'On-sky X'", "'R/Re'", "''", "5", "T", "'a&'", "'NII-6585'", "'unclosed")


def _axis(rng: Random, hdu: HDU) -> HDU:
    """Change an axis, or their number."""
    for _ in range(rng.randint(1, 2)):
        hdu = hdu.put(rng.choice(_AXES), rng.choice(VALUES))
    return hdu


def _traded_axes(rng: Random, hdu: HDU) -> HDU:
    """Give the data another shape of the same size."""
    axes = [key for key in _AXES[1:] if hdu.value(key)]
    sizes = [hdu.value(key) for key in axes]
    rng.shuffle(sizes)
    for key, size in zip(axes, sizes, strict=True):
        hdu = hdu.put(key, size)
    if axes and rng.random() < 0.4:  # 12 x 12 as 6 x 24
        one, other = rng.choice(axes), rng.choice(axes)
        hdu = hdu.put(one, str(int(hdu.value(one)) * 2))
        hdu = hdu.put(other, str(int(hdu.value(other)) // 2))
    return hdu


def _type(rng: Random, hdu: HDU) -> HDU:
    """Call the numbers another type, with axes that fit or without."""
    bitpix = rng.choice(["8", "16", "32", "64", "-32", "-64", *VALUES])
    hdu = hdu.put("BITPIX", bitpix)
    if bitpix in ("64", "-64") and hdu.value("NAXIS1").isdigit() and rng.random() < 0.5:
        hdu = hdu.put("NAXIS1", str(int(hdu.value("NAXIS1")) // 2))
    return hdu


def _groups(rng: Random, hdu: HDU) -> HDU:
    """Claim parameters and groups."""
    for _ in range(rng.randint(1, 2)):
        hdu = hdu.put(rng.choice(["PCOUNT", "GCOUNT"]), rng.choice(VALUES))
    return hdu


def _empty_with_a_heap(rng: Random, hdu: HDU) -> HDU:
    """Claim an array without elements, and parameters in place of its bytes."""
    hdu = hdu.put(rng.choice(["NAXIS1", "NAXIS2"]), "0")
    hdu = hdu.put(rng.choice(["NAXIS1", "NAXIS2", "NAXIS3"]), rng.choice(VALUES))
    return hdu.put("PCOUNT", str(len(hdu.data) // 4))


def _name(rng: Random, hdu: HDU) -> HDU:
    """Call the extension otherwise."""
    return hdu.put("EXTNAME", rng.choice(_NAMES))


def _kind(rng: Random, hdu: HDU) -> HDU:
    """Call it a table, or nothing known."""
    first = hdu.cards[0][:8].decode().strip()
    keyword = rng.choice([first, "XTENSION", "SIMPLE", "GROUPS", "ZIMAGE", "INHERIT"])
    return hdu.put(keyword, rng.choice([*_KINDS, "T", "F"]))


def _channels(rng: Random, hdu: HDU) -> HDU:
    """Name channels, or their units, otherwise: twice, not at all, beyond the last."""
    for _ in range(rng.randint(1, 3)):
        number = rng.choice([0, 1, 2, 3, 5, 24, 36, 99, 999])
        keyword = f"{rng.choice('CCU')}{number:0{rng.randint(1, 3)}d}"
        lost = rng.random() < 0.3
        hdu = hdu.without(keyword) if lost else hdu.put(keyword, rng.choice(_LABELS))
    return hdu


def _sums(rng: Random, hdu: HDU) -> HDU:
    """Lose, or change, the checksums."""
    keyword = rng.choice(["DATASUM", "CHECKSUM"])
    if rng.random() < 0.5:
        return hdu.without(keyword)
    return hdu.put(keyword, rng.choice([*VALUES, "'0'", "'4294967295'", "'0000000000000000'"]))


def _scaled(rng: Random, hdu: HDU) -> HDU:
    """Let the numbers stand for others."""
    keyword = rng.choice(["BSCALE", "BZERO", "BLANK", "BUNIT", "DATAMIN"])
    return hdu.put(keyword, rng.choice(VALUES))


def _any_value(rng: Random, hdu: HDU) -> HDU:
    """Give any card another value."""
    keyword = rng.choice(hdu.cards)[:8].decode("latin-1").strip()
    return hdu.put(keyword, rng.choice(VALUES))


def _primary_value(rng: Random, hdu: HDU) -> HDU:
    """Give a value that mangaxr uses another."""
    keywords = [row.keyword for row in KEYWORDS] + ["DAPFRMT", "EMLDB"]
    for _ in range(rng.randint(1, 3)):
        hdu = hdu.put(rng.choice(keywords), rng.choice(VALUES))
    return hdu


def _lost(rng: Random, hdu: HDU) -> HDU:
    """Lose cards, one of those that matter or any."""
    at = rng.choice([rng.randrange(len(hdu.cards)), rng.randrange(min(8, len(hdu.cards)))])
    return replace(hdu, cards=hdu.cards[:at] + hdu.cards[at + rng.randint(1, 3) :])


def _more_cards(rng: Random, hdu: HDU) -> HDU:
    """Put cards in: twice the same, continued ones, commentary, hierarchies, blanks."""
    more = rng.choice(
        [rng.choice(hdu.cards), card("LONG", "'begun&'") + b"CONTINUE  'and ended'".ljust(80),
         b"CONTINUE  'alone&'".ljust(80), b"HIERARCH a b c = 5".ljust(80), b" " * 80,
         b"COMMENT " + b"x" * 72, b"NAXIS   " * 10, b"HISTORY NAXIS1  = 5".ljust(80),
         card("NAXIS1", "9999"), b"C1C1C1C1" * 10, b"END     = 5".ljust(80), b"=" * 80]
    )  # fmt: skip
    at = rng.choice([len(hdu.cards), rng.randrange(len(hdu.cards))])
    many = rng.choice([1, 1, 2, 40, 2000])
    return replace(hdu, cards=(*hdu.cards[:at], more * many, *hdu.cards[at:]))


def _shuffled(rng: Random, hdu: HDU) -> HDU:
    """Put all cards but the first in another order."""
    rest = list(hdu.cards[1:])
    rng.shuffle(rest)
    return replace(hdu, cards=(hdu.cards[0], *rest))


def _edited(edit: Edit, rng: Random, sound: Sound, *, primary: float) -> bytes:
    """Edit one header; in a third of the files take the checksums out, or more would be hidden."""
    hdus = list(split(sound.plain))
    if rng.random() < 0.3:
        hdus = [hdu.without("DATASUM", "CHECKSUM") for hdu in hdus]
    at = 0 if rng.random() < primary else rng.randrange(len(hdus))
    hdus[at] = edit(rng, hdus[at])
    return join(hdus)


def without_end(rng: Random, sound: Sound) -> bytes:
    """Lose an END, or have it elsewhere, or written otherwise."""
    hdus = list(split(sound.plain))
    at = rng.randrange(len(hdus))
    end = rng.choice([b"", b"ENX", b"END     x", b"end", b" END"])
    whole = hdus[at].whole(end=end)
    if rng.random() < 0.3:  # too early
        cards = hdus[at].cards
        place = rng.randrange(1, len(cards))
        early = (*cards[:place], b"END".ljust(80), *cards[place:])
        whole = replace(hdus[at], cards=early).whole()
    return join(hdus[:at]) + whole + join(hdus[at + 1 :])


def _maker(edit: Edit, primary: float) -> Callable[[Random, Sound], bytes]:
    return lambda rng, sound: _edited(edit, rng, sound, primary=primary)


HEADER_EDITS: dict[str, Callable[[Random, Sound], bytes]] = {
    "NAXISn changed": _maker(_axis, 0.1),
    "axes traded": _maker(_traded_axes, 0.0),
    "BITPIX changed": _maker(_type, 0.1),
    "PCOUNT, GCOUNT": _maker(_groups, 0.1),
    "no elements, a heap": _maker(_empty_with_a_heap, 0.0),
    "EXTNAME changed": _maker(_name, 0.0),
    "XTENSION changed": _maker(_kind, 0.1),
    "Cnn, Un changed": _maker(_channels, 0.0),
    "checksum cards": _maker(_sums, 0.2),
    "BSCALE, BZERO": _maker(_scaled, 0.0),
    "any card's value": _maker(_any_value, 0.2),
    "primary's values": _maker(_primary_value, 1.0),
    "cards lost": _maker(_lost, 0.2),
    "cards put in": _maker(_more_cards, 0.2),
    "cards shuffled": _maker(_shuffled, 0.2),
    "END lost or early": without_end,
}
"""Name of a kind -> what makes the inflated bytes of a file."""
