"""Semantics: the recipe, and channels and pixels that are what it says."""

from __future__ import annotations

from collections.abc import Iterator

from mangaxr.store.contract import CHANNEL_COORDS
from mangaxr.store.finish import channel_columns
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_EDITED = "The recipe or the variable was edited, or channels were put in another order."


def _recipe(store: Evidence) -> Iterator[Found]:
    if "recipe" in store.faults:
        yield Found("recipe", store.faults["recipe"])
    elif "recipe" in store.sound and store.recipe.to_dict() != store.documents["recipe"]:
        whole, given = store.recipe.to_dict(), store.documents["recipe"]
        names = [name for name in whole if whole[name] != given.get(name)]
        yield Found("recipe", f"does not say all, or not as a build writes it: {', '.join(names)}")


def _digest(store: Evidence) -> Iterator[Found]:
    if store.attributes.get("recipe_digest") != store.recipe.digest():
        yield Found("recipe_digest", "is not that of the recipe")


def _channels(store: Evidence) -> Iterator[Found]:
    for spec, wanted in zip(CHANNEL_COORDS, channel_columns(store.recipe), strict=True):
        if spec.name in store.sound:
            found = store.columns[spec.name].tolist()
            if found != wanted:
                yield Found(spec.name, f"is {_list(found)}, the recipe says {_list(wanted)}")


def _list(values: list[str]) -> str:
    return ", ".join(map(repr, values))


def _pixels(store: Evidence) -> Iterator[Found]:
    npix = store.recipe.npix
    wanted = [i - (npix - 1) / 2 for i in range(npix)]
    for name in ("y", "x"):
        if name in store.sound and store.columns[name].tolist() != wanted:
            message = f"is not the offsets {wanted[0]:g} to {wanted[-1]:g} of {npix} pixels"
            yield Found(name, message)


RULES = (
    StoreRule(
        id="MX301",
        level="semantics",
        title="`recipe` can be read, with every field, as a build writes it.",
        why="The attribute was edited, or a later mangaxr wrote a field that this one lacks.",
        remedy="Use the version of mangaxr that wrote the store; else build it anew.",
        check=_recipe,
    ),
    StoreRule(
        id="MX302",
        level="semantics",
        title="`recipe_digest` is the SHA-256 of the recipe.",
        why="One of the two was edited.",
        remedy="What the numbers were made with is in doubt: rebuild some (level `sources`).",
        needs=("recipe",),
        check=_digest,
    ),
    StoreRule(
        id="MX303",
        level="semantics",
        title="Channels, their units, extensions, lines, weights and mask policy are what the "
        "recipe says.",
        why=_EDITED,
        remedy="Do not select channels by name before it is right: build the store anew.",
        needs=("recipe",),
        check=_channels,
    ),
    StoreRule(
        id="MX304",
        level="semantics",
        title="`y` and `x` are the offsets of the recipe's number of pixels from the middle.",
        why=_EDITED,
        remedy="Places on the sky would be wrong: build the store anew.",
        needs=("recipe",),
        check=_pixels,
    ),
)
