"""Fuzzing of the reader of MAPS files: thousands of damaged ones, and no surprise.

``PYTHONPATH=tests python -m torture.fuzz --files 20000 --seed 1``

Makes distinct files from a few sound ones, reads each in every public way in watched child
processes, and judges what came of it (`torture.fuzzing.judge`). Exits with 1 on a finding:
a crash, a hang, too much memory, an error that is not ours or does not name the file, or
values that neither the sound file nor the file's own bytes give.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from torture.fuzzing.figures import Figures
from torture.fuzzing.kinds import make_case
from torture.fuzzing.reading import Finding
from torture.fuzzing.ways import WAYS, Way
from torture.fuzzing.workers import read_cases

__all__ = ["fuzz", "main"]

_EVERY = 500


def fuzz(
    files: int, *, seed: int, jobs: int = 1, first: int = 0, ways: Mapping[str, Way] = WAYS,
    tell: bool = False,
) -> Figures:  # fmt: skip
    """Read distinct mutated files.

    Parameters
    ----------
    files
        How many.
    seed
        Of the mutations: the same seed makes the same files.
    jobs
        Processes.
    first
        Number of the first file.
    ways
        How to read.
    tell
        Print progress.
    """
    figures, start = Figures(), time.monotonic()
    reports = read_cases(seed, itertools.count(first), jobs=jobs, ways=ways)
    for found in reports:
        figures.add(found)
        if tell:
            for finding in [found] if isinstance(found, Finding) else found.findings:
                print(_line(finding), flush=True)
        done = len(figures.digests)
        if tell and done % _EVERY == 0:
            rate = done / (time.monotonic() - start)
            print(
                f"{done} files, {len(figures.findings)} findings, {rate:.0f} a second", flush=True
            )
        if done >= files:
            break
    reports.close()
    return figures


def _line(finding: Finding) -> str:
    what = " ".join(finding.what.split())
    return (
        f"FINDING number {finding.number}, {finding.kind} of {finding.sound}, {finding.way}: {what}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--files", type=int, default=20_000, help="distinct files to read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="write the file of number --first here, and end")
    options = parser.parse_args(arguments)
    if options.keep:
        case = make_case(options.seed, options.first)
        (options.keep / case.name).write_bytes(case.content)
        print(f"{options.keep / case.name}: {case.kind}, of {case.sound.name}")
        return 0
    start = time.monotonic()
    figures = fuzz(
        options.files, seed=options.seed, jobs=options.jobs, first=options.first, tell=True
    )
    print("\n".join(figures.lines()))
    print(f"seed {options.seed}, {time.monotonic() - start:.0f} s, {options.jobs} processes")
    print(f"{len(figures.findings)} findings")
    return 1 if figures.findings else 0


if __name__ == "__main__":
    sys.exit(main())
