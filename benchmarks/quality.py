"""What the metrics cost: tensors with them against tensors alone, from the same single read.

``python -m benchmarks.quality`` prints processor milliseconds per galaxy and the ratio: the
median over rounds in which both sides take turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.files import survey_files
from mangaxr import compute_quality
from mangaxr.build.galaxy import build_galaxy, tensor_row
from mangaxr.build.items import Source
from mangaxr.build.origin import size_row
from mangaxr.build.rows import done_row, header_row
from mangaxr.maps.attributes import header_values
from mangaxr.maps.geometry import SKY_EXTENSION
from mangaxr.maps.stream import read_maps
from mangaxr.tensors.assemble import assemble
from mangaxr.tensors.channels import wanted_planes
from mangaxr.tensors.recipe import Recipe

__all__ = ["TimeQuality", "compare", "tensor_alone", "tensor_and_quality"]

RECIPE = Recipe()
WANTED = {SKY_EXTENSION: None, **wanted_planes(RECIPE.parsed_channels())}


def tensor_alone(path: Path) -> None:
    """Read what the tensor needs, make it, and the row without metrics."""
    source = Source(path.name, path)
    raw = read_maps(path, WANTED)
    values = header_values(raw)
    tensor = assemble(raw, RECIPE, values.get("reff", float("nan")))
    origin = header_row(raw, values) | size_row(source, verify=False)
    done_row(source, origin, tensor_row(values, tensor, RECIPE))


def tensor_and_quality(path: Path) -> None:
    """Do what a build does."""
    build_galaxy(Source(path.name, path), RECIPE, verify=False, on_error="raise")


class TimeQuality:
    """One file of each end of the bundle sizes (asv)."""

    params = (19, 127)
    param_names = ("fibres",)

    def setup(self, fibres: int) -> None:
        self.path = survey_files(1, fibres)[0]

    def time_tensor_alone(self, fibres: int) -> None:  # noqa: ARG002
        tensor_alone(self.path)

    def time_tensor_and_quality(self, fibres: int) -> None:  # noqa: ARG002
        tensor_and_quality(self.path)

    def time_quality_alone(self, fibres: int) -> None:  # noqa: ARG002
        compute_quality(self.path)


def compare(files: Sequence[Path], *, repeats: int) -> tuple[float, float, float]:
    """Return processor seconds per galaxy of both sides, and the median ratio."""
    sides = (tensor_alone, tensor_and_quality)
    rounds = [[_measure(side, files) for side in sides] for _ in range(repeats + 1)]
    del rounds[0]  # files and code were not in memory yet
    alone, both = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(with_it / without for without, with_it in rounds)
    return alone / len(files), both / len(files), ratio


def _measure(side: Callable[[Path], None], files: Sequence[Path]) -> float:
    start = time.process_time()
    for path in files:
        side(path)
    return time.process_time() - start


def main() -> None:
    """Print the comparison for each bundle size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    for fibres in (19, 37, 61, 91, 127):
        files = survey_files(arguments.galaxies, fibres)
        alone, both, ratio = compare(files, repeats=arguments.repeats)
        print(f"{fibres:4} fibres  {alone * 1e3:6.1f} -> {both * 1e3:6.1f} ms  {ratio:.3f} times")


if __name__ == "__main__":
    main()
