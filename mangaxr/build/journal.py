"""What is on disk while a build runs, so that it can be killed at any moment and go on.

``NAME.zarr.partial/`` holds ``plan.json`` (recipe and galaxies), ``store/`` (the store in
the making), ``done/00000.json`` (one record per slab, put there after the slab's data) and
``lock``. The store moves to its final name as the very last step.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mangaxr.build.items import Source
from mangaxr.errors import BuildError, RecipeMismatchError
from mangaxr.tensors.recipe import Recipe

__all__ = ["Journal", "fingerprint", "galaxies_differ", "replace_tree"]


def galaxies_differ(before: Sequence[str], now: Sequence[str]) -> str:
    """Say how two lists of galaxies differ; empty if they do not.

    Examples
    --------
    >>> galaxies_differ(["1-1"], ["1-1", "2-2"])
    'galaxies: 2-2 is new'
    """
    added = [name for name in now if name not in set(before)]
    removed = [name for name in before if name not in set(now)]
    parts = [
        f"{names[0]} {f'and {len(names) - 1} more are' if names[1:] else 'is'} {what}"
        for names, what in ((added, "new"), (removed, "no longer among them"))
        if names
    ]
    return f"galaxies: {', '.join(parts)}" if parts else ""


def replace_tree(new: Path, final: Path) -> None:
    """Move a finished directory to its final name; one that is there gives way at once."""
    old = final.with_name(f"{final.name}.{os.getpid()}.old")
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


@dataclass(slots=True)
class Journal:
    """The working directory of one build; also the lock that keeps a second one out."""

    folder: Path
    _lock: int = -1

    @classmethod
    def of(cls, final: Path) -> Self:
        """Return the journal of a store."""
        return cls(final.with_name(final.name + ".partial"))

    @property
    def store(self) -> Path:
        """The store in the making."""
        return self.folder / "store"

    @property
    def exists(self) -> bool:
        """Whether an earlier build left its plan here, and the store in the making."""
        return (self.folder / "plan.json").is_file() and self.store.is_dir()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            # The kernel releases it when the process dies, however it dies.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 64, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._lock)
            msg = f"{self.folder}: another build (process {holder}) is writing here: wait for it"
            raise BuildError(msg) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._lock)

    def start(self, recipe: Recipe, sources: Sequence[Source], *, fresh: bool) -> bool:
        """Take up the plan that is here, or write a new one.

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
            self._check_same(recipe, sources)
            return True
        for name in ("plan.json", "done", "store"):
            _remove(self.folder / name)
        (self.folder / "done").mkdir()
        return False

    def commit(self, recipe: Recipe, sources: Sequence[Source]) -> None:
        """Write the plan, once the empty store is there."""
        galaxies = {source.galaxy: fingerprint(source.path) for source in sources}
        self._put("plan.json", {"recipe": recipe.to_dict(), "galaxies": galaxies})

    def done(self) -> dict[int, list[dict[str, Any]]]:
        """Return the rows of every finished slab, by the slab's number."""
        return {
            int(file.stem): json.loads(file.read_text(encoding="utf-8"))
            for file in (self.folder / "done").glob("*.json")
        }

    def record(self, slab: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Note that a slab's data are written."""
        self._put(f"done/{slab:05d}.json", list(rows))

    def finish(self, final: Path) -> None:
        """Give the finished store its name, and clear up."""
        replace_tree(self.store, final)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _check_same(self, recipe: Recipe, sources: Sequence[Source]) -> None:
        plan = json.loads((self.folder / "plan.json").read_text(encoding="utf-8"))
        differences = recipe.differences(Recipe.from_dict(plan["recipe"]))
        before = plan["galaxies"]
        other = galaxies_differ(list(before), [source.galaxy for source in sources])
        differences += [other] if other else []
        changed = [s for s in sources if before.get(s.galaxy) != fingerprint(s.path)]
        if changed and not other:
            differences.append(f"file of {changed[0].galaxy}: {changed[0].path} has changed")
        if differences:
            msg = (
                f"{self.folder}: an unfinished build is here, and differs in "
                f"{'; '.join(differences)}: repeat its command to finish it, or start anew "
                f"with --fresh"
            )
            raise RecipeMismatchError(msg)

    def _put(self, name: str, content: Any) -> None:
        """Write a file so that it is there whole or not at all."""
        target = self.folder / name
        temporary = target.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)


def fingerprint(path: Path) -> list[Any]:
    """Describe a file well enough to notice that it was exchanged."""
    try:
        status = path.stat()
    except OSError:
        return [path.name, -1, -1]
    return [path.name, status.st_size, status.st_mtime_ns]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
