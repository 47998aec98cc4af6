"""One mutated file: written, read in every way, judged, reported."""

from __future__ import annotations

import resource
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from torture.fuzzing.attempt import Attempt, attempt
from torture.fuzzing.judge import Judge
from torture.fuzzing.kinds import KINDS, Case
from torture.fuzzing.sound import Sound
from torture.fuzzing.ways import Seen, Way

from mangaxr.errors import MangaxrError

__all__ = ["Finding", "Report", "read_case"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be, with the number that makes the file again."""

    number: int
    kind: str
    sound: str
    way: str
    what: str


@dataclass(slots=True)
class Report:
    """What came of one file: by way, an outcome, seconds and bytes allocated at most."""

    number: int
    kind: str
    size: int
    digest: bytes
    outcomes: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    allocated: dict[str, int] = field(default_factory=dict)
    resident: int = 0
    findings: list[Finding] = field(default_factory=list)


def read_case(
    case: Case,
    folder: Path,
    ways: Mapping[str, Way],
    tell: Callable[[str], object] = lambda _: None,
) -> Report:
    """Read a file in every way, and judge what each gave.

    Parameters
    ----------
    case
        The file.
    folder
        Where to write it.
    ways
        How to read it.
    tell
        Called with what is begun: the name of a way, at last ``judging``.
    """
    path = folder / case.name
    path.write_bytes(case.content)
    tell("judging")
    judge = Judge(case)
    traced = case.number % KINDS[case.kind].traced == 0
    attempts: dict[str, Attempt] = {}
    for name, way in ways.items():
        tell(name)
        attempts[name] = attempt(way, path, allowed=judge.allowed, traced=traced)
    tell("judging")
    path.unlink()
    report = Report(case.number, case.kind, len(case.content), case.digest)
    for name, made in attempts.items():
        expected = partial(_of_the_sound_file, case.sound, ways[name])
        outcome, faults = judge.verdict(made, ways[name], expected)
        report.outcomes[name] = outcome
        report.seconds[name], report.allocated[name] = made.seconds, made.allocated
        report.findings += [
            Finding(case.number, case.kind, case.sound.name, name, fault) for fault in faults
        ]
    report.resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return report


@lru_cache(maxsize=256)
def _of_the_sound_file(sound: Sound, way: Way) -> Seen | None:
    """Return what a way makes of the sound file; None if that is not what it reads.

    Not every sound file has what a build needs, or coordinates that a grid can be laid over.
    """
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are judged where the mutated file is read
        path = Path(folder, f"{sound.stem}.fits")
        path.write_bytes(sound.plain)
        try:
            return way.read(path)
        except MangaxrError:
            return None
