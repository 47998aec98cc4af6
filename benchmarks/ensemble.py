"""The lazy mean of one channel over a store of DR17's size, against a plain loop.

``python -m benchmarks.ensemble`` writes a store of 10,735 galaxies (1 GB, once, in the
temporary directory), then runs each side again and again in one process, in turn: median
seconds, and each one's median time over the loop's. Each side also runs in a process of its
own, for its peak of memory. A loop over zarr chunks is the least that reads everything.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from benchmarks.files import SURVEY
from benchmarks.timing import median_times

__all__ = ["SIDES", "TimeEnsemble", "compare", "large_store", "loop_mean", "opened", "peak_memory"]

CHANNEL = "ha_vel"


def large_store(galaxies: int) -> Path:
    """Return a store of noise within a hexagon-like footprint; written on first use."""
    from mangaxr.store.digest import arrays_digest
    from mangaxr.store.finish import finish_store
    from mangaxr.store.layout import slabs
    from mangaxr.store.provenance import build_record, provenance
    from mangaxr.store.writer import create_store, empty_slab, write_slab
    from mangaxr.tensors.recipe import Recipe

    path = Path(tempfile.gettempdir(), "mangaxr-benchmark", f"tensors-{galaxies}.zarr")
    if path.is_dir():
        return path
    recipe = Recipe()
    random = np.random.default_rng(0)
    partial = path.with_suffix(".partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    create_store(partial, recipe, galaxies)
    offset = np.hypot(*np.meshgrid(*[np.arange(64) - 31.5] * 2))
    digests: list[str] = []
    for slab in slabs(galaxies):
        arrays = empty_slab(len(slab), recipe)
        arrays.tensor[:] = random.standard_normal(arrays.tensor.shape, dtype=np.float32)
        arrays.ivar[:], arrays.coverage[:] = 1.0, 1.0
        arrays.tensor[..., offset > 30] = arrays.ivar[..., offset > 30] = np.nan
        arrays.coverage[..., offset > 30] = 0.0
        write_slab(partial, slab.start, arrays)
        digests += [arrays_digest(*maps) for maps in zip(*arrays, strict=True)]
    rows = [_row(i, random) | {"arrays_sha256": digests[i]} for i in range(galaxies)]
    build = build_record("benchmarks.ensemble", datetime.now(UTC))
    finish_store(partial, recipe, rows, provenance(recipe, [build]))
    partial.rename(path)
    return path


def _row(number: int, random: np.random.Generator) -> dict[str, object]:
    scale = random.uniform(1.0, 200.0, 2).tolist()
    return {
        "galaxy": f"{8000 + number // 100}-{1901 + number % 100}",
        "status": 1,
        "z": random.uniform(0.01, 0.15),
        "reff": random.uniform(3.0, 8.0),
        "pa": random.uniform(0.0, 180.0),
        "ellipticity": random.uniform(0.2, 0.6),
        "pixel_scale": 0.5,
        "center_sky_x": 0.0,
        "center_sky_y": 0.0,
        "scaling_offset": [0.0, float(random.normal(0.0, 20.0))],
        "scaling_scale": scale,
    }


def loop_mean(path: Path) -> np.ndarray:
    """Return the mean of physical values by a plain loop over the zarr chunks."""
    import zarr

    group = zarr.open_group(path, mode="r")
    tensor = group["tensor"]
    at = list(group["channel"][:]).index(CHANNEL)
    scale, offset = group["scaling_scale"][:, at], group["scaling_offset"][:, at]
    step = tensor.chunks[0]
    total, count = np.zeros(tensor.shape[2:]), np.zeros(tensor.shape[2:], dtype=np.int64)
    for start in range(0, len(scale), step):
        chosen = slice(start, start + step)
        values = tensor[chosen, at].astype(np.float64)
        values = values * scale[chosen, None, None] + offset[chosen, None, None]
        valid = ~np.isnan(values)
        total += np.where(valid, values, 0.0).sum(axis=0)
        count += valid.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return total / count


@cache
def opened(path: Path) -> xr.Dataset:
    """Return the open store, the same each time."""
    import mangaxr

    return mangaxr.open_store(path)


def stack_mean(path: Path) -> np.ndarray:
    """Return the same mean by `mangaxr.stack`, of a store that is open."""
    import mangaxr

    return mangaxr.stack(opened(path), channel=CHANNEL).value.values


def open_and_stack(path: Path) -> np.ndarray:
    """Return it together with its error and count, and open the store each time."""
    import mangaxr

    return mangaxr.stack(mangaxr.open_store(path), channel=CHANNEL).compute().value.values


def stack_bins(path: Path) -> np.ndarray:
    """Return the mean in ten bins of redshift."""
    import mangaxr

    return mangaxr.stack(opened(path), channel=CHANNEL, by="z", bins=BINS).value.values


def flox_bins(path: Path) -> np.ndarray:
    """Return the same by xarray's group-by with flox."""
    import mangaxr

    values = mangaxr.to_physical(opened(path).sel(channel=CHANNEL))
    groups = values.groupby_bins("z", BINS, right=False)
    return groups.mean().transpose(..., "y", "x").values


def stack_median(path: Path) -> np.ndarray:
    """Return the median by `mangaxr.stack`."""
    import mangaxr

    return mangaxr.stack(opened(path), channel=CHANNEL, statistic="median").value.values


BINS = np.linspace(0.0, 0.15, 11)

SIDES: dict[str, Callable[[Path], np.ndarray]] = {
    "loop over zarr chunks, mean": loop_mean,
    "mangaxr.stack, mean": stack_mean,
    "mangaxr.open_store and stack": open_and_stack,
    "mangaxr.stack, mean in 10 bins of z": stack_bins,
    "flox, mean in 10 bins of z": flox_bins,
    "mangaxr.stack, median": stack_median,
}
"""What is compared; the first is what the others' times are divided by."""

if importlib.util.find_spec("flox") is None:
    del SIDES["flox, mean in 10 bins of z"]


class TimeEnsemble:
    """The mean and the median of a store (asv)."""

    params = (1000,)
    param_names = ("galaxies",)

    def setup(self, galaxies: int) -> None:
        self.path = large_store(galaxies)

    def time_mean(self, galaxies: int) -> None:  # noqa: ARG002
        stack_mean(self.path)

    def time_median(self, galaxies: int) -> None:  # noqa: ARG002
        stack_median(self.path)

    def peakmem_mean(self, galaxies: int) -> None:  # noqa: ARG002
        stack_mean(self.path)


def compare(galaxies: int, *, repeats: int) -> dict[str, float]:
    """Return median seconds of each side, having checked that the means agree."""
    path = large_store(galaxies)
    np.testing.assert_allclose(stack_mean(path), loop_mean(path), rtol=1e-6, atol=1e-9)
    sides = {name: lambda side=side: side(path) for name, side in SIDES.items()}
    return median_times(sides, repeats=repeats)


def peak_memory(galaxies: int, side: str) -> float:
    """Return the peak of memory of a side, MiB, in a process that does nothing else."""
    made = f"from benchmarks.ensemble import large_store; large_store({galaxies})"
    subprocess.run([sys.executable, "-c", made], check=True)
    program = (
        "import resource\n"
        "from benchmarks.ensemble import SIDES, large_store\n"
        f"SIDES[{side!r}](large_store({galaxies}))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=SURVEY)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    # First, while this process is small: a child's peak is never below its parent's.
    memory = {side: peak_memory(arguments.galaxies, side) for side in SIDES}
    times = compare(arguments.galaxies, repeats=arguments.repeats)
    loop = next(iter(times.values()))
    print(f"{arguments.galaxies} galaxies, channel {CHANNEL}")
    for side, seconds in times.items():
        print(f"{side:40} {seconds:6.2f} s  {seconds / loop:5.2f} x  {memory[side]:6.0f} MiB")


if __name__ == "__main__":
    main()
