"""The job of a survey, timed: ``python -m benchmarks.survey --galaxies N --out results.json``.

Makes N files of DR17's format in the survey's mix of bundles, and runs every side as a program
of its own, in turn, again and again: gunzip alone, astropy, the script of today, mangaxr.
Prints, and writes as JSON, medians, ratios, peaks of memory, and what 10,735 galaxies would
take. Files, and a store at a time, are kept in the temporary directory: 6 MB a galaxy.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.files import SURVEY
from benchmarks.survey.files import LARGEST, PLATE, mixed_files
from benchmarks.survey.machine import describe
from benchmarks.survey.process import Cost, run
from benchmarks.survey.sides import SIDES, Side, available

__all__ = ["compare", "each_of", "main", "table"]


def compare(
    galaxies: int,
    *,
    repeats: int,
    names: Sequence[str] = (),
    plate: Mapping[int, int] = PLATE,
    beyond: int = 1,
    tell: bool = False,
) -> dict[str, Any]:
    """Run the sides in turn.

    Parameters
    ----------
    galaxies
        How many.
    repeats
        Rounds whose times count; one more goes before them, whose memory is looked at.
    names
        Sides; all that can be run by default.
    plate
        Fibres -> bundles of which a plate consists.
    beyond
        Galaxies of the runs that say what it takes to start. Builds of two workers start
        processes from 128 on.
    tell
        Print each time as it comes.

    Returns
    -------
    dict
        ``galaxies``, ``beyond``, ``compressed_bytes``, ``machine``, and ``sides``: of each its
        ``seconds`` and ``start_up`` (medians; the latter of the runs of few galaxies),
        ``all_seconds``, and ``peak_memory_mib``.
    """
    sides = {name: side for name, side in available().items() if not names or name in names}
    files, few = mixed_files(galaxies, plate), mixed_files(beyond, plate)
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    starts: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(repeats + 1):
        for name, side in sides.items():
            # Looking at memory takes time, and most from who fills the processors.
            once, all_of_them = (_once(side, part, watch=not number) for part in (few, files))
            if tell:
                print(f"round {number}  {name:10} {all_of_them.seconds:8.2f} s", flush=True)
            starts[name].append(once)
            costs[name].append(all_of_them)
    return {
        "galaxies": galaxies,
        "beyond": beyond,
        "repeats": repeats,
        "compressed_bytes": sum(path.stat().st_size for path in files),
        "machine": describe(),
        "sides": {name: _summed_up(costs[name], starts[name]) for name in sides},
    }


def _once(side: Side, files: Sequence[Path], *, watch: bool) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return run(side.command(files), Path(folder), watch=watch)


def _summed_up(costs: Sequence[Cost], starts: Sequence[Cost]) -> dict[str, Any]:
    """Take the memory of the first round, and the times of the others."""
    return {
        "seconds": statistics.median(cost.seconds for cost in costs[1:]),
        "start_up": statistics.median(cost.seconds for cost in starts[1:]),
        "all_seconds": [cost.seconds for cost in costs[1:]],
        "peak_memory_mib": costs[0].memory,
    }


def table(results: dict[str, Any]) -> list[str]:
    """Return the results as a Markdown table.

    Times and ratios leave start-up out where they are "a galaxy", not where they are "all".
    """
    galaxies, found = results["galaxies"], results["sides"]
    rows = [
        f"| {galaxies} galaxies | ms a galaxy | over gunzip | all, over gunzip | peak memory "
        f"| {SURVEY:,} galaxies |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, side in SIDES.items():
        if name not in found:
            continue
        own, other = found[name], found.get(side.against)
        each = each_of(results, name)
        ratios = ["", ""]
        if other is not None:
            ratios = [
                f"{each / each_of(results, side.against):.2f}",
                f"{own['seconds'] / other['seconds']:.2f}",
            ]
        minutes = (own["start_up"] + each * (SURVEY - results["beyond"])) / 60
        rows.append(
            f"| {side.label} | {each * 1e3:.1f} | {' | '.join(ratios)} | "
            f"{own['peak_memory_mib']:.0f} MiB | {minutes:.1f} min |"
        )
    return rows


def each_of(results: Mapping[str, Any], side: str) -> float:
    """Return seconds per galaxy beyond the first few."""
    found, number = results["sides"][side], results["galaxies"] - results["beyond"]
    return float(found["seconds"] - found["start_up"]) / max(number, 1)


def main() -> None:
    """Print the comparison, and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=102, help="six plates of 17 by default")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--largest", action="store_true", help="files of 127 fibres alone")
    parser.add_argument("--side", action="append", default=[], choices=available())
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results = compare(
        arguments.galaxies,
        repeats=arguments.repeats,
        names=arguments.side,
        plate=LARGEST if arguments.largest else PLATE,
        tell=True,
    )
    print("\n".join(table(results)))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
