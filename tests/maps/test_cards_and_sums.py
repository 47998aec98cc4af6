"""Checksums against astropy's."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mangaxr.errors import CorruptFileError
from mangaxr.fits.cards import Cards
from mangaxr.fits.checksum import ones_complement_sum, sum_pieces

MakeHDUs = Callable[..., fits.HDUList]


@given(st.binary(max_size=4000).map(lambda data: data[: len(data) // 4 * 4]))
def test_the_sum_is_that_of_its_definition(data: bytes) -> None:
    """Adding word by word with end-around carry gives the same, as FITS 4.0 appendix J has it."""
    total = 0
    for word in np.frombuffer(data, ">u4").tolist():
        total += word
        total = (total & 0xFFFFFFFF) + (total >> 32)
    assert ones_complement_sum(data) == total


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_pieces_of_any_size_have_the_sum_of_the_whole(pieces: list[bytes]) -> None:
    """Words that lie astride two pieces, or several, are counted once."""
    whole = b"".join(pieces)
    found, total = sum_pieces(map(memoryview, pieces))
    assert found == len(whole)
    assert total == ones_complement_sum(whole[: found - found % 4])


def test_sums_are_those_astropy_writes(make_hdus: MakeHDUs) -> None:
    """DATASUM of every extension, which astropy computes its own way."""
    buffer = io.BytesIO()
    make_hdus(only=("SPX_SKYCOO", "BINID", "STELLAR_VEL_MASK")).writeto(buffer)
    raw, at = buffer.getvalue(), 0
    with fits.HDUList.fromstring(raw) as hdus:
        for hdu in hdus:
            end = at + hdu.filebytes()
            header = len(hdu.header.tostring())
            assert str(ones_complement_sum(raw[at + header : end])) == hdu.header["DATASUM"]
            assert ones_complement_sum(raw[at:end]) in (0, 0xFFFFFFFF)
            at = end


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Z][A-Z0-9_-]{0,7}", fullmatch=True).filter(
                lambda key: key not in ("END", "COMMENT", "HISTORY", "CONTINUE", "HIERARCH")
            ),
            st.one_of(
                st.booleans(),
                st.integers(-(10**15), 10**15),
                st.floats(allow_nan=False, allow_infinity=False),
                st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40),
            ),
        ),
        max_size=15,
    )
)
def test_cards_read_as_astropy_reads_them(pairs: list[tuple[str, object]]) -> None:
    """Values of any header that astropy writes, the first of a repeated keyword."""
    header = fits.Header()
    for keyword, value in pairs:
        header.append((keyword, value), end=True)
    raw = header.tostring(padding=False, endcard=False).encode()
    cards = Cards(raw)
    again = fits.Header.fromstring(raw.decode())
    for keyword, _ in pairs:
        assert cards.get(keyword) == again[keyword]
    assert cards.get("ABSENT-X") is None
    assert cards.text("ABSENT-X") == ""
    assert cards.lines().splitlines() == [card.image.rstrip() for card in again.cards]


@pytest.mark.parametrize(("count", "width"), [(2, 1), (9, 1), (35, 2), (46, 2), (120, 3)])
def test_channels_are_read_by_number_at_every_padding(count: int, width: int) -> None:
    """C1 and C01 are channels; CTYPE1, CRPIX1, CD1_1 and C itself are not."""
    header = fits.Header([("C", "no"), ("CTYPE1", "RA---TAN"), ("CD1_1", 1.0), ("CRPIX1", 17.0)])
    for number in reversed(range(1, count + 1)):
        header[f"C{number:0{width}d}"] = f"channel {number}"
    cards = Cards(header.tostring(padding=False, endcard=False).encode())
    assert cards.numbered("C") == tuple(f"channel {n}" for n in range(1, count + 1))
    assert cards.numbered("U") == ()


@settings(max_examples=500)
@given(
    keyword=st.text("ABCZ019_-", min_size=1, max_size=8),
    value=st.one_of(
        st.text("ab Z'/&=0.\"", max_size=60), st.integers(-(10**18), 10**18), st.booleans(),
        st.floats(allow_nan=False, allow_infinity=False), st.none(),
    ),
    comment=st.text("ab '/&", max_size=20),
)  # fmt: skip
def test_any_card_has_the_value_that_astropy_reads(
    keyword: str, value: object, comment: str
) -> None:
    """Whether it is read here or by astropy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # comments that are too long are cut
        try:
            image = str(fits.Card(keyword, value, comment))
            expected = fits.Card.fromstring(image).value
        except (ValueError, TypeError):
            return
    assume(len(image) == 80)
    found = Cards(image.encode()).get(keyword)
    assert found == (None if isinstance(expected, fits.card.Undefined) else expected)


@settings(max_examples=500)
@given(body=st.text("= '/+-0123456789.TFE&ab", max_size=70))
def test_a_card_out_of_order_has_astropys_value(body: str) -> None:
    """What is written in no fixed format has astropy's value, or is an error as with it.

    Where there is no equals sign behind the keyword astropy warns, which is an error here too.
    """
    image = f"KEYWORD {body}".ljust(80)
    try:
        expected = fits.Card.fromstring(image).value
    except Exception:  # noqa: BLE001  # astropy raises many kinds
        with pytest.raises(CorruptFileError):
            Cards(image.encode()).get("KEYWORD")
        return
    found = Cards(image.encode()).get("KEYWORD")
    assert found == (None if isinstance(expected, fits.card.Undefined) else expected)


@pytest.mark.parametrize(
    ("image", "value"),
    [
        ("EBVGAL  =                0.06  / Galactic reddening E(B-V)", 0.06),
        ("EBVGAL  = 0.024165918692737764 / Galactic reddening E(B-V)", 0.024165918692737764),
        ("MJD-OBS =              58849.0  / [d] MJD for DATE-OBS", 58849.0),
        ("MANGAID = '1-109073'           / MaNGA ID number", "1-109073"),
        ("Z       =            1.5E-02   / Input redshift", 0.015),
        ("BINSNR  =                   1  /", 1),
    ],
)
def test_the_daps_cards_are_read_without_astropy(
    image: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer to import than a few galaxies to build."""
    monkeypatch.setattr("mangaxr.fits.cards._card_value", None)
    assert Cards(image.ljust(80).encode()).get(image[:8].strip()) == value
