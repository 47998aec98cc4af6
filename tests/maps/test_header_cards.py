"""What a header says of its data: the quick way through its first cards, and the plain one."""

from __future__ import annotations

from unittest import mock

from hypothesis import example, given
from hypothesis import strategies as st

from mangaxr.errors import CorruptFileError
from mangaxr.fits import walk
from mangaxr.fits.cards import BLOCK, CARD

CARDS = [
    "XTENSION= 'IMAGE   '",
    "BITPIX  =                  -32",
    "NAXIS   =                    3",
    "NAXIS1  =                   74",
    "NAXIS2  =                   74",
    "NAXIS3  =                   35",
    "PCOUNT  =                    0",
    "GCOUNT  =                    1",
    "EXTNAME = 'EMLINE_GFLUX'",
    "BUNIT   = '1E-17 erg/s/cm^2/ang/spaxel'",
    "COMMENT nothing",
    "COMMENT nothing again",
]
OTHERS = [
    *CARDS,
    "NAXIS2  =                   32",
    "NAXIS3  =                    0",
    "NAXIS4  =                    2",
    "NAXIS   =                    2",
    "NAXIS   =                   99",
    "BITPIX  =                   16",
    "BITPIX  =                 'no'",
    "GCOUNT  =                    2",
    "PCOUNT  =                   -1",
    "EXTEND  =                    ?",
    "SIMPLE  =                    T",
    "",
]
edits = st.lists(
    st.tuples(st.integers(0, len(CARDS) + 3), st.sampled_from(OTHERS), st.booleans()), max_size=4
)


class Anywhere:
    """A source of which only the name is asked for."""

    path = "a.fits"


def said(cards: list[str]) -> object:
    """Return what is made of a header, or the words of its refusal."""
    text = "".join(card.ljust(CARD) for card in [*cards, "END"])
    raw = text.ljust(-(-len(text) // BLOCK) * BLOCK).encode()
    try:
        found = walk._start(Anywhere(), 1, raw)  # type: ignore[arg-type]
    except CorruptFileError as error:
        return str(error)
    return found.name, found.bitpix, found.shape, found.data_size


@given(edits)
@example([(len(CARDS), "EXTEND  =                    ?", True)])
def test_the_first_cards_say_what_the_whole_header_says(edits: list[tuple[int, str, bool]]) -> None:
    """Whatever is changed, put in, or repeated anywhere in it."""
    cards = list(CARDS)
    for place, card, put_in in edits:
        if put_in:
            cards.insert(place, card)
        elif place < len(cards):
            cards[place] = card
    quick = [said(cards) for _ in range(2)]
    with mock.patch.object(walk, "_known_extension", return_value=None):
        plain = said(cards)
    assert quick == [plain, plain]


def test_headers_of_one_shape_are_read_once() -> None:
    """Cards behind the first ones, which differ from galaxy to galaxy, cost nothing."""
    walk._known_extension.cache_clear()
    expected = ("EMLINE_GFLUX", -32, (35, 74, 74), 4 * 35 * 74 * 74)
    for number in range(3):
        assert said([*CARDS, f"CRVAL1  =                  {number}"]) == expected
    assert walk._known_extension.cache_info()[:2] == (2, 1)
