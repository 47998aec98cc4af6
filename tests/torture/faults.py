"""Builds whose writes are refused, one after the other.

``python tests/torture faults``

For every case and every fault the write-like calls below the store's folder are refused,
one in each build (of calls that are alike the first and the last, or every single one with
``--every``). Each time there must be one clear
line, the final name must be what it was (or the new store, if it had its name already), and
the repeated command must make the same bytes. Then the same with refusals that are real: a
small disk, a disk without inodes, a read-only one, files of limited size, folders whose
permissions are taken away. Exits with 1 on a finding.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from torture.cases import Site
from torture.commands import SLAB, Starter
from torture.faulting.real import REAL
from torture.faulting.sweep import Outcomes, sweep
from torture.faulting.system import FAULTS

from mangaxr.store import layout

__all__ = ["SWEPT", "main"]

SWEPT = ("first", "append", "fresh", "append in two steps")
"""Cases whose every write is refused once; the others write in the same ways."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "--every", action="store_true", help="refuse each call, also of those alike"
    )
    parser.add_argument("--stride", type=int, default=1, help="only every so-manieth of them")
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
        starters.put(first)

        def work(case: str, fault: str) -> Outcomes:
            starter = starters.get()
            try:
                return sweep(
                    site, starter, folder, case, fault, every=options.every, stride=options.stride
                )
            finally:
                starters.put(starter)

        print("| build | fault | calls | refused | left as it was | had its name | unharmed |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
        pairs = list(itertools.product(SWEPT, FAULTS))
        with ThreadPoolExecutor(options.jobs) as pool:
            for (case, fault), found in zip(
                pairs, pool.map(work, *zip(*pairs, strict=True)), strict=True
            ):
                findings += found.findings
                named, judged = found.states["new"], found.states.total()
                numbers = (found.calls, found.refused, judged - named, named, found.unharmed)
                print(f"| {case} | {fault} | {' | '.join(map(str, numbers))} |", flush=True)
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


if __name__ == "__main__":
    sys.exit(main())
