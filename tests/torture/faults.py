"""Builds whose writes are refused, one after the other.

``python tests/torture faults``

For every case and every fault the write-like calls below the store's folder are refused, one
in each build: of each kind of call on each kind of file the first and the last, where an
earlier case has it too one in five of those, or every single one with ``--every``. Each time
there must be one clear line, the final name must be what it was (or the new store, if it had
its name already), and the repeated command must make the same bytes. Then the same with
refusals that are real: a small disk, a disk without inodes, a read-only one, files of limited
size, folders whose permissions are taken away. Exits with 1 on a finding.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from torture.cases import Site
from torture.commands import SLAB, Starter
from torture.faulting.choice import choose, kind_of
from torture.faulting.real import REAL
from torture.faulting.sweep import Outcomes, calls_of, sweep
from torture.faulting.system import FAULTS

from mangaxr.store import layout

__all__ = ["SWEPT", "main"]

SWEPT = ("first", "append", "fresh", "append in two steps")
"""Cases whose writes are refused; the others write in the same ways."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--every", action="store_true", help="refuse each single call: a day")
    parser.add_argument("--case", action="append", choices=SWEPT, help="this build alone")
    parser.add_argument("--stride", type=int, default=1, help="only one in so many of the chosen")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    layout.SLAB = SLAB  # stores are validated here
    start = time.monotonic()
    findings: list[str] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        starters: SimpleQueue[Starter] = SimpleQueue()
        for job in range(options.jobs):
            (folder / f"job-{job}").mkdir()
            starters.put(stack.enter_context(Starter(folder / f"job-{job}")))
        first = starters.get()
        site = Site(folder, first, galaxies=4, npix=4, cases=SWEPT)
        plan = _plan(site, first, folder, every=options.every)
        starters.put(first)

        def work(case: str, fault: str, planned: _Planned) -> Outcomes:
            starter = starters.get()
            try:
                chosen = planned.numbers[:: options.stride]
                return sweep(site, starter, folder, case, fault, chosen)
            finally:
                starters.put(starter)

        print("| build | fault | calls | kinds | refused | left as it was | had its name |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
        plan = {pair: plan[pair] for pair in plan if pair[0] in (options.case or SWEPT)}
        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = pool.map(lambda pair: work(*pair, plan[pair]), plan)
            for (pair, planned), found in zip(plan.items(), outcomes, strict=True):
                findings += found.findings
                named, judged = found.states["new"], found.states.total()
                numbers = (planned.calls, planned.kinds, found.refused, judged - named, named)
                print(f"| {' | '.join(pair)} | {' | '.join(map(str, numbers))} |", flush=True)
        print("\n| hindered by | refused | passed |\n| --- | ---: | ---: |")
        for what, hinder in REAL.items():
            hindered = hinder(site, first, folder)
            if isinstance(hindered, str):
                print(f"| {what} | {hindered} | |", flush=True)
                continue
            findings += [f"{what}: {finding}" for finding in hindered.findings]
            print(f"| {what} | {hindered.refused} | {hindered.passed} |", flush=True)
    for finding in findings:
        print(f"FINDING {finding}")
    print(f"\n{time.monotonic() - start:.0f} s\n{len(findings)} findings")
    return 1 if findings else 0


class _Planned(NamedTuple):
    """What is to be refused: how many calls and kinds of them there are, and which are chosen."""

    calls: int
    kinds: int
    numbers: Sequence[int]


def _plan(
    site: Site, starter: Starter, folder: Path, *, every: bool
) -> dict[tuple[str, str], _Planned]:
    """Choose the calls of each case and fault."""
    plan: dict[tuple[str, str], _Planned] = {}
    known: dict[str, set[str]] = {fault: set() for fault in FAULTS}
    for case, fault in itertools.product(SWEPT, FAULTS):
        calls = calls_of(site, starter, folder, case, fault)
        kinds = {kind_of(call) for call in calls}
        numbers = range(1, len(calls) + 1) if every else choose(calls, known[fault])
        plan[case, fault] = _Planned(len(calls), len(kinds), numbers)
        known[fault] |= kinds
    return plan


if __name__ == "__main__":
    sys.exit(main())
