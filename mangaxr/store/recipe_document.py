"""``recipe.json``: all that is needed to build a store again, apart from the files themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr.errors import MissingFileError, RecipeError
from mangaxr.store.attributes import store_recipe
from mangaxr.store.contract import CONTRACT, CONTRACT_VERSION
from mangaxr.tensors.recipe import Recipe

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["RecipeDocument", "SourceFile", "read_recipe_document", "recipe_document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A galaxy of a store, and the file that it came from.

    Parameters
    ----------
    galaxy
        Its name in the store.
    source_file
        Name of the MAPS file.
    source_path
        Path below the root of the archive; empty if the file was not in such a tree.
    source_size
        Size in bytes; -1 if unknown.
    source_sha256
        SHA-256 of the file, or why it is not known.
    source_checksum
        ``DATASUM`` cards of the extensions used.
    """

    galaxy: str
    source_file: str = ""
    source_path: str = ""
    source_size: int = -1
    source_sha256: str = ""
    source_checksum: str = ""


@dataclass(frozen=True, slots=True)
class RecipeDocument:
    """A recipe, and the galaxies that go with it; none if the document names none.

    ``content_sha256`` is that of the store that was built of them.
    """

    recipe: Recipe
    galaxies: tuple[SourceFile, ...] = ()
    content_sha256: str = ""


_COLUMNS = tuple(field.name for field in fields(SourceFile))

_TYPES: dict[str, type] = {**dict.fromkeys(_COLUMNS, str), "source_size": int}


def recipe_document(store: xr.Dataset) -> dict[str, Any]:
    """Return what is needed to build an open store again, as plain JSON values.

    Examples
    --------
    >>> import mangaxr
    >>> store = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> document = recipe_document(store)
    >>> document["recipe"]["npix"], document["galaxies"][0]["galaxy"]
    (64, '8001-1901')
    """
    columns = (store[name].values.tolist() for name in _COLUMNS)
    return {
        "contract": store.attrs["contract"],
        "contract_version": store.attrs["contract_version"],
        "recipe": store_recipe(store),
        "recipe_digest": store.attrs["recipe_digest"],
        "content_sha256": store.attrs["content_sha256"],
        "galaxies": [dict(zip(_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)],
        "software": json.loads(store.attrs["software"]),
    }


def read_recipe_document(path: str | os.PathLike[str]) -> RecipeDocument:
    """Read a recipe from a document, from a plain recipe, or from a store.

    Parameters
    ----------
    path
        A ``recipe.json`` that ``mangaxr card`` wrote, a JSON file that holds the fields of a
        recipe and nothing else, or a store.

    Raises
    ------
    MissingFileError
        If there is nothing at the path.
    StoreError
        If it is a directory and not a store.
    RecipeError
        If it is not JSON, not of this contract, or its recipe or its galaxies are not what
        they should be.

    Examples
    --------
    >>> import mangaxr
    >>> found = read_recipe_document(mangaxr.synthetic.example_store())
    >>> found.recipe == mangaxr.Recipe(), len(found.galaxies)
    (True, 3)
    """
    file = Path(path)
    if file.is_dir():
        # With xarray, which a first build need not load.
        from mangaxr.store.reader import open_store

        return _parsed(recipe_document(open_store(file, chunks=None)), file)
    if not file.exists():
        msg = f"{file}: no such recipe: give a store, or a recipe.json that `mangaxr card` wrote"
        raise MissingFileError(msg)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        msg = f"{file}: not a recipe: expected JSON, found what is none ({error})"
        raise RecipeError(msg) from error
    if not isinstance(content, dict):
        msg = f"{file}: not a recipe: expected a JSON object, found {_kind(content)}"
        raise RecipeError(msg)
    return _parsed(content, file) if "recipe" in content else RecipeDocument(_recipe(content, file))


def _parsed(document: Mapping[str, Any], file: Path) -> RecipeDocument:
    """Check a document and take it apart.

    Raises
    ------
    RecipeError
        If something of it is not what it should be.
    """
    major = str(document.get("contract_version")).split(".")[0]
    if document.get("contract") != CONTRACT or major != CONTRACT_VERSION.split(".")[0]:
        msg = (
            f"{file}: a recipe of {document.get('contract')!r} "
            f"{document.get('contract_version')!r}: expected {CONTRACT!r} {CONTRACT_VERSION!r}"
        )
        raise RecipeError(msg)
    recipe = _recipe(document["recipe"], file)
    if document.get("recipe_digest") != recipe.digest():
        msg = (
            f"{file}: recipe_digest is not that of the recipe: one of them was edited; to use "
            f"the recipe as it is, save what is under 'recipe' as a file of its own"
        )
        raise RecipeError(msg)
    galaxies = _galaxies(document.get("galaxies"), file)
    return RecipeDocument(recipe, galaxies, str(document.get("content_sha256", "")))


def _recipe(values: Any, file: Path) -> Recipe:
    try:
        return Recipe.from_dict(dict(values))
    except (ValueError, TypeError) as error:
        msg = f"{file}: its recipe cannot be used: {error}"
        raise RecipeError(msg) from error


def _galaxies(rows: Any, file: Path) -> tuple[SourceFile, ...]:
    """Read the list of galaxies.

    Raises
    ------
    RecipeError
        If it is no list of galaxies, each with a name of its own.
    """
    if not isinstance(rows, list):
        msg = f"{file}: 'galaxies' is {_kind(rows)}: expected a list"
        raise RecipeError(msg)
    found = tuple(_galaxy(row, i, file) for i, row in enumerate(rows))
    names = [galaxy.galaxy for galaxy in found]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"{file}: 'galaxies' has {twice} twice: expected each once"
        raise RecipeError(msg)
    return found


def _galaxy(row: Any, i: int, file: Path) -> SourceFile:
    """Read one galaxy; fields that are not known are passed over.

    Raises
    ------
    RecipeError
        If it has no name, or a field is of another type.
    """
    values = row if isinstance(row, dict) else {}
    known = {name: values[name] for name in _COLUMNS if name in values}
    wrong = [name for name, value in known.items() if type(value) is not _TYPES[name]]
    if wrong or not known.get("galaxy"):
        name = wrong[0] if wrong else "galaxy"
        what = "a whole number" if _TYPES[name] is int else "a text"
        msg = f"{file}: 'galaxies' at {i}: {name} is {known.get(name)!r}: expected {what}"
        raise RecipeError(msg)
    return SourceFile(**known)


def _kind(value: object) -> str:
    names = {list: "a list", dict: "an object", str: "a text", type(None): "nothing"}
    return names.get(type(value), "a number or truth value")
