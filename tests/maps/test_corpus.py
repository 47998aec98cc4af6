"""One file for each way in which a damaged one was met: refused by name, or read as it is.

Each is made from a small sound file by a recipe. What fuzzing has shown to matter stays here.
"""

from __future__ import annotations

import gzip
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from small_maps import PLATEIFU, file_bytes, make_hdus
from torture.fuzzing.bombs import pump
from torture.fuzzing.hdus import HDU, card, join, split

from mangaxr.errors import CorruptFileError, MangaxrError, NotMapsError
from mangaxr.fits import source
from mangaxr.fits.limits import (
    MAX_DATA_BYTES,
    MAX_HDUS,
    MEMORY_FREE,
    MEMORY_PER_INFLATED,
    inflated_limit,
)
from mangaxr.maps.identity import MAX_SIDE
from mangaxr.maps.open import load_maps_file
from mangaxr.maps.stream import read_maps

NAMES = ("SPX_SKYCOO", "SPX_ELLCOO", "BINID", "STELLAR_VEL", "STELLAR_VEL_MASK", "EMLINE_GFLUX")
PLAIN = file_bytes(make_hdus(only=NAMES, checksums=False))
PLACE = {name: number for number, name in enumerate(NAMES, start=1)}
MIB = 1 << 20
SURVEY_LARGEST = 42_000_000  # bytes, inflated

Recipe = Callable[[], bytes]


def edited(name: str, edit: Callable[[HDU], HDU]) -> Recipe:
    """Make a recipe that edits one HDU."""

    def make() -> bytes:
        hdus = list(split(PLAIN))
        at = PLACE.get(name, 0)
        hdus[at] = edit(hdus[at])
        return join(hdus)

    return make


def put(name: str, **cards: str) -> Recipe:
    """Make a recipe that writes cards of one header."""

    def edit(hdu: HDU) -> HDU:
        for keyword, value in cards.items():
            hdu = hdu.put(keyword, value)
        return hdu

    return edited(name, edit)


def more(name: str, *images: bytes) -> Recipe:
    """Make a recipe that adds cards to one header."""
    return edited(name, lambda hdu: HDU((*hdu.cards, *(c.ljust(80) for c in images)), hdu.data))


def no_equals_sign() -> bytes:
    """Write something else where the equals sign of NAXIS1 should be."""
    at = PLAIN.index(b"NAXIS1  =", PLAIN.index(b"STELLAR_VEL") - 2000)
    return PLAIN[: at + 8] + b">" + PLAIN[at + 9 :]


def table_called_primary() -> bytes:
    """Put a table of the name PRIMARY behind the primary HDU's."""
    values = {"XTENSION": "'BINTABLE'", "BITPIX": "8", "NAXIS": "2", "NAXIS1": "4", "NAXIS2": "1",
              "PCOUNT": "0", "GCOUNT": "1", "TFIELDS": "1", "TFORM1": "'J'",
              "EXTNAME": "'PRIMARY'"}  # fmt: skip
    cards = tuple(card(keyword, value) for keyword, value in values.items())
    return PLAIN + HDU(cards, bytes(2880)).whole()


def extension(name: str, *axes: int, data: bool = False, blanks: int = 0) -> bytes:
    """Return the header of an image of float32, with blank cards, and data if they are wanted."""
    values = {"XTENSION": "'IMAGE'", "BITPIX": "-32", "NAXIS": str(len(axes))}
    values |= {f"NAXIS{n}": str(size) for n, size in enumerate(axes, start=1)}
    cards = tuple(card(k, v) for k, v in {**values, "EXTNAME": f"'{name}'"}.items())
    return HDU((*cards, b" " * 80 * blanks), bytes(2880) if data else b"").whole()


REFUSED: dict[str, tuple[Recipe, type[MangaxrError], str]] = {
    "two types": (
        more("STELLAR_VEL", card("BITPIX", "32")), CorruptFileError, "several cards BITPIX"),
    "two names": (
        more("BINID", card("EXTNAME", "'MINE'")), CorruptFileError, "several cards EXTNAME"),
    "a size without an equals sign": (no_equals_sign, CorruptFileError, "cannot be parsed"),
    "a name that has to be guessed": (
        put("STELLAR_VEL", EXTNAME="NAXIS3  =VEL'"), CorruptFileError, "cannot be parsed"),
    "a keyword in small letters": (
        put("STELLAR_VEL", extname="'STELLAR_VEL'"), CorruptFileError, "keywords that are none"),
    "a number of groups that is not said": (
        put("STELLAR_VEL", GCOUNT=""), CorruptFileError, "GCOUNT = None is not an integer"),
    "extensions that nobody can say whether there are": (
        put("PRIMARY", EXTEND="T         E"), CorruptFileError, "EXTEND"),
    "a second name that cannot be read": (
        more("SPX_ELLCOO", b"C01     =            'unclosed"), CorruptFileError, "C01"),
    "a file that nobody can say whether it is FITS": (
        put("PRIMARY", SIMPLE="           u      T"), CorruptFileError, "SIMPLE"),
    "a kind of extension that nobody can tell": (
        put("BINID", XTENSION="'IMAGE   '           E Image"), CorruptFileError, "XTENSION"),
    "keywords behind a blank": (
        more("STELLAR_VEL", *[b" NAXIS1  NAXIS1  C1      " * 3] * 2000),
        CorruptFileError, "keywords that are none"),
    "more names of coordinates than planes": (
        more("SPX_ELLCOO", card("C5", "'more'")), NotMapsError, "which is which cannot be told"),
    "gzip of a kind to come": (
        lambda: gzip.compress(PLAIN)[:3] + b"\x40" + gzip.compress(PLAIN)[4:],
        CorruptFileError, "flags 0x40"),
    "a second member of a kind to come": (
        lambda: gzip.compress(PLAIN) + gzip.compress(b"")[:3] + b"\x80" + bytes(99),
        CorruptFileError, "gzip stream is damaged"),
    "bytes behind gzip's": (
        lambda: gzip.compress(PLAIN) + b"\0\0</html>", CorruptFileError, "gzip stream is damaged"),
    "half a member behind gzip's": (
        lambda: gzip.compress(PLAIN) + gzip.compress(b"")[:9],
        CorruptFileError, "the file ends in the middle of the stream"),
    "more than there is": (
        put("STELLAR_VEL", NAXIS1="8192", NAXIS2="8192"), CorruptFileError, "truncated"),
    "more than is believed": (
        put("STELLAR_VEL", NAXIS1="999999999", NAXIS2="999"), CorruptFileError, "not believed"),
    "no groups": (put("STELLAR_VEL", GCOUNT="0"), CorruptFileError, "no FITS header"),
    "a mask of fractions": (put("STELLAR_VEL_MASK", BITPIX="-32"), NotMapsError, "BITPIX = -32"),
    "bins of fractions": (put("BINID", BITPIX="-32"), NotMapsError, "BITPIX = -32"),
    "a velocity of whole numbers": (put("STELLAR_VEL", BITPIX="32"), NotMapsError, "BITPIX = 32"),
    "a map as wide as none": (
        lambda: PLAIN + extension("STELLAR_SIGMA", MAX_SIDE + 1, 1, data=True) + bytes(2880),
        NotMapsError, "1 x 1025 spaxels"),
    "an axis called as a coordinate": (
        lambda: PLAIN + extension("SKY", 9, 9, data=True), NotMapsError, "extension SKY"),
    "an infinite radius": (put("PRIMARY", REFF="1E400"), NotMapsError, "REFF = inf"),
    "a header that goes on": (
        lambda: pump([(PLAIN[:800], 1), (b" " * MIB, 3)]), CorruptFileError, "no END card"),
    "headers that go on": (
        lambda: pump([(PLAIN, 1), (extension("A", 0, blanks=2500), 60)]),
        CorruptFileError, "no END card"),
    "zeros that go on": (
        lambda: pump([(PLAIN, 1), (bytes(MIB), 20)]), CorruptFileError, "zeros where HDU 7"),
    "zeros from the start": (
        lambda: pump([(bytes(MIB), 20)]), CorruptFileError, "zeros where HDU 0"),
    "HDUs that go on": (
        lambda: pump([(PLAIN, 1), (extension("A", 0), MAX_HDUS)]), CorruptFileError, "512 HDUs"),
}  # fmt: skip
"""Name -> what makes the file, what it raises, and what that says."""


@pytest.fixture(scope="module", autouse=True)
def _imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Read a sound file, so that no test counts what the first read imports."""
    path = tmp_path_factory.mktemp("sound") / "maps.fits"
    path.write_bytes(PLAIN)
    load_maps_file(path)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return a function that writes a file under the survey's name."""

    def write_bytes(content: bytes) -> Path:
        ending = ".fits.gz" if content[:2] == b"\x1f\x8b" else ".fits"
        path = tmp_path / f"manga-{PLATEIFU}-MAPS-HYB10-MILESHC-MASTARSSP{ending}"
        path.write_bytes(content)
        return path

    return write_bytes


@pytest.mark.parametrize("name", REFUSED)
def test_each_file_is_refused_for_what_is_wrong_with_it(
    name: str, write: Callable[[bytes], Path]
) -> None:
    """One line names the file and the fault, and memory is bounded by what has arrived."""
    make, kind, said = REFUSED[name]
    content = make()
    path = write(content)
    tracemalloc.start()
    try:
        with pytest.raises(kind) as caught:
            load_maps_file(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert path.name in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    # None is read much further than the sound file goes.
    assert peak <= MEMORY_FREE + MEMORY_PER_INFLATED * len(PLAIN)


def test_a_stream_is_left_where_it_inflates_to_more_than_is_believed(
    write: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that headers claim, and that a bomb delivers, end at the limit; so does memory."""
    monkeypatch.setattr(source, "inflated_limit", lambda size: 16 * MIB)
    unit = extension("A", 2880, 512)
    path = write(pump([(PLAIN, 1), (unit + bytes(4 * 2880 * 512), 9)]))
    tracemalloc.start()
    try:
        with pytest.raises(
            CorruptFileError, match="inflates to more than 16777216 bytes"
        ) as caught:
            load_maps_file(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.name in str(caught.value)
    assert peak <= MEMORY_FREE + MEMORY_PER_INFLATED * 16 * MIB


def test_the_limit_grows_with_the_file() -> None:
    """A file of ten times the survey's largest may inflate to ten times as much, and more."""
    assert inflated_limit(0) >= 6 * SURVEY_LARGEST
    assert inflated_limit(10 * 13_000_000) >= 10 * SURVEY_LARGEST


READ: dict[str, tuple[Recipe, set[str]]] = {
    "a table called as the primary HDU": (table_called_primary, set(NAMES)),
    "no elements along one axis, too many along another": (
        edited("STELLAR_VEL",
               lambda hdu: HDU(hdu.put("NAXIS1", "0").put("NAXIS2", "9" * 20).cards, b"")),
        {*NAMES} - {"STELLAR_VEL"}),
    "no elements, and a heap": (
        put("STELLAR_VEL", NAXIS1="0", NAXIS2="9" * 20, PCOUNT="36"), {*NAMES} - {"STELLAR_VEL"}),
    "the same size twice": (more("STELLAR_VEL", card("NAXIS1", "6")), set(NAMES)),
    "cards that begin in the middle of others": (
        more("STELLAR_VEL", *[b"HISTORY NAXIS1  NAXIS1  C1      " * 2] * 2000), set(NAMES)),
    "padding": (lambda: PLAIN + bytes(10 * 2880), set(NAMES)),
}  # fmt: skip
"""Name -> what makes the file, and the extensions that are read of it."""


@pytest.mark.parametrize("name", READ)
def test_what_does_no_harm_is_read_as_it_is(name: str, write: Callable[[bytes], Path]) -> None:
    """Neither an error nor a warning, and nothing that is not a map."""
    make, expected = READ[name]
    found = load_maps_file(write(make()))
    assert {str(variable).upper() for variable in found} == expected


def test_the_first_card_of_a_channel_counts(write: Callable[[bytes], Path]) -> None:
    """A channel that is named twice has the first of its names, as in astropy."""
    path = write(more("EMLINE_GFLUX", card("C24", "'Hb-4862'"))())
    assert read_maps(path)["EMLINE_GFLUX"].channels[23] == "Ha-6564"


def test_planes_of_one_name_are_not_chosen_from(write: Callable[[bytes], Path]) -> None:
    """Where two planes are called H-alpha, neither is taken for it."""
    path = write(put("EMLINE_GFLUX", C19="'Ha-6564'")())
    with pytest.raises(NotMapsError, match="2 planes 'Ha-6564'"):
        read_maps(path, {"EMLINE_GFLUX": ("Ha-6564",)})
    assert read_maps(path, {"EMLINE_GFLUX": ("Hb-4862",)})


@pytest.mark.parametrize("units", [(1 << 22) - 4, 1 << 22, (1 << 22) + 4, 9 << 20])
def test_data_larger_than_the_first_buffer_are_read_whole(
    units: int, write: Callable[[bytes], Path]
) -> None:
    """A data unit that is believed as it arrives has the bytes of the file, in order."""
    noise = Random(1).randbytes(1 << 16)
    values = (noise * (units // len(noise) + 1))[: units // 4 * 4]
    header = extension("MINE", units // 4, 1)
    content = gzip.compress(PLAIN + header + values + bytes(-len(values) % 2880), 1)
    assert units <= MAX_DATA_BYTES
    assert read_maps(write(content))["MINE"].data.tobytes() == values


def test_damaged_cards_raise_no_warnings_of_astropy(write: Callable[[bytes], Path]) -> None:
    """A user who reads a damaged file sees one error, and nothing else."""
    path = write(no_equals_sign())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(CorruptFileError):
            load_maps_file(path)
    assert caught == []
