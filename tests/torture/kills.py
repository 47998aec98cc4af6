"""Builds that are killed at random moments and resumed.

``python tests/torture kills --number 100 --seed 1``

Draws trials: a first build, an addition, a replacement, with one worker or two, killed one
to three times in a row by one signal or another, and then repeated undisturbed. After each
kill the final name must be absent, or of the old store or the new one, byte for byte; in
the end of the new one, with nothing beside it. Exits with 1 on a finding.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from torture.cases import Site
from torture.commands import SLAB, Starter
from torture.judge import FindingError
from torture.killing.moments import PHASES
from torture.killing.trial import WAYS, Kill, Plan, Trial, length_of

from mangaxr.store import layout

__all__ = ["Figures", "kill", "main"]


@dataclass(slots=True)
class Figures:
    """What a run has come to."""

    kills: list[tuple[Plan, Kill]] = field(default_factory=list)
    trials: int = 0
    missed: int = 0
    findings: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return tables of the kills."""
        kinds = {
            "build": Counter(plan.case for plan, _ in self.kills),
            "workers": Counter(plan.way for plan, _ in self.kills),
            "killed by": Counter(kill.end for _, kill in self.kills),
            "moment": Counter(kill.moment for _, kill in self.kills),
            "how far it had come": Counter(kill.phase for _, kill in self.kills),
        }
        lines = [
            f"{len(self.kills)} kills in {self.trials} builds, each resumed; {self.missed} more "
            f"builds ended before their kill"
        ]
        for kind, counts in kinds.items():
            names = PHASES if kind == "how far it had come" else sorted(counts)
            lines += ["", f"| {kind} | kills |", "| --- | ---: |"]
            lines += [f"| {name} | {counts[name]} |" for name in names]
        return lines


def kill(number: int, *, seed: int, folder: Path, jobs: int = 1, tell: bool = False) -> Figures:
    """Kill builds until so many kills have been.

    Parameters
    ----------
    number
        How many kills.
    seed
        Of what is drawn; when exactly a kill comes depends on the machine too.
    folder
        For stores.
    jobs
        Trials at a time.
    tell
        Print findings and progress.
    """
    figures = Figures()
    with ExitStack() as stack:
        starters: SimpleQueue[Starter] = SimpleQueue()
        for job in range(jobs):
            (folder / f"job-{job}").mkdir()
            starters.put(stack.enter_context(Starter(folder / f"job-{job}")))
        first = starters.get()
        site = Site(folder, first)
        lengths = {
            way: length_of(site, first, _new(folder), way) if processes else site.seconds
            for way, (_, processes) in WAYS.items()
        }
        starters.put(first)

        def attempt(plan: Plan, chance: random.Random) -> None:
            starter = starters.get()
            trial = Trial(plan, chance, site, starter, _new(folder), lengths)
            try:
                trial.run()
            except FindingError as finding:
                figures.findings.append(f"{plan}, in {trial.folder}: {finding}")
                if tell:
                    print(f"FINDING {figures.findings[-1]}", flush=True)
            finally:
                starters.put(starter)
            figures.kills += [(plan, kill) for kill in trial.kills]
            figures.trials += 1
            figures.missed += trial.missed

        chance = random.Random(seed)
        with ThreadPoolExecutor(jobs) as pool:
            while len(figures.kills) < number:
                drawn = [(Plan.draw(chance), random.Random(chance.random())) for _ in range(jobs)]
                for done in [pool.submit(attempt, *plan) for plan in drawn]:
                    done.result()
                if tell and figures.trials % 20 < jobs:
                    print(f"{len(figures.kills)} kills in {figures.trials} builds", flush=True)
    return figures


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="trial-", dir=folder))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--number", type=int, default=100, help="kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    layout.SLAB = SLAB  # stores are validated here
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = kill(
            options.number, seed=options.seed, folder=Path(folder), jobs=options.jobs, tell=True
        )
    print("\n".join(figures.lines()))
    print(f"\nseed {options.seed}, {time.monotonic() - start:.0f} s")
    print(f"{len(figures.findings)} findings")
    return 1 if figures.findings else 0


if __name__ == "__main__":
    sys.exit(main())
