"""What is on disk while a build runs, so that it can be killed at any moment and go on.

``NAME.zarr.partial/`` holds ``plan.json`` (recipe and galaxies), ``store/`` (the store in
the making), ``done/00000.json`` (one record per slab, put there after the slab's data),
``finished.json`` once the store is whole, and ``lock``. The store takes its final name as
the very last step, at once: one that was there before is at every moment the old or the new.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mangaxr.build.items import Source
from mangaxr.build.lock import take_lock
from mangaxr.errors import RecipeMismatchError
from mangaxr.store.attributes import signature_of
from mangaxr.store.durable import exchange, put_json, sync_folder, sync_tree
from mangaxr.tensors.recipe import Recipe

__all__ = ["Journal", "fingerprint"]

_PLAN, _DONE, _FINISHED, _OLD = "plan.json", "done", "finished.json", "old"
_TRIES = 9
"""How often a working folder is made: another build may be removing it."""


@dataclass(slots=True)
class Journal:
    """The working directory of one build; also the lock that keeps a second one out."""

    final: Path
    _lock: int = -1

    @property
    def folder(self) -> Path:
        """The working directory."""
        return self.final.with_name(self.final.name + ".partial")

    @property
    def store(self) -> Path:
        """The store in the making."""
        return self.folder / "store"

    @property
    def exists(self) -> bool:
        """Whether an earlier build left its plan here, and the store in the making."""
        return (self.folder / _PLAN).is_file() and self.store.is_dir()

    @property
    def is_over(self) -> bool:
        """Whether an earlier build has nothing left to do here but to name and clear up."""
        unplanned = self.folder.is_dir() and not (self.folder / _PLAN).exists()
        return unplanned or (self.folder / _FINISHED).is_file()

    def __enter__(self) -> Self:
        for left in reversed(range(_TRIES)):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock = take_lock(self.folder / "lock", self.folder)
                break
            except FileNotFoundError:  # a build that has ended just now cleared it up
                if not left:
                    raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._lock)

    def start(self, recipe: Recipe, sources: Sequence[Source], *, base: str, fresh: bool) -> bool:
        """Take up the plan that is here, or make room for a new one.

        Parameters
        ----------
        recipe, sources
            What is to be built.
        base
            ``content_sha256`` of the store that galaxies are added to; empty if there is none.
        fresh
            Forget the plan that is here.

        Returns
        -------
        bool
            True if an earlier build is taken up.

        Raises
        ------
        RecipeMismatchError
            If the earlier build had another recipe or other galaxies.
        """
        if self.exists and not fresh:
            self._check_same(recipe, sources, base)
            return True
        self._clear()
        (self.folder / _DONE).mkdir()
        return False

    def commit(self, recipe: Recipe, sources: Sequence[Source], *, base: str) -> None:
        """Write the plan, once the empty store is there."""
        galaxies = {source.galaxy: _mark(source) for source in sources}
        plan = {"recipe": recipe.to_dict(), "base": base, "galaxies": galaxies}
        put_json(self.folder / _PLAN, plan)

    def done(self) -> dict[int, list[dict[str, Any]]]:
        """Return the rows of every finished slab, by the slab's number."""
        return {
            int(file.stem): json.loads(file.read_text(encoding="utf-8"))
            for file in (self.folder / _DONE).glob("*.json")
        }

    def record(self, slab: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Note that a slab's data are written."""
        put_json(self.folder / _DONE / f"{slab:05d}.json", list(rows))

    def finish(self) -> None:
        """Give the whole store its name, and clear up."""
        sync_tree(self.store)
        # Tells the new store from one that has changed places with it, and may be damaged.
        put_json(self.folder / _FINISHED, {"attributes_sha256": signature_of(self.store)})
        self.finish_again()

    def finish_again(self) -> None:
        """Do what is left to do for a store that is whole, if there is one."""
        marked = self.folder / _FINISHED
        if marked.is_file():
            content = json.loads(marked.read_text(encoding="utf-8"))
            if signature_of(self.store) == content["attributes_sha256"]:
                put_in_place(self.store, self.final)
        self._clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clear(self) -> None:
        """Remove what is here; without its plan, the rest of it is nothing."""
        _remove(self.folder / _PLAN)
        if self.store.exists():
            # Half removed, it must not be taken for the whole store that it is still marked as.
            _remove(self.folder / _OLD)
            self.store.rename(self.folder / _OLD)
        for name in (_DONE, _OLD, _FINISHED):
            _remove(self.folder / name)

    def _check_same(self, recipe: Recipe, sources: Sequence[Source], base: str) -> None:
        plan = json.loads((self.folder / _PLAN).read_text(encoding="utf-8"))
        differences = recipe.differences(Recipe.from_dict(plan["recipe"]))
        before = plan["galaxies"]
        other = _galaxies_differ(list(before), [source.galaxy for source in sources])
        differences += [other] if other else []
        changed = [s for s in sources if before.get(s.galaxy) != _mark(s)]
        if changed and not other:
            differences.append(f"file of {changed[0].galaxy}: {changed[0].path} has changed")
        if plan["base"] != base:
            differences.append("the finished store, which has changed")
        if differences:
            msg = (
                f"{self.folder}: an unfinished build is here, and differs in "
                f"{'; '.join(differences)}: repeat its command to finish it, remove the folder "
                f"to forget it, or start anew with --fresh"
            )
            raise RecipeMismatchError(msg)


def put_in_place(new: Path, final: Path) -> None:
    """Give a finished directory its final name; one that is there changes places with it."""
    if not final.exists():
        new.rename(final)
    elif not exchange(new, final):
        # Not at once, where the system cannot; `finish_again` completes it after a crash.
        old = new.with_name(_OLD)
        _remove(old)
        final.rename(old)
        try:
            new.rename(final)
        except OSError:
            with suppress(OSError):
                old.rename(final)  # or the next command does it
            raise
    sync_folder(final.absolute().parent)


def fingerprint(path: Path) -> list[Any]:
    """Describe a file well enough to notice that it was exchanged."""
    try:
        status = path.stat()
    except OSError:
        return [path.name, -1, -1]
    return [path.name, status.st_size, status.st_mtime_ns]


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


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
