"""What a download tells while it runs, and of each file when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["LEVELS", "DownloadProgress", "DownloadRecord", "Level", "OnDownload", "Status"]

Level = Literal["size", "gzip", "fits"]

LEVELS: tuple[Level, ...] = ("size", "gzip", "fits")
"""How a file is verified, from the quickest to the most thorough way; each does what those
before it do."""

Status = Literal["downloaded", "present", "planned", "missing", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadRecord:
    """What became of one file.

    Parameters
    ----------
    what
        Kind of file.
    galaxy
        Its plateifu; empty for a catalog.
    status
        ``downloaded``; ``present``: it was here; ``planned``: a dry run would fetch it;
        ``missing``: it does not exist, as its analysis failed; ``failed``.
    path
        Where it is, or would be.
    url
        Where it came from, or would.
    size
        Bytes; -1 if unknown.
    received
        Bytes that the network brought this time.
    sha256
        Of the file, in hexadecimal; empty if it is not here.
    seconds
        Time it took.
    reason
        Why it is missing or failed, or why it had to be fetched anew.
    """

    what: str
    galaxy: str
    status: Status
    path: Path
    url: str
    size: int = -1
    received: int = 0
    sha256: str = ""
    seconds: float = 0.0
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the file is here, or would be fetched."""
        return self.status not in ("missing", "failed")

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**asdict(self), "path": str(self.path), "seconds": round(self.seconds, 3)}


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is: files done, those of them that failed, all, and bytes so far."""

    done: int
    failed: int
    total: int
    received: int


OnDownload = Callable[[DownloadProgress], None]
