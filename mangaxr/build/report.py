"""What a build tells while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BuildReport", "OnProgress", "Progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is; ``resumed`` of the galaxies done were so from an earlier run."""

    done: int
    failed: int
    resumed: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What became of a build.

    Parameters
    ----------
    path
        The store.
    galaxies
        Galaxies in it, failed ones included.
    failures
        Galaxy -> reason.
    kept
        Galaxies that the finished store had already, and that are in it as they were.
    resumed
        Galaxies that an earlier, interrupted run had done.
    seconds
        Wall-clock time of this run.
    existed
        True if the finished store had everything already.
    content_sha256
        Digest of the store's content.
    expected
        That of the store whose recipe was built again; empty if none was.
    streamed, of_bytes
        Bytes that came from the servers of the files that were streamed, and bytes of those
        files; 0 if none was.
    """

    path: Path
    galaxies: int
    failures: dict[str, str]
    kept: int
    resumed: int
    seconds: float
    existed: bool = False
    content_sha256: str = ""
    expected: str = ""
    streamed: int = 0
    of_bytes: int = 0

    @property
    def done(self) -> int:
        """Galaxies that have a tensor."""
        return self.galaxies - len(self.failures)

    @property
    def failed(self) -> int:
        """Galaxies that have a reason instead."""
        return len(self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "store": str(self.path),
            "galaxies": self.galaxies,
            "done": self.done,
            "failed": self.failed,
            "failures": self.failures,
            "kept": self.kept,
            "resumed": self.resumed,
            "existed": self.existed,
            "content_sha256": self.content_sha256,
            "expected_sha256": self.expected,
            "streamed_bytes": self.streamed,
            "streamed_of_bytes": self.of_bytes,
            "seconds": round(self.seconds, 3),
        }
