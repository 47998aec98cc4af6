"""Making a lensed set: samples a second, with one worker and with two.

``python -m benchmarks.lensed_sets`` makes 10,000 samples of 64 x 64 pixels at 2 x 2 rays from a
store of synthetic galaxies, with two workers, after 1,000 with one; the first samples, which wait
for imports, count as well.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from pathlib import Path

import mangaxr
from benchmarks.ensemble import large_store
from benchmarks.files import SURVEY
from mangaxr.lensed_sets import load_config, make_sample, make_set
from mangaxr.lensing import from_store

__all__ = ["TimeLensedSets", "TimeSource", "measure"]


def measure(samples: int, workers: int) -> float:
    """Return samples a second."""
    store = mangaxr.synthetic.example_store()
    with tempfile.TemporaryDirectory() as folder:
        report = make_set(Path(folder, "set.zarr"), store, samples=samples, workers=workers)
    return samples / report.seconds


class TimeLensedSets:
    """One sample after another (asv)."""

    def setup(self) -> None:
        self.store = mangaxr.synthetic.example_store()
        self.config = load_config()
        self.sample = 100
        self.time_sample()

    def time_sample(self) -> None:
        make_sample(self.sample, store=self.store, config=self.config)

    def peakmem_sample(self) -> None:
        self.time_sample()


class TimeSource:
    """One galaxy of a survey's store after another, each put at another redshift (asv)."""

    params = (SURVEY,)
    param_names = ("galaxies",)

    def setup(self, galaxies: int) -> None:
        self.store = mangaxr.open_store(large_store(galaxies), chunks=None)
        self.places = itertools.cycle(range(0, galaxies, max(1, galaxies // 97)))

    def time_from_store(self, galaxies: int) -> None:  # noqa: ARG002
        place = next(self.places)
        from_store(self.store, self.store.galaxy.values[place], z_source=1.5 + 1e-4 * place)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=10_000)
    arguments = parser.parse_args()
    for workers, samples in ((1, max(1, arguments.samples // 10)), (2, arguments.samples)):
        rate = measure(samples, workers)
        print(
            f"{samples:6} samples, {workers} worker{'s' if workers > 1 else ' '}: "
            f"{rate:5.0f} a second, {rate / workers:5.0f} for each worker"
        )


if __name__ == "__main__":
    main()
