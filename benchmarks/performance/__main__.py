"""Measure everything, and write the documentation's page: ``python -m benchmarks.performance``.

An hour on a machine that does nothing else, and 20 GB of the temporary directory. ``--run NAME``
measures one thing again, with ``--repeats`` in more rounds or fewer, ``--write`` nothing. Results
are kept in ``docs/explanation/performance.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.performance import page
from benchmarks.performance.bars import BARS
from benchmarks.performance.runs import RUNS, Size

__all__ = ["main"]

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "explanation" / "performance.json"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--run", action="append", choices=RUNS, help="measure this alone")
    parser.add_argument("--repeats", type=int, default=Size().repeats, help="rounds that count")
    parser.add_argument("--write", action="store_true", help="write the page from what there is")
    arguments = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in () if arguments.write else arguments.run or RUNS:
        print(f"-- {name}", flush=True)
        results[name] = RUNS[name](Size(repeats=arguments.repeats))
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        for bar in BARS:
            if bar.run == name:
                told = ", ".join(f"{value:.3f}" for value in bar.values(results[name]))
                print(f"{'met   ' if bar.is_met(results[name]) else 'MISSED'} {bar.what}: {told}")
    if missing := dict.fromkeys(bar.run for bar in BARS if not bar.is_measured(results)):
        print(f"the page is not written: to be measured first: {', '.join(missing)}")
        return
    page.write(DOCS / "explanation" / "performance.md", results)
    page.draw(DOCS / "images" / "performance.png", results)


if __name__ == "__main__":
    main()
