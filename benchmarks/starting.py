"""What it takes to start: an import, a help text, the smallest build, each as a program.

``python -m benchmarks.starting`` prints median seconds; the import's are beyond those of a bare
interpreter.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.files import survey_files
from benchmarks.survey.process import run

__all__ = ["PROGRAMS", "compare"]

PROGRAMS: dict[str, tuple[str, ...]] = {
    "bare": ("-c", "pass"),
    "import": ("-c", "import mangaxr"),
    "help": ("-m", "mangaxr", "--help"),
    "build": ("-m", "mangaxr", "build", "t.zarr"),
}
"""Program -> arguments of Python; a build takes the file of one small galaxy."""


def compare(*, repeats: int) -> dict[str, float]:
    """Return median seconds of each program, run in turn."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    file = str(survey_files(1, 19)[0])
    for number in range(repeats + 1):
        for name, words in PROGRAMS.items():
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, *words, *([file] if name == "build" else [])]
                seconds = run(command, Path(folder), watch=False).seconds
            if number:
                times[name].append(seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    found = compare(repeats=parser.parse_args().repeats)
    print(f"import mangaxr, beyond a bare interpreter  {found['import'] - found['bare']:.3f} s")
    print(f"mangaxr --help                             {found['help']:.3f} s")
    print(f"mangaxr build, one small galaxy            {found['build']:.3f} s")


if __name__ == "__main__":
    main()
