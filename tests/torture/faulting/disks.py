"""Builds on a small disk of their own; run by root in a space of mounts of its own.

``unshare --mount python -m torture.faulting.disks``

Prints findings, a line each, and how many builds were refused and how many passed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.cases import Site
from torture.commands import SLAB, Starter
from torture.faulting.attempts import Attempts, Hindrance

from mangaxr.store import layout

__all__ = ["main"]

_AMPLE = "size=64m,nr_inodes=20000,rw"

_KILOBYTES = (4, 16, 64, 256, 512, 1024, 1400)
_INODES = (2, 5, 12, 40, 150, 400)


def _mount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)


def _remounted(disk: Path, options: str) -> Hindrance:
    """Return what changes the disk for a while."""

    @contextmanager
    def change(folder: Path) -> Iterator[None]:
        _mount(disk, f"remount,{options}")
        try:
            yield
        finally:
            _mount(disk, f"remount,{_AMPLE}")

    return change


def _with_room(disk: Path, *, kilobytes: int = 0, inodes: int = 0) -> Hindrance:
    """Return what leaves so much room on the disk."""

    @contextmanager
    def shrink(folder: Path) -> Iterator[None]:
        used = os.statvfs(disk)
        blocks = (used.f_blocks - used.f_bfree) * used.f_frsize // 1024
        room = f"size={blocks + kilobytes}k" if kilobytes else ""
        room = room or f"nr_inodes={used.f_files - used.f_ffree + inodes}"
        with _remounted(disk, room)(folder):
            yield

    return shrink


def main() -> int:
    """Run all of them."""
    layout.SLAB = SLAB  # stores are validated here
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        disk = folder / "disk"
        disk.mkdir()
        _mount(disk, _AMPLE)
        try:
            with Starter(folder) as starter:
                site = Site(folder, starter, galaxies=4, npix=4, cases=("first", "append"))
                attempts = Attempts(site, starter, disk)
                for case in ("first", "append"):
                    for size in _KILOBYTES:
                        attempts.hinder(f"{size} kB", case, _with_room(disk, kilobytes=size))
                    for number in _INODES:
                        attempts.hinder(f"{number} inodes", case, _with_room(disk, inodes=number))
                    attempts.hinder("read-only", case, _remounted(disk, "ro"))
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    for finding in attempts.findings:
        print(" ".join(finding.split()))
    print(attempts.refused, attempts.passed)
    return 1 if attempts.findings else 0


if __name__ == "__main__":
    sys.exit(main())
