"""One trial: a build is killed, a few times in a row, and then left alone."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from torture.cases import CASES, Site, in_names
from torture.commands import Command, Starter
from torture.judge import FindingError, Reference, state_of
from torture.killing.ends import ENDS, left_running, workers_of
from torture.killing.moments import MOMENTS, phase_of

__all__ = ["WAYS", "Kill", "Plan", "Trial", "length_of"]

SLABS = 3

WAYS: dict[str, tuple[int, bool]] = {
    "one worker": (1, False),
    "two threads": (2, False),
    "two processes": (2, True),
}
"""How galaxies are built -> number of workers, and whether they are processes."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill that ended a build, or, of a worker, that happened."""

    end: str
    moment: str
    phase: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a trial is: a case, a way to build, and the ends and moments of its kills."""

    case: str
    way: str
    kills: tuple[tuple[str, str], ...]

    @classmethod
    def draw(cls, chance: random.Random) -> Plan:
        """Draw one."""
        way = chance.choices(tuple(WAYS), (4, 4, 2))[0]
        ends = [end for end in ENDS if WAYS[way][1] or end != "SIGKILL to a worker"]
        kills = []
        for _ in range(chance.choice((1, 1, 2, 3))):
            end, moment = chance.choice(ends), chance.choices(tuple(MOMENTS), (3, 1, 1, 2))[0]
            # Workers are there as long as slabs are filled.
            kills.append((end, "while it is filled" if end == "SIGKILL to a worker" else moment))
        return cls(chance.choice(tuple(CASES)), way, tuple(kills))


@dataclass(slots=True)
class Trial:
    """A trial, while it runs.

    Parameters
    ----------
    plan
        What to do.
    chance
        Decides when exactly.
    site, starter
        What is built, and what builds.
    folder
        An empty one; holds nothing but the store in the end.
    lengths
        Seconds that a build takes, by the way.
    """

    plan: Plan
    chance: random.Random
    site: Site
    starter: Starter
    folder: Path
    lengths: Mapping[str, float]
    kills: list[Kill] = field(default_factory=list)
    missed: int = 0
    _states: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Kill, look, and at last build to the end.

        Raises
        ------
        FindingError
            If anything is not as promised.
        """
        reference = self.site.put(CASES[self.plan.case], self._out)
        for end, moment in self.plan.kills:
            self._disturbed(reference, end, moment)
        ended = self.starter.run(self._command())
        if ended.status != 0:
            msg = f"exit status {ended.status} when it was resumed: {ended.printed}"
            raise FindingError(msg)
        if state_of(self._out, reference) != "new":
            msg = "the store is not the new one after it was resumed"
            raise FindingError(msg)
        if left := list(in_names(self.folder, self._out)):
            msg = f"left beside the store: {', '.join(left)}"
            raise FindingError(msg)
        shutil.rmtree(self._out)

    @property
    def _out(self) -> Path:
        return self.folder / "t.zarr"

    def _command(self) -> Command:
        workers, processes = WAYS[self.plan.way]
        return self.site.command(
            CASES[self.plan.case], self._out, workers=workers, processes=processes
        )

    def _disturbed(self, reference: Reference, end: str, moment: str) -> None:
        length = self.lengths[self.plan.way]
        with self.starter.start(self._command()) as running:
            in_time = MOMENTS[moment].wait(running, self._out, SLABS, length, self.chance)
            workers = workers_of(running) if in_time else []
            if in_time:
                ENDS[end].do(running, workers, self.chance)
            ended = running.end()
        state = self._look(reference, workers)
        was_killed = ENDS[end].judge(ended) and in_time
        if was_killed and (workers or end != "SIGKILL to a worker"):
            self.kills.append(Kill(end, moment, phase_of(self._out, state, SLABS)))
        else:
            self.missed += 1

    def _look(self, reference: Reference, workers: list[psutil.Process]) -> str:
        """Check what is there after a kill; return what is under the final name."""
        if left := left_running(workers):
            msg = f"still running: {left}"
            raise FindingError(msg)
        state = state_of(self._out, reference)
        if state == "absent" and reference.old is not None and CASES[self.plan.case].swap:
            msg = "the store that was there is gone"
            raise FindingError(msg)
        if "new" in self._states and state != "new":
            msg = f"the new store was there, and is {state} again"
            raise FindingError(msg)
        self._states.append(state)
        others = set(in_names(self.folder, self._out)) - {self._out.name + ".partial"}
        if others:
            msg = f"beside the store: {', '.join(sorted(others))}"
            raise FindingError(msg)
        return state


def length_of(site: Site, starter: Starter, folder: Path, way: str) -> float:
    """Measure how long a build takes that nobody disturbs; seconds."""
    trial = Trial(Plan("first", way, ()), random.Random(0), site, starter, folder, {})
    start = time.monotonic()
    trial.run()
    return time.monotonic() - start
