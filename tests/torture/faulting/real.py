"""Refusals by the system itself: small and read-only disks, limits, permissions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from torture.cases import Site
from torture.commands import Starter
from torture.faulting.attempts import Attempts, Hindrance

__all__ = ["REAL", "WITHOUT_PRIVILEGES", "limited_files", "on_disks", "taken_permissions"]

CASES = ("first", "append")

WITHOUT_PRIVILEGES = (
    "setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner",
    "--inh-caps=-dac_override,-dac_read_search,-fowner",
)  # fmt: skip
"""Runs a command for which permissions count although it is root's."""


def limited_files(site: Site, starter: Starter, folder: Path) -> Attempts:
    """Let no file grow beyond some size."""
    attempts = Attempts(site, starter, folder)
    for size in (900, 1500, 3000, 6000, 12000, 50000):
        for case in CASES:
            attempts.hinder(f"files of {size} bytes", case, nullcontext, file_size=size)
    return attempts


def taken_permissions(site: Site, starter: Starter, folder: Path) -> Attempts | str:
    """Take the permission to write from one folder or another, or say why not."""
    prefix = WITHOUT_PRIVILEGES if os.getuid() == 0 else ()
    if prefix and shutil.which(prefix[0]) is None:
        return "left out: permissions mean nothing to root, and there is no setpriv"
    own = folder / "without-privileges"
    own.mkdir()
    with Starter(own, prefix=prefix) as humble:
        attempts = Attempts(site, humble, folder)
        for case in CASES:
            attempts.hinder("parent", case, _closed("."))
            for name in (
                "",
                "store",
                "store/tensor",
                "store/tensor/c",
                "done",
                "lock",
                "plan.json",
            ):
                what = f"t.zarr.partial/{name}"
                attempts.hinder(what, case, _closed(what), torn=True)
    return attempts


def _closed(name: str) -> Hindrance:
    """Return what makes a file or folder one that cannot be written to."""

    @contextmanager
    def close(folder: Path) -> Iterator[None]:
        path = folder / name
        if not path.exists():
            yield
            return
        before = path.stat().st_mode
        path.chmod(before & ~0o222)
        try:
            yield
        finally:
            if path.exists():
                path.chmod(before)

    return close


def on_disks(site: Site, starter: Starter, folder: Path) -> Attempts | str:
    """Build on disks that are too small or read-only, in a space of mounts of its own."""
    attempts = Attempts(site, starter, folder)
    if os.getuid() != 0 or shutil.which("unshare") is None:
        return "left out: only root can mount a small disk"
    command = ["unshare", "--mount", sys.executable, "-m", "torture.faulting.disks"]
    path = os.pathsep.join(path for path in sys.path if path)
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    lines = ended.stdout.splitlines()
    if ended.returncode not in (0, 1) or not lines:
        return f"left out: {' '.join(ended.stderr.split()[-12:])}"
    refused, passed = lines[-1].split()
    attempts.refused, attempts.passed, attempts.findings = int(refused), int(passed), lines[:-1]
    return attempts


REAL = {
    "files of limited size": limited_files,
    "permissions taken away": taken_permissions,
    "a small disk, one without inodes, a read-only one": on_disks,
}
"""What hinders -> builds under it, or why there are none."""
