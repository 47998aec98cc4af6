"""One attempt under a real refusal: a build that is refused, and the same without."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from torture.cases import CASES, Site
from torture.commands import Starter
from torture.faulting.sweep import judge_refused, repeat
from torture.judge import FindingError

__all__ = ["Attempts", "Hindrance"]

Hindrance = Callable[[Path], AbstractContextManager[None]]
"""Makes a folder one that cannot be written to as before, until it is left."""


@dataclass(slots=True)
class Attempts:
    """Builds on one site, each hindered by something; counts and findings.

    Parameters
    ----------
    site, starter, folder
        What is built, what builds, and where.
    """

    site: Site
    starter: Starter
    folder: Path
    refused: int = 0
    passed: int = 0
    findings: list[str] = field(default_factory=list)

    def hinder(
        self,
        what: str,
        case: str,
        by: Hindrance,
        *,
        file_size: int | None = None,
        torn: bool = False,
    ) -> None:
        """Build under a hindrance, judge, and build without.

        Parameters
        ----------
        what
            For the findings.
        case
            Of `CASES`.
        by
            What hinders.
        file_size
            Bytes that a file may have.
        torn
            Whether an earlier build ended halfway.
        """
        place = Path(tempfile.mkdtemp(prefix="real-", dir=self.folder))
        out = place / "t.zarr"
        reference = self.site.put(CASES[case], out)
        command = self.site.command(CASES[case], out)
        if torn:
            self.starter.run(replace(command, refuse=("one error", 700, str(place))))
        try:
            with by(place):
                ended = self.starter.run(replace(command, file_size=file_size))
                judge_refused(ended, out, reference)
            self.refused += ended.status != 0
            self.passed += ended.status == 0
            repeat(self.starter, command, out, reference)
        except FindingError as finding:
            self.findings.append(f"{what}, {case}: {finding}")
        shutil.rmtree(place)
