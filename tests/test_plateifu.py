"""Names of galaxies: read, written, sorted."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.errors import BadPlateIFUError
from mangaxr.plateifu import BUNDLE_SIZES, PlateIFU

designs = st.tuples(st.sampled_from(BUNDLE_SIZES), st.integers(1, 99))
names = st.builds(
    PlateIFU,
    plate=st.integers(1000, 99999),
    ifu=designs.map(lambda design: design[0] * 100 + design[1]),
)


@given(names)
def test_what_is_printed_is_read_back(name: PlateIFU) -> None:
    """Text, two numbers, two texts and the object itself name the same galaxy."""
    assert PlateIFU.parse(str(name)) == name
    assert PlateIFU.parse(f"manga-{name}") == name
    assert PlateIFU.parse(f"  {name}\n") == name
    assert PlateIFU.parse(name.plate, name.ifu) == name
    assert PlateIFU.parse(str(name.plate), str(name.ifu)) == name
    assert PlateIFU.parse(name) is name


@given(names)
def test_names_pickle_copy_and_hash(name: PlateIFU) -> None:
    """A name may be a key, go to a worker process, and come back the same."""
    again = pickle.loads(pickle.dumps(name))
    assert again == name == copy.deepcopy(name)
    assert {again: 1}[name] == 1


@given(st.lists(names))
def test_names_sort_by_number(some: list[PlateIFU]) -> None:
    """Plate first, then IFU, as numbers: 8138 comes before 10001."""
    assert sorted(some) == sorted(some, key=lambda name: (name.plate, name.ifu))


@given(st.sampled_from(BUNDLE_SIZES), st.integers(1, 99))
def test_the_bundle_size_follows_from_the_design(size: int, number: int) -> None:
    """The digits before the last two are the number of fibres."""
    assert PlateIFU(8138, size * 100 + number).fibres == size


@pytest.mark.parametrize("ifu", [701, 1204, 5001, 190, 12704127])
def test_a_design_of_no_science_bundle_has_no_size(ifu: int) -> None:
    """Mini-bundles for standard stars and unknown designs give 0, not a guess."""
    assert PlateIFU(8138, ifu).fibres == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "8138",
        "8138-",
        "-12704",
        "8138-12704-1",
        "8138_12704",
        "8138 12704",
        "8138-12704\n8139-12704",
        "8138-12704.fits",
        "../../x",
        "8138-../x",
        "../8138-12704",
        "8138-12704/..",
        "138-12704",
        "8138-27",
        "8138.0-12704.0",
        "-8138-12704",
        "8138-12704\x00",
        "1-339041",
        "None",
        "nan-nan",
    ],
)
def test_text_that_names_no_galaxy_is_an_error_of_one_line(text: str) -> None:
    """Whatever could be mistaken for a name, or lead elsewhere as a path, is refused."""
    with pytest.raises(BadPlateIFUError, match="PLATE-IFUDESIGN") as caught:
        PlateIFU.parse(text)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("plate", "ifu"), [(8138, -12704), (8138.0, 12704), ("8138-12704", 1), (True, 12704), ("", 0)]
)
def test_two_values_that_are_no_numbers_are_an_error(plate: object, ifu: object) -> None:
    """Two arguments are held to the same pattern as one."""
    with pytest.raises(BadPlateIFUError):
        PlateIFU.parse(plate, ifu)  # type: ignore[arg-type]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a name that is in it, or our own error, comes of any text."""
    try:
        name = PlateIFU.parse(text)
    except BadPlateIFUError:
        return
    assert str(name.plate) in text
    assert str(name.ifu) in text
