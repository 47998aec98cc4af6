"""What is disturbed: first builds, and builds over a store that is there already."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from torture.commands import Command, Starter
from torture.judge import FindingError, Reference, files_of

from mangaxr.synthetic import write_survey

__all__ = ["CASES", "Case", "Site", "in_names"]

GALAXIES = 7


@dataclass(frozen=True, slots=True)
class Case:
    """A command, and the store that it finds.

    Parameters
    ----------
    what
        For people.
    before
        Name of the store that is there, of `_BEFORE`; empty if there is none.
    options
        Of the command, besides galaxies and folder.
    swap
        Whether the system lets two directories change places at once.
    """

    what: str
    before: str = ""
    options: tuple[str, ...] = ()
    swap: bool = True


CASES = {
    "first": Case("a first build"),
    "append": Case("galaxies are added", "part"),
    "append in two steps": Case("the same where names cannot be exchanged", "part", swap=False),
    "retry": Case("failed galaxies are tried again", "failed", ("--retry-failed",)),
    "fresh": Case("a store of another recipe is replaced", "other", ("--fresh",)),
    "fresh, same": Case("a store is replaced by its like", "whole", ("--fresh",)),
    "fresh, damaged": Case("a damaged store is replaced", "damaged", ("--fresh",)),
}


class Site:
    """Files to build from, the stores that builds find, and the one that they are to make.

    Parameters
    ----------
    folder
        Where they go.
    starter
        What builds them.
    galaxies
        How many, in the smallest bundle.
    npix
        Pixels along a side.
    cases
        Those that will be asked for.
    """

    seconds: float
    """That a build of all galaxies takes."""

    def __init__(
        self,
        folder: Path,
        starter: Starter,
        *,
        galaxies: int = GALAXIES,
        npix: int = 8,
        cases: Iterable[str] = tuple(CASES),
    ) -> None:
        self._folder, self._npix = folder, npix
        self._sas = folder / "sas"
        survey = write_survey(self._sas, galaxies=galaxies, fibres=(19,))
        self._names = [str(galaxy.plateifu) for galaxy in survey.galaxies]
        self._damaged_sas = folder / "damaged-sas"
        shutil.copytree(self._sas, self._damaged_sas)
        lost, cut = (self._damaged_sas / file.relative_to(self._sas) for file in survey.maps[:2])
        lost.unlink()
        cut.write_bytes(cut.read_bytes()[:500])
        self._stores = {
            name: self._make(name, starter)
            for name in dict.fromkeys(("whole", *(CASES[case].before for case in cases)))
            if name
        }
        self._new = files_of(self._stores["whole"])

    def command(
        self, case: Case, out: Path, *, workers: int = 1, processes: bool = False
    ) -> Command:
        """Return the command of a case."""
        words = self._words(out, self._names, "--workers", str(workers), *case.options)
        return Command(words=words, processes=processes, swap=case.swap)

    def put(self, case: Case, out: Path) -> Reference:
        """Put there what the command is to find; return what may be there from then on."""
        if not case.before:
            return Reference(None, self._new)
        shutil.copytree(self._stores[case.before], out)
        return Reference(files_of(out), self._new)

    def _words(
        self, out: Path, names: list[str], *options: str, sas: Path | None = None
    ) -> list[str]:
        folder = str(sas or self._sas)
        return ["build", str(out), *names, "--sas", folder, "--npix", str(self._npix), *options]

    def _make(self, name: str, starter: Starter) -> Path:
        """Build, undisturbed, a store that cases find."""
        store = self._folder / f"{name}.zarr"
        if name == "damaged":
            shutil.copytree(self._folder / "whole.zarr", store)
            chunk = store / "tensor" / "c" / "0" / "0" / "0" / "0"
            chunk.write_bytes(bytes(chunk.stat().st_size))
            return store
        words = {
            "whole": self._words(store, self._names),
            "part": self._words(store, self._names[1::2]),
            "other": self._words(store, self._names[:3], "--scaling", "none"),
            "failed": self._words(store, self._names, sas=self._damaged_sas),
        }[name]
        start = time.monotonic()
        ended = starter.run(Command(words=words))
        if ended.status != 0:
            msg = f"mangaxr {' '.join(words)}: {ended.printed}"
            raise FindingError(msg)
        if name == "whole":
            self.seconds = time.monotonic() - start
        return store


def in_names(folder: Path, out: Path) -> Iterator[str]:
    """Yield what is in a folder beside a store."""
    return (path.name for path in folder.iterdir() if path != out)
