"""The Croissant description is sound, and what it says of files and fields is so."""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mangaxr
from mangaxr.store.contract import GALAXY_COORDS, QUALITY_COORDS, Variable

# What rdflib says to mlcroissant is not about us.
quiet = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def document(texts: dict[str, str]) -> dict[str, Any]:
    """Return the description."""
    found: dict[str, Any] = json.loads(texts["croissant.json"])
    return found


@pytest.fixture
def published(built: Path) -> Iterator[Path]:
    """Return a folder with the store and its documents."""
    names = {"name": "two-spirals", "url": "https://example.org/two-spirals"}
    paths = mangaxr.write_card(
        built, built.parent, creator="Observatory", version="1.0.0", overwrite=True, **names
    )
    yield built.parent
    for path in paths:
        path.unlink()


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a document."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from parts(part)


def test_files_have_their_checksums(texts: dict[str, str], document: dict[str, Any]) -> None:
    """Each file's size and SHA-256 are those of what is written beside the description."""
    files = [part for part in document["distribution"] if part["@type"] == "cr:FileObject"]
    assert [file["@id"] for file in files] == ["contract.json", "recipe.json", "galaxies.csv"]
    for file in files:
        content = texts[file["contentUrl"]].encode()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["contentSize"] == f"{len(content)} B"


def test_written_files_have_those_checksums(published: Path) -> None:
    """What lies in the folder, byte for byte, is what was described."""
    document = json.loads((published / "croissant.json").read_text(encoding="utf-8"))
    for file in document["distribution"][:3]:
        content = (published / file["contentUrl"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_stores_files_are_included(built: Path, document: dict[str, Any]) -> None:
    """The pattern of the file set matches every file of the store, seen from the folder."""
    pattern = document["distribution"][-1]["includes"]
    files = [path for path in built.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        assert fnmatch.fnmatch(path.relative_to(built.parent).as_posix(), pattern)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """Identifiers are unique, and each reference is to one of them."""
    defined = [part["@id"] for part in parts(document) if "@id" in part and "@type" in part]
    context = list(parts(document["@context"]))
    used = [p["@id"] for p in parts(document) if set(p) == {"@id"} and p not in context]
    assert len(set(defined)) == len(defined)
    assert used
    assert set(used) <= set(defined)


def test_the_identifier_is_the_stores_digest(built: Path, document: dict[str, Any]) -> None:
    """The description names the content that it is of."""
    digest = mangaxr.open_store(built).attrs["content_sha256"]
    assert document["identifier"] == f"sha256:{digest}"


def test_what_nobody_said_is_left_out(document: dict[str, Any], published: Path) -> None:
    """URL, creator and version are there if they were given, and not made up."""
    assert {"url", "creator", "version"} & set(document) == set()
    said = json.loads((published / "croissant.json").read_text(encoding="utf-8"))
    assert said["url"] == "https://example.org/two-spirals"
    assert (said["creator"]["name"], said["version"]) == ("Observatory", "1.0.0")


def test_the_table_of_galaxies_is_the_store(built: Path, published: Path) -> None:
    """Pandas reads from the table what the store holds; missing is missing."""
    table = pd.read_csv(published / "galaxies.csv", keep_default_na=False, dtype=str)
    store = mangaxr.open_store(built)
    assert list(table.columns) == [spec.name for spec in (*GALAXY_COORDS, *QUALITY_COORDS)]
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS):
        for text, value in zip(table[spec.name], store[spec.name].values, strict=True):
            if spec.dtype == "float64":
                np.testing.assert_equal(float(text or "nan"), value)
            else:
                assert text == str(value), spec.name


@quiet
def test_mlcroissant_finds_nothing_wrong(published: Path) -> None:
    """The reference library reads the description without error or warning, arrays as arrays."""
    mlcroissant = pytest.importorskip("mlcroissant", reason="needs mangaxr[croissant]")
    dataset = mlcroissant.Dataset(str(published / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert (list(issues.errors), list(issues.warnings)) == ([], [])
    sets = {found.id: found for found in dataset.metadata.record_sets}
    shapes = {field.name: field.array_shape_tuple for field in sets["arrays"].fields}
    assert shapes["tensor"] == shapes["ivar"] == shapes["coverage"] == (3, 16, 16)
    assert shapes["scaling_scale"] == (3,)


@quiet
def test_mlcroissant_loads_galaxies_and_channels(built: Path, published: Path) -> None:
    """Records of the tables, read through the description, are what the store holds."""
    mlcroissant = pytest.importorskip("mlcroissant", reason="needs mangaxr[croissant]")
    dataset = mlcroissant.Dataset(str(published / "croissant.json"))
    store = mangaxr.open_store(built)
    records = list(dataset.records("galaxies"))
    assert len(records) == store.sizes["galaxy"] == 3
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS):
        for record, expected in zip(records, store[spec.name].values, strict=True):
            assert _same(record[f"galaxies/{spec.name}"], expected, spec), spec.name
    channels = [record["channels/channel"] for record in dataset.records("channels")]
    assert channels == store.channel.values.tolist()


def _same(found: Any, expected: Any, spec: Variable) -> bool:
    """Compare, with what mlcroissant makes of nothing: None."""
    if spec.dtype == "str":
        return (found or b"").decode() == str(expected)
    if found is None:
        return bool(np.isnan(expected))
    return bool(found == expected)


def test_the_store_opens_without_a_warning_beside_its_documents(published: Path) -> None:
    """Documents are beside the store, not in it: zarr has nothing to wonder about."""
    store = next(published.glob("*.zarr"))
    assert xr.open_zarr(store).sizes["galaxy"] == 3
    assert sorted(path.name for path in published.iterdir()) == [
        "README.md", "contract.json", "croissant.json", "galaxies.csv", "recipe.json", store.name,
    ]  # fmt: skip
