"""The dataset card says what the store is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import mangaxr
from mangaxr.card.facts import Publisher
from mangaxr.card.front_matter import size_category
from mangaxr.card.write import card_documents
from mangaxr.store.citations import PAPERS
from mangaxr.store.contract import GALAXY_COORDS, QUALITY_COORDS

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(text: str, title: str) -> str:
    """Return what stands below a heading."""
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_head_is_what_hugging_face_reads(texts: dict[str, str]) -> None:
    """The YAML parses, has a licence with its link, a size, tags, and a table to show."""
    head = yaml.safe_load(texts["README.md"].split("---\n")[1])
    assert head["license"] == "other"
    assert head["license_link"].startswith("https://")
    assert head["pretty_name"] == "two-spirals"
    assert head["size_categories"] == ["n<1K"]
    assert {"MaNGA", "zarr"} <= set(head["tags"])
    assert head["configs"] == [{"config_name": "galaxies", "data_files": "galaxies.csv"}]
    assert "galaxies.csv" in texts


@pytest.mark.parametrize(
    ("galaxies", "size"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (9999, "1K<n<10K"), (10735, "10K<n<100K")],
)
def test_sizes_are_named_as_hugging_face_does(galaxies: int, size: str) -> None:
    """The category holds the number of galaxies."""
    assert size_category(galaxies) == size


def test_any_name_makes_a_sound_head(built: Path) -> None:
    """Quotes, colons and line ends in a name break neither the YAML nor the title."""
    name = 'Rotators: "fast"\n- & slow #1 Hα'
    text = card_documents(built, publisher=Publisher(name=name))["README.md"]
    shown = 'Rotators: "fast" - & slow #1 Hα'
    assert yaml.safe_load(text.split("---\n")[1])["pretty_name"] == shown
    assert f"\n# {shown}\n\n" in text


def test_the_shown_code_gives_physical_values(
    built: Path, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example runs beside the store, with xarray alone, and agrees with `to_physical`."""
    monkeypatch.chdir(built.parent)
    code = next(body for kind, body in FENCE.findall(texts["README.md"]) if kind == "python")
    assert "mangaxr" not in code
    names: dict[str, Any] = {}
    exec(code, names)
    store = mangaxr.open_store(built)
    expected = mangaxr.to_physical(store).sel(galaxy=names["train"].galaxy.values)
    assert expected.sizes["galaxy"] == 2
    np.testing.assert_array_equal(names["physical"].transpose(*expected.dims), expected)


def test_splits_are_counted(texts: dict[str, str]) -> None:
    """Both galaxies are in train; the one that failed has no target that is known, so no split."""
    found = rows(section(texts["README.md"], "Splits"))[2:]
    assert found[0] == ["`train`", "0.7", "2"]
    assert [row[2] for row in found] == ["2", "0", "0", "1"]


def test_failures_are_told(texts: dict[str, str]) -> None:
    """The galaxy that failed is named, with the reason."""
    found = rows(section(texts["README.md"], "Galaxies that failed"))[2:]
    assert [row[0] for row in found] == ["8009-1901"]
    assert found[0][1].endswith("no such file")


def test_every_field_is_described(texts: dict[str, str]) -> None:
    """The tables of fields have a row for each variable along galaxy, in order."""
    found = [row[0] for row in rows(section(texts["README.md"], "Fields of each galaxy"))]
    names = [f"`{spec.name}`" for spec in (*GALAXY_COORDS, *QUALITY_COORDS)]
    assert [name for name in found if name.startswith("`")] == names


def test_statistics_are_in_the_card(built: Path, texts: dict[str, str]) -> None:
    """The mean velocity of the table is that of the store, to its four digits."""
    found = rows(section(texts["README.md"], "Statistics"))[2:]
    assert [row[0] for row in found] == ["`ha_vel`", "`ha_flux`", "`sii_flux`"]
    velocity = mangaxr.to_physical(mangaxr.open_store(built)).sel(channel="ha_vel")
    assert float(found[0][4]) == pytest.approx(float(velocity.mean()), rel=1e-3)


def test_the_card_cites_papers_and_the_store(built: Path, texts: dict[str, str]) -> None:
    """Each paper has an entry with its DOI; the data set is cited by its digest."""
    text = section(texts["README.md"], "Citation")
    digest = mangaxr.open_store(built).attrs["content_sha256"]
    assert f"sha256:{digest}" in text
    entries = next(body for kind, body in FENCE.findall(text) if kind == "bibtex")
    assert re.findall(r"^  doi = \{(.*)\},$", entries, re.MULTILINE) == [p.doi for p in PAPERS]
    assert entries.count("{") == entries.count("}")


def test_the_papers_are_those_that_the_software_cites() -> None:
    """Papers that CITATION.cff has too have the same title, volume, page and DOI there."""
    root = Path(__file__).parents[2]
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["references"]
    by_doi = {paper.doi: paper for paper in PAPERS}
    for reference in cited:
        paper = by_doi[reference["doi"]]
        assert (reference["title"], reference["volume"]) == (paper.title, paper.volume)
        assert (reference["start"], reference["year"]) == (paper.page, paper.year)
