"""Writing and reading stores: slabs, and all of one into memory, as training does it.

``python -m benchmarks.storing`` times the latter against zarr alone in one run.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

import mangaxr
from benchmarks.ensemble import large_store
from benchmarks.files import SURVEY
from benchmarks.timing import median_times
from mangaxr.store.layout import SLAB
from mangaxr.store.writer import create_store, empty_slab, read_slab, write_slab
from mangaxr.tensors.recipe import Recipe

__all__ = ["SIDES", "TimeStoring", "compare", "into_memory", "with_zarr"]


def with_zarr(path: Path) -> npt.NDArray[np.float32]:
    """Read the tensors with zarr alone."""
    import zarr

    return zarr.open_group(path, mode="r")["tensor"][:]


def into_memory(path: Path) -> npt.NDArray[np.float32]:
    """Open a store and take its tensors."""
    return mangaxr.open_store(path, chunks=None)["tensor"].values


def with_dask(path: Path) -> npt.NDArray[np.float32]:
    """Do the same through dask."""
    return mangaxr.open_store(path)["tensor"].values


SIDES: dict[str, Callable[[Path], npt.NDArray[np.float32]]] = {
    "zarr alone": with_zarr,
    "mangaxr.open_store, chunks=None": into_memory,
    "mangaxr.open_store": with_dask,
}
"""What is compared; the first is what the others' times are divided by."""


class TimeStoring:
    """A slab of noise (asv)."""

    def setup(self) -> None:
        self.recipe = Recipe()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "t.zarr")
        create_store(self.path, self.recipe, SLAB)
        self.slab = empty_slab(SLAB, self.recipe)
        random = np.random.default_rng(0)
        for array in self.slab:
            array[:] = random.standard_normal(array.shape, dtype=np.float32)
        write_slab(self.path, 0, self.slab)

    def teardown(self) -> None:
        self.folder.cleanup()

    def time_write_slab(self) -> None:
        write_slab(self.path, 0, self.slab)

    def time_read_slab(self) -> None:
        read_slab(self.path, range(SLAB))

    def peakmem_write_slab(self) -> None:
        write_slab(self.path, 0, self.slab)


def compare(galaxies: int, *, repeats: int) -> dict[str, float]:
    """Return median seconds of each side, having checked that they agree."""
    path = large_store(galaxies)
    for side in SIDES.values():
        np.testing.assert_array_equal(side(path), with_zarr(path))
    sides = {name: lambda side=side: side(path) for name, side in SIDES.items()}
    return median_times(sides, repeats=repeats)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=SURVEY)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    found = compare(arguments.galaxies, repeats=arguments.repeats)
    least = found[next(iter(SIDES))]
    for name, seconds in found.items():
        print(f"{name:34} {seconds:6.2f} s  {seconds / least:5.2f} times")


if __name__ == "__main__":
    main()
