"""The working directory of an export: its final name is only ever that of a whole one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mangaxr.errors import ExportError, one_line
from mangaxr.export.settings import differences
from mangaxr.locking import open_locked

__all__ = ["Staging", "existing", "refused"]

_PLAN, _LOCK, _MADE = "plan.json", "lock", "made"

Settings = dict[str, Any]


def existing(
    final: Path, settings: Settings, read: Callable[[Path], Settings | None], *, fresh: bool
) -> bool:
    """Say whether the same export is there already; whatever else is there is an error.

    Parameters
    ----------
    final
        Where the export goes.
    settings
        What decides it.
    read
        Returns the settings of an export, None of anything else.
    fresh
        Whether an export that is there is replaced.

    Raises
    ------
    ExportError
        If something else is there.
    """
    empty = final.is_dir() and not any(final.iterdir())
    if not os.path.lexists(final) or empty:
        return False
    found = read(final)
    if found is None:
        msg = f"{final}: is here and no export of mangaxr: choose another name"
        raise ExportError(msg)
    if fresh:
        return False
    differ = differences(found, settings)
    if differ:
        msg = (
            f"{final}: an export is here already, and differs in {'; '.join(differ)}: "
            f"choose another name, or replace it with --fresh"
        )
        raise ExportError(msg)
    return True


class Staging:
    """``NAME.partial``: what is made, what decides it, and a lock that keeps others out.

    Parameters
    ----------
    final
        Where the export goes.
    """

    def __init__(self, final: Path) -> None:
        self._final = final
        self._folder = final.with_name(f"{final.name}.partial")

    @property
    def made(self) -> Path:
        """The export in the making."""
        return self._folder / _MADE

    @contextmanager
    def locked(self, *, keep: bool) -> Iterator[None]:
        """Hold the working directory.

        Parameters
        ----------
        keep
            Whether what was made stays when an error or Ctrl-C ends the export.

        Raises
        ------
        ExportError
            If another export holds it, or the directory is somebody else's.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        strange = {path.name for path in self._folder.iterdir()} - {_PLAN, _LOCK, _MADE}
        if strange:
            msg = f"{self._folder}: is needed while exporting and holds {min(strange)}: move it"
            raise ExportError(msg)
        lock = open_locked(self._folder / _LOCK)
        if lock is None:
            msg = f"{self._folder}: another export is writing here: wait for it"
            raise ExportError(msg)
        try:
            yield
        except BaseException:
            if not keep:
                self.discard()
            raise
        finally:
            os.close(lock)

    def take_up(self, settings: Mapping[str, Any]) -> bool:
        """Say whether an interrupted run of the same settings left its work; or clear it away."""
        plan = self._folder / _PLAN
        try:
            if json.loads(plan.read_text(encoding="utf-8")) == settings:
                return True
        except (FileNotFoundError, ValueError):
            pass  # there was none, or it was cut off while it was written
        plan.unlink(missing_ok=True)
        self.clear()
        plan.write_text(json.dumps(settings), encoding="utf-8")
        return False

    def clear(self) -> None:
        """Remove what was made."""
        if self.made.is_dir():
            shutil.rmtree(self.made)
        else:
            self.made.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the working directory."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def publish(self) -> None:
        """Give what was made its name; an export that is there gives way at once."""
        old = self._folder.with_name(f"{self._final.name}.{os.getpid()}.old")
        if self._final.is_dir():
            self._final.rename(old)
        self.made.replace(self._final)
        shutil.rmtree(old, ignore_errors=True)
        self.discard()


def refused(final: Path, error: Exception) -> ExportError:
    """Say in one line what the system refused, and how much room there is."""
    reason = getattr(error, "strerror", None) or one_line(error)
    there = next(folder for folder in final.parents if folder.is_dir())
    free = shutil.disk_usage(there).free / 1e9
    msg = (
        f"{final}: cannot be written ({reason}; {free:.1f} GB are free there): make room or "
        f"choose another place, and repeat the command"
    )
    return ExportError(msg)
