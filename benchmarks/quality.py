"""What the metrics cost: tensors with them against tensors alone, from the same single read.

``python -m benchmarks.quality`` prints processor milliseconds per galaxy and the ratio: the
median over rounds in which both sides take turns; for a galaxy by itself, and for builds from
the first file to the store that has its name.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.build_with import build_with
from benchmarks.files import survey_files
from benchmarks.pair import RECIPE, tensor_alone
from benchmarks.survey.files import PLATE, mixed_files
from mangaxr import compute_quality
from mangaxr.build.galaxy import build_galaxy
from mangaxr.build.items import Source
from mangaxr.build.slabs import Build

__all__ = [
    "TimeQuality",
    "compare",
    "compare_mix",
    "each",
    "tensor_and_quality",
    "whole",
]

tensor_and_quality = partial(build_galaxy, recipe=RECIPE, on_error="raise")
"""What a build does of each galaxy."""

SIDES = (tensor_alone, tensor_and_quality)


def each(sources: Sequence[Source], build: Build) -> None:
    """Build galaxies, and forget them."""
    for source in sources:
        build(source)


def whole(sources: Sequence[Source], build: Build) -> None:
    """Build a store of them, and throw it away."""
    with tempfile.TemporaryDirectory() as folder:
        build_with(build, sources, Path(folder, "t.zarr"), workers=1)


class TimeQuality:
    """One file of each end of the bundle sizes (asv)."""

    params = (19, 127)
    param_names = ("fibres",)

    def setup(self, fibres: int) -> None:
        path = survey_files(1, fibres)[0]
        self.source = Source("8000-1901", path)

    def time_tensor_alone(self, fibres: int) -> None:  # noqa: ARG002
        tensor_alone(self.source)

    def time_tensor_and_quality(self, fibres: int) -> None:  # noqa: ARG002
        tensor_and_quality(self.source)

    def time_quality_alone(self, fibres: int) -> None:  # noqa: ARG002
        compute_quality(self.source.path)


def compare(
    sources: Sequence[Source], run: Callable[[Sequence[Source], Build], None], *, repeats: int
) -> tuple[float, float, float]:
    """Return processor seconds per galaxy of both sides, and the median ratio."""
    rounds = [[_measure(run, sources, side) for side in SIDES] for _ in range(repeats + 1)]
    del rounds[0]  # files and code were not in memory yet
    alone, both = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(with_it / without for without, with_it in rounds)
    return alone / len(sources), both / len(sources), ratio


def compare_mix(files: int, *, repeats: int) -> dict[str, float]:
    """Return the processor seconds of a galaxy of the survey's mix, and the ratio."""
    alone, both, ratio = compare(_named(mixed_files(files), files), each, repeats=repeats)
    return {"tensor": alone, "tensor and metrics": both, "ratio": ratio}


def _named(files: Sequence[Path], galaxies: int) -> list[Source]:
    """Return so many galaxies of these files, each file again and again."""
    return [Source(f"{8000 + i}-1901", files[i % len(files)]) for i in range(galaxies)]


def _measure(
    run: Callable[[Sequence[Source], Build], None], sources: Sequence[Source], build: Build
) -> float:
    gc.collect()  # or one side pays for what the other has left
    start = time.process_time()
    run(sources, build)
    return time.process_time() - start


def main() -> None:
    """Print the comparison for the survey's mix of bundles, and for each of their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--galaxies", type=int, default=192, help="of a build, from these files")
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    kinds = {f"{fibres} fibres": survey_files(arguments.files, fibres) for fibres in PLATE}
    for kind, files in {"a plate of 17": mixed_files(sum(PLATE.values())), **kinds}.items():
        for run, number in ((each, len(files)), (whole, arguments.galaxies)):
            alone, both, ratio = compare(_named(files, number), run, repeats=arguments.repeats)
            print(
                f"{kind:13}  {run.__name__:5}  {alone * 1e3:6.1f} -> {both * 1e3:6.1f} ms  "
                f"{ratio:.3f} times",
                flush=True,
            )


if __name__ == "__main__":
    main()
