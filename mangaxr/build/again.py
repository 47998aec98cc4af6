"""The galaxies of a recipe document, where this machine has their files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mangaxr.build.items import Item
from mangaxr.errors import BuildError
from mangaxr.sas.local import sas_root
from mangaxr.store.recipe_document import RecipeDocument, read_recipe_document
from mangaxr.tensors.recipe import Recipe

__all__ = ["as_document", "items_of"]


def as_document(recipe: Recipe | str | os.PathLike[str] | None, asked: Recipe) -> RecipeDocument:
    """Return the recipe that is given, or the one that was put together.

    Parameters
    ----------
    recipe
        A recipe, or the path of one; see `read_recipe_document`.
    asked
        The recipe of the parts that were given.

    Raises
    ------
    BuildError
        If both were.
    """
    if recipe is None:
        return RecipeDocument(asked)
    other = asked.differences(Recipe())
    if other:
        msg = f"a recipe is given, and {other[0].split(':')[0]} besides: give one of them"
        raise BuildError(msg)
    return RecipeDocument(recipe) if isinstance(recipe, Recipe) else read_recipe_document(recipe)


def items_of(document: RecipeDocument, sas: str | os.PathLike[str] | None) -> Sequence[Item]:
    """Return the files that a store was built from, in the tree that is here.

    Raises
    ------
    BuildError
        If a file was in no tree.
    """
    root: Path = sas_root(sas)
    for galaxy in document.galaxies:
        if not galaxy.source_path:
            msg = (
                f"{galaxy.galaxy}: its file {galaxy.source_file} was in no SAS tree when the "
                f"store was built: name the files or folders to build from"
            )
            raise BuildError(msg)
    return [root / galaxy.source_path for galaxy in document.galaxies]
