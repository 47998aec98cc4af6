"""The contract as JSON follows its schema and says what stores are; broken ones are caught."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import mangaxr
from mangaxr.errors import MissingFileError
from mangaxr.store.contract import ATTRIBUTES, all_variables
from mangaxr.store.contract_document import contract_document, load_contract
from mangaxr.store.definitions import DIGESTS, FUNCTIONS
from mangaxr.tensors.recipe import Recipe

Document = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """Return a validator of the schema that is shipped."""
    text = (files("mangaxr.store") / "shipped" / "contract.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def own(built: Path) -> Document:
    """Return the contract of a store, as it is written to a file."""
    found: Document = json.loads(json.dumps(load_contract(built), allow_nan=False))
    return found


def test_the_shipped_contract_is_the_codes() -> None:
    """The file in the package says what the rows say, and JSON takes it as it is."""
    assert load_contract() == json.loads(json.dumps(contract_document(), allow_nan=False))


def test_the_contract_follows_the_schema(
    validator: jsonschema.Draft202012Validator, own: Document
) -> None:
    """Both the contract alone and that of a store are valid."""
    assert [error.message for error in validator.iter_errors(load_contract())] == []
    assert [error.message for error in validator.iter_errors(own)] == []


@pytest.mark.parametrize("scaling", ["robust", "asinh", "none"])
@pytest.mark.parametrize("grid", ["field", "arcsec", "re"])
def test_every_recipe_follows_the_schema(
    validator: jsonschema.Draft202012Validator, own: Document, grid: Any, scaling: Any
) -> None:
    """Recipes of every grid and scaling are valid parts of the document."""
    recipe = Recipe(grid=grid, scaling=scaling, channels=["vel:NII-6585"], mask="NOCOV+FORESTAR")
    changed = {**own, "store": {**own["store"], "recipe": recipe.to_dict()}}
    assert [error.message for error in validator.iter_errors(changed)] == []


def put(*path: Any) -> Callable[[Document], None]:
    """Return a change that puts the last argument at the path of the others."""
    *parents, key, value = path

    def change(document: Any) -> None:
        for parent in parents:
            document = document[parent]
        document[key] = value

    return change


def drop(*path: Any) -> Callable[[Document], None]:
    """Return a change that takes away what is at a path."""
    *parents, key = path

    def change(document: Any) -> None:
        for parent in parents:
            document = document[parent]
        del document[key]

    return change


def _twice(document: Document) -> None:
    document["variables"].append({**document["variables"][0], "long_name": "again"})


BROKEN: dict[str, Callable[[Document], None]] = {
    "another contract": put("contract", "tensors"),
    "a later contract": put("contract_version", "2.0"),
    "a version that is a number": put("contract_version", 1.0),
    "Zarr 2": put("container", "zarr_format", 2),
    "an unknown field": put("checked", 1),
    "no variables": drop("variables"),
    "dimensions in another order": lambda d: d["dimensions"].reverse(),
    "a dimension less": lambda d: d["dimensions"].pop(),
    "no tensor": drop("variables", 0),
    "tensor twice": _twice,
    "an unknown field of a variable": put("variables", 0, "unit", "1"),
    "a variable without dims": drop("variables", 0, "dims"),
    "a transposed tensor": put("variables", 0, "dims", ["galaxy", "channel", "x", "y"]),
    "a scaling along y": put("variables", 3, "dims", ["y"]),
    "an unknown type": put("variables", 0, "dtype", "float16"),
    "a name in capitals": put("variables", 0, "name", "Tensor"),
    "an infinite range": put("variables", 1, "range", {"least": 0.0, "largest": "inf"}),
    "half a range": put("variables", 1, "range", {"least": 0.0}),
    "a float whose missing is -1": put("variables", 0, "missing", -1),
    "a text with a unit": put("variables", 5, "units", "km / s"),
    "an attribute that may be JSON": put("attributes", 0, "json", "yes"),
    "other states": put("status", {"pending": 0, "done": 1, "failed": 3}),
    "an unknown function": put("scaling", "of_recipe", "asinh", "log"),
    "a scaling less": drop("scaling", "of_recipe", "none"),
    "a function without inverse": drop("scaling", "functions", 0, "inverse"),
    "chunks over channels": put("chunks", "arrays", 1, 2),
    "an unknown codec": put("chunks", "codecs", "arrays", 0, "name", "gzip"),
    "an unknown digest": put("digests", 0, "name", "md5"),
    "no rule of versions": drop("versions", "major"),
    "a digest that is cut": lambda d: d["store"].update(content_sha256="abc"),
    "a digest in capitals": lambda d: d["store"].update(recipe_digest="A" * 64),
    "a pending galaxy": put("store", "status", "pending", 1),
    "a negative size": put("store", "sizes", "galaxy", -1),
    "a fourth split": put("store", "split", "extra", 1),
    "an unknown field of the recipe": put("store", "recipe", "seed", 1),
    "a recipe without a grid": drop("store", "recipe", "grid"),
    "a field with a scale": put("store", "recipe", "pixel_scale", 0.5),
    "an arcsec grid without a scale": put("store", "recipe", "grid", "arcsec"),
    "too many pixels": put("store", "recipe", "npix", 4096),
    "two shares": put("store", "recipe", "split", [0.5, 0.5]),
    "no channel": put("store", "channels", []),
    "an extension in small letters": put("store", "channels", 0, "channel_extension", "gflux"),
    "an unknown quantity": put("store", "channels", 0, "channel_quantity", "mass"),
    "a date without a zone": put("store", "finished", "2026-01-01T00:00:00"),
    "software without Python": drop("store", "software", "python"),
}
"""What is wrong -> the change that makes it so."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_caught(
    validator: jsonschema.Draft202012Validator, own: Document, name: str
) -> None:
    """The schema is strict: each of these changes makes a document invalid."""
    document = copy.deepcopy(own)
    BROKEN[name](document)
    assert document != own
    assert not validator.is_valid(document)


def test_every_row_is_in_the_document() -> None:
    """Variables, attributes, functions and digests of the rows are all there, in order."""
    document = load_contract()
    assert [row["name"] for row in document["variables"]] == [v.name for v in all_variables()]
    assert [row["name"] for row in document["attributes"]] == [a.name for a in ATTRIBUTES]
    assert [row["name"] for row in document["digests"]] == [d.name for d in DIGESTS]
    functions = {row["name"] for row in document["scaling"]["functions"]}
    assert (
        functions == {f.name for f in FUNCTIONS} == set(document["scaling"]["of_recipe"].values())
    )


def test_digests_are_where_the_document_says(built: Path) -> None:
    """Each digest is an attribute or a variable of the store, as its row says."""
    store = mangaxr.open_store(built)
    for digest in load_contract()["digests"]:
        holder = store.attrs if digest["kind"] == "attribute" else store.variables
        assert digest["name"] in holder


def test_a_store_is_chunked_and_packed_as_the_document_says(built: Path) -> None:
    """Zarr's own metadata name the codecs and chunks of the document."""
    chunks = load_contract()["chunks"]
    for name, kind in (("tensor", "arrays"), ("ivar", "arrays"), ("z", "rows"), ("split", "rows")):
        metadata = json.loads((built / name / "zarr.json").read_text(encoding="utf-8"))
        shape = metadata["chunk_grid"]["configuration"]["chunk_shape"]
        galaxies = metadata["shape"][0]
        whole = [min(chunks["arrays"][0], galaxies), 1, 24, 24]
        assert shape == (whole if kind == "arrays" else metadata["shape"])
        packed = metadata["codecs"][1:]
        expected = chunks["codecs"][kind]
        assert [codec["name"] for codec in packed] == [codec["name"] for codec in expected]
        for codec, said in zip(packed, expected, strict=True):
            found = codec.get("configuration", {})
            assert said.get("configuration", {}).items() <= found.items()


def test_missing_values_are_those_of_the_document(built: Path) -> None:
    """A galaxy that failed holds what the document says stands for a missing value."""
    failed = mangaxr.open_store(built).sel(galaxy="8009-1901").load()
    rows = {row["name"]: row for row in load_contract()["variables"]}
    for name in ("ra", "mangaid", "dapqual", "bad_quality", "tensor", "split", "r50"):
        value = failed[name].values.flat[0]
        assert str(value) == {"NaN": "nan"}.get(
            str(rows[name]["missing"]), str(rows[name]["missing"])
        )


def test_what_is_the_stores_own_is_what_it_holds(built: Path, own: Document) -> None:
    """Sizes, states, recipe and digests are those of the store."""
    store = mangaxr.open_store(built)
    found = own["store"]
    assert found["sizes"] == {"galaxy": 3, "channel": 5, "y": 24, "x": 24}
    assert found["status"] == {"pending": 0, "done": 2, "failed": 1}
    assert found["split"] == {"train": 2, "val": 0, "test": 0}
    assert Recipe.from_dict(found["recipe"]).digest() == found["recipe_digest"]
    assert found["content_sha256"] == store.attrs["content_sha256"]
    assert [row["channel_line"] for row in found["channels"]] == store.channel_line.values.tolist()


def test_a_missing_store_is_an_error(tmp_path: Path) -> None:
    """The contract of nothing is refused as opening it is."""
    with pytest.raises(MissingFileError):
        load_contract(tmp_path / "none.zarr")
