"""What an export tells while it runs and when it is done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mangaxr.export.chosen import Chosen

__all__ = ["ExportReport", "OnExport", "report_on"]

OnExport = Callable[[int, int], None]
"""Told after every block of galaxies how many are written, and of how many."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of an export.

    Parameters
    ----------
    path
        The folder or file.
    galaxies
        Galaxies in it.
    failures
        Galaxies that were asked for and have no maps -> why; they are not in it.
    left_out
        Galaxies with maps that were not asked for.
    resumed
        Galaxies that an earlier, interrupted run had written.
    seconds
        Wall-clock time of this run.
    existed
        True if the same export was there already.
    """

    path: Path
    galaxies: int
    failures: dict[str, str]
    left_out: int
    resumed: int
    seconds: float
    existed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "path": str(self.path),
            "galaxies": self.galaxies,
            "failed": len(self.failures),
            "failures": self.failures,
            "left_out": self.left_out,
            "resumed": self.resumed,
            "existed": self.existed,
            "seconds": round(self.seconds, 3),
        }


def report_on(
    chosen: Chosen,
    path: str | os.PathLike[str],
    began: float,
    *,
    resumed: int = 0,
    existed: bool = False,
) -> ExportReport:
    """Report on an export that is done; it began at a time of `time.monotonic`."""
    return ExportReport(
        path=Path(path),
        galaxies=len(chosen.positions),
        failures=chosen.failures,
        left_out=chosen.left_out,
        resumed=resumed,
        seconds=time.monotonic() - began,
        existed=existed,
    )
