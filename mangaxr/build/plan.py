"""What a build is to make: recipe, galaxies and their files, and the store that it adds to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mangaxr.build.items import Source
from mangaxr.build.journal import fingerprint
from mangaxr.tensors.recipe import Recipe

__all__ = ["BuildPlan"]


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """A plan, as a journal keeps it.

    Parameters
    ----------
    recipe, sources
        What is to be built.
    base
        ``content_sha256`` of the store that galaxies are added to; empty if there is none.
    """

    recipe: Recipe
    sources: Sequence[Source]
    base: str

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        galaxies = {source.galaxy: _mark(source) for source in self.sources}
        return {"recipe": self.recipe.to_dict(), "base": self.base, "galaxies": galaxies}

    def differences(self, before: Mapping[str, Any]) -> list[str]:
        """Say in what it differs from an earlier plan."""
        if "recipe" not in before:
            return ["what it builds: no tensors"]
        differences = self.recipe.differences(Recipe.from_dict(before["recipe"]))
        galaxies = before["galaxies"]
        other = _galaxies_differ(list(galaxies), [source.galaxy for source in self.sources])
        differences += [other] if other else []
        changed = [s for s in self.sources if galaxies.get(s.galaxy) != _mark(s)]
        if changed and not other:
            differences.append(f"file of {changed[0].galaxy}: {changed[0].path} has changed")
        if before["base"] != self.base:
            differences.append("the finished store, which has changed")
        return differences


def _mark(source: Source) -> list[Any]:
    """Describe what a galaxy is made from."""
    return fingerprint(source.path) if source.kept is None else ["kept", source.kept]


def _galaxies_differ(before: Sequence[str], now: Sequence[str]) -> str:
    """Say how two lists of galaxies differ; empty if they do not.

    Examples
    --------
    >>> _galaxies_differ(["1-1"], ["1-1", "2-2"])
    'galaxies: 2-2 is new'
    """
    old, new = set(before), set(now)
    added = [name for name in now if name not in old]
    removed = [name for name in before if name not in new]
    parts = [
        f"{names[0]} {f'and {len(names) - 1} more are' if names[1:] else 'is'} {what}"
        for names, what in ((added, "new"), (removed, "no longer among them"))
        if names
    ]
    return f"galaxies: {', '.join(parts)}" if parts else ""
