"""The finished store that is there already: whether it is the one meant, and what it lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangaxr.build.items import Source, in_order
from mangaxr.build.kept import Base
from mangaxr.build.validate import validate_store
from mangaxr.errors import BuildError, RecipeMismatchError, StoreError
from mangaxr.quality.thresholds import load_thresholds
from mangaxr.store.attributes import store_recipe
from mangaxr.store.contract import STATUS
from mangaxr.tensors.recipe import Recipe

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Present", "check_replaceable"]


def check_replaceable(final: Path) -> None:
    """Refuse to replace what is no store.

    Raises
    ------
    BuildError
        If something else is there.
    """
    if final.exists() and not (final / "zarr.json").is_file():
        msg = f"{final}: is here and no store: only a store is replaced, choose another name"
        raise BuildError(msg)


@dataclass(frozen=True)
class Present:
    """A finished store under the name that a build is to have."""

    path: Path
    store: xr.Dataset

    @classmethod
    def open(cls, path: Path, recipe: Recipe) -> Present:
        """Open and check it.

        Raises
        ------
        StoreError
            If it is not a store, or a damaged one.
        RecipeMismatchError
            If it is of another recipe.
        """
        # With xarray, which a first build need not load.
        from mangaxr.store.reader import open_store

        store = open_store(path, chunks=None)
        issues = validate_store(path, level="structure")
        if issues:
            msg = (
                f"{path}: the store that is here is damaged ({issues[0]}): replace it with --fresh"
            )
            raise StoreError(msg)
        differences = recipe.differences(Recipe.from_dict(store_recipe(store)))
        if json.loads(store.attrs["thresholds"]) != load_thresholds().to_dict():
            differences.append("thresholds of quality")
        found = cls(path, store)
        if differences:
            raise found._mismatch(differences)
        return found

    @property
    def base(self) -> Base:
        """The store as something to add to."""
        return Base(self.path.absolute(), str(self.store.attrs["content_sha256"]))

    @property
    def builds(self) -> list[dict[str, Any]]:
        """Records of the builds that its galaxies came from."""
        found: list[dict[str, Any]] = json.loads(self.store.attrs["builds"])
        return found

    @property
    def failures(self) -> dict[str, str]:
        """Galaxy -> why it failed."""
        reasons = self.store["failure"].values.tolist()
        return {name: reason for name, reason in zip(self.places, reasons, strict=True) if reason}

    @cached_property
    def places(self) -> dict[str, int]:
        """Galaxy -> its row."""
        return {name: place for place, name in enumerate(self.store["galaxy"].values.tolist())}

    def lacking(self, sources: Sequence[Source], *, retry_failed: bool) -> list[Source]:
        """Return those galaxies that are to be built.

        Raises
        ------
        RecipeMismatchError
            If the file of another one is no longer that which the store was built from.
        """
        status = self.store["status"].values
        found = []
        for source in sources:
            place = self.places.get(source.galaxy)
            if place is None or (retry_failed and status[place] == STATUS["failed"]):
                found.append(source)
            elif other := self._other_file(source, place):
                raise self._mismatch([other])
        return found

    def with_added(self, sources: Sequence[Source]) -> list[Source]:
        """Return the galaxies of the store that is to be: those given, and the others kept."""
        names = {source.galaxy for source in sources}
        kept = [
            Source(name, Path(file), kept=place)
            for (name, place), file in zip(
                self.places.items(), self.store["source_file"].values.tolist(), strict=True
            )
            if name not in names
        ]
        return in_order([*sources, *kept])

    def _other_file(self, source: Source, place: int) -> str:
        """Say whether a file is not the one that a galaxy was built from; by name and size."""
        # Without the detour by a DataArray, which brings all other coordinates along.
        name, size = (
            self.store.variables[column].values[place] for column in ("source_file", "source_size")
        )
        if source.path.name != name:
            return f"file of {source.galaxy}: {source.path.name}, not {name}"
        if size >= 0 and source.path.is_file() and source.path.stat().st_size != size:
            return f"file of {source.galaxy}: {source.path} has changed"
        return ""

    def _mismatch(self, differences: Sequence[str]) -> RecipeMismatchError:
        return RecipeMismatchError(
            f"{self.path}: a store is here already, and differs in {'; '.join(differences)}: "
            f"choose another name, or replace it with --fresh"
        )
