"""Building in one process, in threads, in processes, and on a dask cluster of two workers.

``python -m benchmarks.scheduling`` prints milliseconds per galaxy of whole builds, what it
takes to start, what each further galaxy takes, and how long it takes to give a cluster all
the galaxies of the survey. What else the machine does matters more than anything: compare
columns of one run, and look at the spread.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.files import SURVEY, survey_files
from mangaxr import Recipe, build_store
from mangaxr.build.galaxy import build_galaxy
from mangaxr.build.items import Source
from mangaxr.build.remote import Place, submit_slabs
from mangaxr.build.report import Progress
from mangaxr.build.scheduling import order
from mangaxr.store.layout import slabs

__all__ = ["SIDES", "Times", "compare", "set_up_survey"]

SIDES = ("one process", "2 threads", "2 processes", "dask, 2 workers")


class Times(NamedTuple):
    """Seconds of a build: all of it, and until its first galaxy (slab, for dask) was there."""

    all: float
    first: float


@contextmanager
def cluster() -> Iterator[Any]:
    """Give out a client of two worker processes of one thread each."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as workers,
        Client(workers, set_as_default=False) as client,
    ):
        yield client


def build(files: list[Path], side: str, client: Any) -> Times:
    """Build a store in one of the ways, and throw it away."""
    usual = order.PROCESSES_FROM
    order.PROCESSES_FROM = 1 if "processes" in side else len(files) + 1
    began = time.perf_counter()
    first: list[float] = []

    def note(progress: Progress) -> None:
        if progress.done and not first:
            first.append(time.perf_counter() - began)

    try:
        with tempfile.TemporaryDirectory() as folder:
            build_store(
                Path(folder, "t.zarr"),
                files,
                workers=1 if side == "one process" else 2,
                client=client if side.startswith("dask") else None,
                progress=note,
            )
            return Times(time.perf_counter() - began, first[0])
    finally:
        order.PROCESSES_FROM = usual


def compare(files: list[Path], *, repeats: int, client: Any) -> dict[str, list[Times]]:
    """Build in all ways, in turn, again and again; a first build of each is not counted."""
    times: dict[str, list[Times]] = {side: [] for side in SIDES}
    for number in range(repeats + 1):
        for side in SIDES:
            taken = build(files, side, client)
            if number:
                times[side].append(taken)
    return times


def set_up_survey(galaxies: int) -> float:
    """Return the seconds in which a cluster without workers is given all slabs of a survey."""
    from distributed import Client, LocalCluster

    sources = [
        Source(f"{8000 + i // 127}-{12700 + i % 127}", Path(f"/sas/{i}")) for i in range(galaxies)
    ]
    recipe = Recipe()
    build = partial(build_galaxy, recipe=recipe, on_error="record")
    ranges = slabs(galaxies)
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as workers,
        Client(workers, set_as_default=False) as client,
    ):
        began = time.perf_counter()
        members = [[sources[i] for i in members] for members in ranges]
        place = Place(Path("/nowhere"), "", "")
        futures = submit_slabs(
            client, members, [members.start for members in ranges], place, recipe, build, None
        )
        # What was sent is there when the scheduler answers.
        assert len(client.who_has(futures)) == len(ranges)
        return time.perf_counter() - began


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=160)
    parser.add_argument("--fibres", type=int, default=127)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    files = survey_files(arguments.galaxies, arguments.fibres)
    began = time.perf_counter()
    with cluster() as client:
        print(f"a cluster of two workers starts in {time.perf_counter() - began:.1f} s")
        times = compare(files, repeats=arguments.repeats, client=client)
    print(f"{'ms a galaxy':20} {'median':>8} {'least':>8}   {'first after':>11} {'then each':>10}")
    for side, taken in times.items():
        whole = [one.all / len(files) * 1e3 for one in taken]
        first = min(one.first for one in taken)
        rest = min((one.all - one.first) / max(len(files) - 1, 1) * 1e3 for one in taken)
        then = "" if side.startswith("dask") else f"{rest:10.1f}"
        print(
            f"{side:20} {statistics.median(whole):8.1f} {min(whole):8.1f}   {first:9.2f} s {then}"
        )
    print(f"{SURVEY} galaxies are given to a cluster in {set_up_survey(SURVEY):.2f} s")


if __name__ == "__main__":
    main()
