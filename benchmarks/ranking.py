"""Opening the survey's two catalogs and ranking every galaxy, against astropy's reading alone.

``python -m benchmarks.ranking`` writes catalogs of DR17's size and columns, then runs each
side in a process of its own: wall-clock time with the imports, and peak memory.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["SIDES", "TimeRanking", "compare", "rank_survey"]

DR17_GALAXIES = 11273

SIDES = {
    "mangaxr: open and rank": (
        "import mangaxr\n"
        "from mangaxr.catalog.ranking.rank import columns_to_rank\n"
        "cat = mangaxr.open_catalog(sas={root!r}, columns=columns_to_rank())\n"
        "assert mangaxr.rank(cat).sizes['galaxy']\n"
    ),
    "mangaxr: open all columns, lazily, and rank": (
        "import mangaxr\nassert mangaxr.rank(mangaxr.open_catalog(sas={root!r})).sizes['galaxy']\n"
    ),
    "mangaxr rank, the command": (
        "import sys\n"
        "from mangaxr.cli import main\n"
        "sys.argv = ['mangaxr', 'rank', '--sas', {root!r}, '--top', '50', '--json']\n"
        "main()\n"
    ),
    "astropy: Table.read of both": (
        "from astropy.table import Table\n"
        "assert len(Table.read({dapall!r}, hdu='HYB10-MILESHC-MASTARSSP'))\n"
        "assert len(Table.read({drpall!r}, hdu=1))\n"
    ),
}
"""What is compared -> the program; names in braces are filled in."""


_WRITE = (
    "from benchmarks.files import survey_catalogs\n"
    "files = survey_catalogs({})\n"
    "print(files.root, files.dapall, files.drpall, sep='\\n')\n"
)


def rank_survey(root: Path) -> int:
    """Open the catalogs below a SAS root and rank them; return how many were left."""
    import mangaxr
    from mangaxr.catalog.ranking.rank import columns_to_rank

    catalog = mangaxr.open_catalog(sas=root, columns=columns_to_rank())
    return int(mangaxr.rank(catalog).sizes["galaxy"])


class TimeRanking:
    """Catalogs of the real size (asv)."""

    params = (DR17_GALAXIES,)
    param_names = ("galaxies",)

    def setup(self, galaxies: int) -> None:
        from benchmarks.files import survey_catalogs

        self.root = survey_catalogs(galaxies).root

    def time_rank(self, galaxies: int) -> None:  # noqa: ARG002
        rank_survey(self.root)

    def peakmem_rank(self, galaxies: int) -> None:  # noqa: ARG002
        rank_survey(self.root)


def compare(galaxies: int, *, repeats: int) -> dict[str, tuple[float, float]]:
    """Return median seconds, and the largest peak of memory in MiB, of each side."""
    # In a process of its own: a child's peak of memory is never below its parent's.
    written = subprocess.run(
        [sys.executable, "-c", _WRITE.format(galaxies)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    names = dict(zip(("root", "dapall", "drpall"), written, strict=True))
    times: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
    for _ in range(repeats):
        for side, program in SIDES.items():
            times[side].append(_run(program.format(**names)))
    return {
        side: (statistics.median(t for t, _ in found), max(m for _, m in found))
        for side, found in times.items()
    }


def _run(program: str) -> tuple[float, float]:
    """Run a program by itself; return its time and its peak of memory in MiB."""
    tell = (
        "import resource, sys\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    # A command ends its process: what is to be told is told on the way out.
    code = f"import atexit\natexit.register(lambda: exec({tell!r}))\n{program}"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    kilobytes = int(done.stderr.split()[-1]) / (1024 if sys.platform == "darwin" else 1)
    return seconds, kilobytes / 1024


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=DR17_GALAXIES)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{arguments.galaxies} galaxies; whole processes, imports included")
    for side, (seconds, memory) in compare(arguments.galaxies, repeats=arguments.repeats).items():
        print(f"{side:45s} {seconds:6.2f} s {memory:7.0f} MiB")


if __name__ == "__main__":
    main()
