"""What is on disk while a build runs, so that it can be killed at any moment and go on.

``NAME.zarr.partial/`` holds ``plan.json`` (what is to be built), ``store/`` (the store in
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
from typing import Any, Protocol, Self

from mangaxr.build.lock import take_lock
from mangaxr.errors import RecipeMismatchError
from mangaxr.store.attributes import signature_of
from mangaxr.store.durable import exchange, put_json, sync_folder, sync_tree

__all__ = ["Journal", "Plan", "fingerprint"]

_PLAN, _DONE, _FINISHED, _OLD = "plan.json", "done", "finished.json", "old"
_TRIES = 9
"""How often a working folder is made: another build may be removing it."""


class Plan(Protocol):
    """What is to be built: a build is taken up if its plan is still the same."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""

    def differences(self, before: Mapping[str, Any]) -> list[str]:
        """Say in what it differs from an earlier plan; nothing if it is the same."""


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

    def start(self, plan: Plan, *, fresh: bool) -> bool:
        """Take up the plan that is here, or make room for a new one.

        Parameters
        ----------
        plan
            What is to be built.
        fresh
            Forget the plan that is here.

        Returns
        -------
        bool
            True if an earlier build is taken up.

        Raises
        ------
        RecipeMismatchError
            If the earlier build had another plan.
        """
        if self.exists and not fresh:
            self._check_same(plan)
            return True
        self._clear()
        (self.folder / _DONE).mkdir()
        return False

    def commit(self, plan: Plan) -> None:
        """Write the plan, once the empty store is there."""
        put_json(self.folder / _PLAN, plan.to_dict())

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

    def _check_same(self, plan: Plan) -> None:
        before = json.loads((self.folder / _PLAN).read_text(encoding="utf-8"))
        differences = plan.differences(before)
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


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
