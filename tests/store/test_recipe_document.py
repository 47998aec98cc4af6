"""A recipe comes back from a document, a plain file or a store; what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mangaxr
from mangaxr import synthetic
from mangaxr.errors import MangaxrError, MissingFileError, RecipeError, StoreError
from mangaxr.store.recipe_document import (
    RecipeDocument,
    SourceFile,
    read_recipe_document,
    recipe_document,
)
from mangaxr.tensors.recipe import Recipe


@pytest.fixture(scope="module")
def document(built: Path) -> dict[str, Any]:
    """Return the document of a store, as a file gives it back."""
    found: dict[str, Any] = json.loads(json.dumps(recipe_document(mangaxr.open_store(built))))
    return found


def write(tmp_path: Path, content: Any) -> Path:
    """Write a file of JSON."""
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_document_comes_back(built: Path, document: dict[str, Any], tmp_path: Path) -> None:
    """File and store give the same recipe and galaxies, those that the store was built from."""
    found = read_recipe_document(write(tmp_path, document))
    assert found == read_recipe_document(built)
    assert found.recipe.digest() == mangaxr.open_store(built).attrs["recipe_digest"]
    assert [galaxy.galaxy for galaxy in found.galaxies] == ["8001-1901", "8001-1902", "8009-1901"]


def test_files_are_found_by_their_paths(document: dict[str, Any], tmp_path: Path) -> None:
    """The path below the root of the survey leads to a file of the size that is named."""
    for galaxy in read_recipe_document(write(tmp_path, document)).galaxies[:2]:
        file = synthetic.example_survey() / galaxy.source_path
        assert file.name == galaxy.source_file
        assert file.stat().st_size == galaxy.source_size
        assert "EMLINE_GFLUX=" in galaxy.source_checksum


def test_a_galaxy_that_failed_is_named_too(document: dict[str, Any]) -> None:
    """Its file is not there, so that nothing but its name and place is known."""
    failed = document["galaxies"][2]
    assert (failed["galaxy"], failed["source_size"]) == ("8009-1901", -1)
    assert failed["source_path"].endswith(failed["source_file"])


@pytest.mark.parametrize("content", [{}, {"npix": 32}, {"channels": ["ha_vel"], "grid": "re"}])
def test_a_plain_recipe_is_read(tmp_path: Path, content: dict[str, Any]) -> None:
    """A file with fields of a recipe is that recipe, and names no galaxy."""
    found = read_recipe_document(write(tmp_path, content))
    assert found == RecipeDocument(Recipe(**content), ())


def test_fields_from_the_future_are_passed_over(document: dict[str, Any], tmp_path: Path) -> None:
    """A later minor version may say more."""
    more = {**document, "contract_version": "1.9", "remark": "later"}
    more["galaxies"] = [{**row, "remark": "later"} for row in document["galaxies"]]
    assert read_recipe_document(write(tmp_path, more)).galaxies[0].galaxy == "8001-1901"


def test_a_galaxy_needs_no_more_than_a_name(document: dict[str, Any], tmp_path: Path) -> None:
    """What is not said of its file is unknown."""
    found = read_recipe_document(write(tmp_path, {**document, "galaxies": [{"galaxy": "1-2"}]}))
    assert found.galaxies == (SourceFile(galaxy="1-2"),)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another contract": ({"contract": "tensors"}, "a recipe of 'tensors' '1.0': expected 'mang"),
    "a later contract": ({"contract_version": "2.0"}, "'mangaxr-tensors' '2.0': expected"),
    "no contract": ({"contract": None}, "a recipe of None"),
    "a recipe that is a text": ({"recipe": "robust"}, "its recipe cannot be used"),
    "a recipe that is a number": ({"recipe": 3}, "its recipe cannot be used"),
    "an unknown field": ({"recipe": {"pixels": 64}}, "unknown field 'pixels'"),
    "an edited recipe": ({"recipe": {"npix": 32}}, "recipe_digest is not that of the recipe"),
    "an edited digest": ({"recipe_digest": "0" * 64}, "recipe_digest is not that of the recipe"),
    "no galaxies": ({"galaxies": None}, "'galaxies' is nothing: expected a list"),
    "one galaxy": ({"galaxies": "8001-1901"}, "'galaxies' is a text: expected a list"),
    "a galaxy that is a text": ({"galaxies": ["8001-1901"]}, "at 0: galaxy is None"),
    "a galaxy without a name": ({"galaxies": [{"galaxy": ""}]}, "galaxy is '': expected a text"),
    "a size that is a text": (
        {"galaxies": [{"galaxy": "a"}, {"galaxy": "b", "source_size": "9"}]},
        "'galaxies' at 1: source_size is '9': expected a whole number",
    ),
    "a size that is a truth value": (
        {"galaxies": [{"galaxy": "b", "source_size": True}]},
        "source_size is True: expected a whole number",
    ),
    "a galaxy twice": ({"galaxies": [{"galaxy": "a"}, {"galaxy": "a"}]}, "has a twice"),
}
"""What is wrong -> the change that makes it so, and what is said."""


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_document_is_refused(document: dict[str, Any], tmp_path: Path, name: str) -> None:
    """The message names the file and what is wrong, in one line."""
    change, said = WRONG[name]
    path = write(tmp_path, {**document, **change})
    with pytest.raises(RecipeError) as error:
        read_recipe_document(path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected JSON"),
        (b"npix: 32", "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b"[1, 2]", "expected a JSON object, found a list"),
        (b"3", "found a number"),
        (b'{"npix": "many"}', "its recipe cannot be used: npix is 'many'"),
        (b'{"npix": NaN}', "npix is nan"),
        (b'{"channels": 5}', "its recipe cannot be used"),
        (b'{"split": [0.5, 0.5]}', "expected the shares of train, val, test"),
        (b'{"channel": ["ha_vel"]}', "unknown field 'channel'"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """What is not JSON, or not of a recipe, is an error that says so."""
    path = tmp_path / "recipe.json"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as error:
        read_recipe_document(path)
    assert said in str(error.value)


def test_what_is_not_there_or_no_store_is_refused(tmp_path: Path) -> None:
    """A missing file and a directory that is no store have errors of their own."""
    with pytest.raises(MissingFileError, match="no such recipe"):
        read_recipe_document(tmp_path / "recipe.json")
    with pytest.raises(StoreError, match="not a sound Zarr store"):
        read_recipe_document(tmp_path)
    assert issubclass(RecipeError, MangaxrError)
