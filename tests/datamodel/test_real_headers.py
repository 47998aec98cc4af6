"""The tables against the headers of files that the survey's pipeline wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from astropy.io import fits

from mangaxr.datamodel.extensions import CHANNEL_LABELS, Extension, Layout, extensions_of
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.keywords import KEYWORDS
from mangaxr.datamodel.lines import line_names


@pytest.fixture(scope="module")
def layout(maps_file: Path) -> Layout:
    """Return the layout of a file, which the form of its DAPTYPE tells."""
    return "DR15" if "-GAU-" in maps_file.name else "DR17"


@pytest.fixture(scope="module")
def headers(maps_file: Path) -> Iterator[dict[str, fits.Header]]:
    """Return the headers of a file by EXTNAME, in order."""
    with fits.open(maps_file) as hdus:
        yield {hdu.name: hdu.header for hdu in hdus}


def channel_values(header: fits.Header, letter: str) -> tuple[str, ...]:
    """Return ``C1..`` or ``U1..`` as the header writes them, zero-padded to its width."""
    count = header.get("NAXIS3", 0)
    keys = [f"{letter}{number:0{len(str(count))}d}" for number in range(1, count + 1)]
    return tuple(header[key] for key in keys if key in header)


def channels_of(row: Extension, layout: Layout) -> tuple[str, ...]:
    """Return the channel names that the tables give an extension."""
    if row.channels in ("line", "moment_line"):
        return line_names(layout, moments=row.channels == "moment_line")
    if row.channels == "spectral_index":
        return tuple(index.name for index in SPECTRAL_INDICES)
    return CHANNEL_LABELS.get(row.channels, ())


def test_extensions_are_those_of_the_table_in_its_order(
    headers: dict[str, fits.Header], layout: Layout
) -> None:
    """Names and order of all 47 or 63 extensions are the table's."""
    assert list(headers)[1:] == [row.name for row in extensions_of(layout)]


def test_units_are_those_of_the_table(headers: dict[str, fits.Header], layout: Layout) -> None:
    """BUNIT is the table's, and absent where the table has none."""
    found = {name: header.get("BUNIT", "") for name, header in headers.items()}
    assert {row.name: row.fits_unit for row in extensions_of(layout)} == {
        row.name: found[row.name] for row in extensions_of(layout)
    }


def test_channels_are_those_of_the_table(headers: dict[str, fits.Header], layout: Layout) -> None:
    """Every cube's channel names are the table's; labels of weighted coordinates have a prefix."""
    for row in extensions_of(layout):
        header, expected = headers[row.name], channels_of(row, layout)
        if layout == "DR15" and row.channels == "sigmacorr":
            assert header["NAXIS"] == 2
            continue
        assert bool(row.channels) == (header["NAXIS"] == 3)
        found = channel_values(header, "C")
        if row.channels == "ell_coordinate" and layout == "DR15":
            expected = tuple(name for name in expected if name != "R h/kpc")
        if row.name.startswith("BIN_LW"):
            found = tuple(name.replace("Lum. weighted ", "").capitalize() for name in found)
            expected = tuple(name.capitalize() for name in expected)
        assert found == expected, row.name


def test_units_of_indices_are_those_of_the_table(headers: dict[str, fits.Header]) -> None:
    """U01.. of SPECINDEX and its like are the table's, mag, ang or nothing."""
    names = [n for n in ("SPECINDEX", "SPECINDEX_BF", "SPECINDEX_WGT") if n in headers]
    for name in names:
        units = channel_values(headers[name], "U")
        assert units == tuple(index.fits_unit for index in SPECTRAL_INDICES)


def test_pairs_are_those_of_the_table(headers: dict[str, fits.Header], layout: Layout) -> None:
    """Where a header names an inverse variance or a mask, the table names the same."""
    named = 0
    for row in extensions_of(layout):
        header = headers[row.name]
        for keyword, paired in (("ERRDATA", row.ivar), ("QUALDATA", row.mask)):
            if keyword in header and row.role != {"ERRDATA": "ivar", "QUALDATA": "mask"}[keyword]:
                if row.role == "mask":
                    continue
                assert header[keyword] == paired, row.name
                named += 1
    assert named > 20


def test_roles_are_those_that_the_headers_state(
    headers: dict[str, fits.Header], layout: Layout
) -> None:
    """HDUCLAS2 says DATA, ERROR or QUALITY where the table says data, ivar or mask."""
    roles = {"DATA": "data", "ERROR": "ivar", "QUALITY": "mask"}
    found = {row.name: roles[headers[row.name]["HDUCLAS2"]] for row in extensions_of(layout)}
    assert found == {row.name: row.role for row in extensions_of(layout)}


def test_keywords_of_the_table_are_in_the_headers(headers: dict[str, fits.Header]) -> None:
    """Every keyword mangaxr reads is written by the pipeline, with a value of its type."""
    kinds = {"str": str, "int": int, "float": (int, float)}
    for row in KEYWORDS:
        assert row.keyword in headers["PRIMARY"], row.keyword
        assert isinstance(headers["PRIMARY"][row.keyword], kinds[row.kind]), row.keyword
