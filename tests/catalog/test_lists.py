"""Lists of galaxies: text with an item a line, or the table that a ranking wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from mangaxr.catalog.ranking.rank import rank
from mangaxr.catalog.tables.export import write_table
from mangaxr.catalog.tables.lists import read_items
from mangaxr.errors import CatalogError, MissingFileError

MakeCatalog = Callable[..., xr.Dataset]


def test_a_list_has_an_item_a_line_and_comments(tmp_path: Path) -> None:
    """Blank lines, comments and surrounding blanks are no items."""
    file = tmp_path / "galaxies.txt"
    text = "# my sample\n8138-12704  # merger\n\n  8139-1901\r\n#8140-1901\n@lens-sources\n"
    file.write_text(text, encoding="utf-8")
    assert read_items(file) == ["8138-12704", "8139-1901", "@lens-sources"]
    assert read_items(file, top=1) == ["8138-12704"]


def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """An absent list, a directory, or a file that is no text raise an error that names them."""
    binary = tmp_path / "list.bin"
    binary.write_bytes(b"\x1f\x8b\x08\xff\xfe")
    with pytest.raises(MissingFileError, match=r"absent\.txt"):
        read_items(tmp_path / "absent.txt")
    for path in (binary, tmp_path):
        with pytest.raises(CatalogError, match="cannot be read as a list") as caught:
            read_items(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".csv", ".ecsv", ".nc", ".CSV"])
def test_a_ranking_is_a_list_in_its_order(
    tmp_path: Path, make_catalog: MakeCatalog, suffix: str
) -> None:
    """The galaxies of a table come in the order of its rows, the best first."""
    ranked = rank(make_catalog(4, halpha=[300.0, 5000.0, 200.0, 4000.0]))
    file = tmp_path / f"ranked{suffix}"
    write_table(ranked, file)
    assert read_items(file) == ["8001-12701", "8003-12701", "8000-12701", "8002-12701"]
    assert read_items(file, top=2) == ["8001-12701", "8003-12701"]
