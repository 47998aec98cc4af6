"""What is promised, and where the results say whether it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.survey.__main__ import each_of

__all__ = ["BARS", "Bar"]

Results = Mapping[str, Any]


class Bar(NamedTuple):
    """One promise.

    Parameters
    ----------
    what
        What is compared.
    run
        Of `benchmarks.performance.runs.RUNS`.
    limit
        The most, or the least, that it may be.
    values
        Takes the numbers out of the run's results.
    unit
        Behind a number; "times" where it is a ratio.
    at_least
        Whether the limit is the least.
    """

    what: str
    run: str
    limit: float
    values: Callable[[Results], Sequence[float]]
    unit: str = "times"
    at_least: bool = False

    def is_measured(self, results: Results) -> bool:
        """Whether there are results of the run, of all that it compares by now."""
        try:
            self.values(results[self.run])
        except KeyError:
            return False
        return True

    def is_met(self, results: Results) -> bool:
        """Whether all numbers are within the limit."""
        found = self.values(results)
        worst = min(found) if self.at_least else max(found)
        return worst >= self.limit if self.at_least else worst <= self.limit


def _beyond_start(*pairs: tuple[str, str]) -> Callable[[Results], list[float]]:
    return lambda found: [each_of(found, side) / each_of(found, other) for side, other in pairs]


def _whole(*pairs: tuple[str, str]) -> Callable[[Results], list[float]]:
    def values(found: Results) -> list[float]:
        sides = found["sides"]
        return [sides[side]["seconds"] / sides[other]["seconds"] for side, other in pairs]

    return values


def _against_astropy(found: Results) -> list[float]:
    size = str(max(int(n) for n in found if "astropy" in found[n]["sides"]))
    return [each_of(found[size], "astropy") / each_of(found[size], "mangaxr-1")]


def _peaks(found: Results) -> list[float]:
    return [found[n]["sides"]["mangaxr-2"]["peak_memory_mib"] for n in _ends(found)]


def _ends(found: Results) -> tuple[str, str]:
    """Return the second of the sizes, and the last."""
    sizes = sorted(found, key=int)
    return sizes[min(1, len(sizes) - 1)], sizes[-1]


def _peak_growth(found: Results) -> list[float]:
    low, high = _peaks(found)
    return [high / low]


def _time_growth(found: Results) -> list[float]:
    """Compare what a further galaxy takes among many with what it takes among few."""
    few, some, many = sorted(found, key=int)[-3:]
    sides = ("mangaxr-1", "mangaxr-2")
    return [_further(found, side, some, many) / _further(found, side, few, some) for side in sides]


def _further(found: Results, side: str, few: str, many: str) -> float:
    """Return seconds per galaxy between two sizes."""
    seconds = [found[size]["sides"][side]["seconds"] for size in (few, many)]
    return float(seconds[1] - seconds[0]) / (int(many) - int(few))


BARS: tuple[Bar, ...] = (
    Bar(
        "build of the default pair over as many `igzip -dc`, 127 fibres, start-up apart; "
        "1 and 2 workers",
        "largest", 0.6, _beyond_start(("pair-1", "igzip-1"), ("pair-2", "igzip-2")),
    ),
    Bar(
        "the same, whole processes, at 400 files",
        "largest", 0.8, _whole(("pair-1", "igzip-1"), ("pair-2", "igzip-2")),
    ),
    Bar(
        "the pair with every quality metric, start-up apart; 1 and 2 workers",
        "largest", 0.75, _beyond_start(("mangaxr-1", "igzip-1"), ("mangaxr-2", "igzip-2")),
    ),
    Bar(
        "the pair with every file verified to its end, start-up apart; 1 and 2 workers",
        "largest", 1.3,
        _beyond_start(("pair-verify-1", "igzip-1"), ("pair-verify-2", "igzip-2")),
    ),
    Bar(
        "`mangaxr build --verify`, the same with every quality metric; 1 and 2 workers",
        "largest", 1.3, _beyond_start(("verify-1", "igzip-1"), ("verify-2", "igzip-2")),
    ),
    Bar(
        "tensor and every metric over the tensor alone, the survey's mix, processor time",
        "quality", 1.15, lambda found: [found["ratio"]],
    ),
    Bar(
        "reading the pair of a `.fits.gz`, 127 fibres: astropy over mangaxr",
        "reading", 12.0, lambda found: [found["ratio"]], at_least=True,
    ),
    Bar(
        "every plane of a `.fits.gz`, 127 fibres: astropy over `open_maps`",
        "opening", 15.0, lambda found: [found["ratio"]], at_least=True,
    ),
    Bar(
        "build of the survey's mix, one process: astropy over mangaxr",
        "sizes", 10.0, _against_astropy, at_least=True,
    ),
    Bar(
        "peak memory of all processes, 2 workers, 200 and 2,000 galaxies",
        "sizes", 350.0, _peaks, "MiB",
    ),
    Bar("peak memory, 2,000 over 200 galaxies", "sizes", 1.1, _peak_growth),
    Bar(
        "time of a further galaxy, from 600 to 2,000 over from 200 to 600; 1 and 2 workers",
        "sizes", 1.1, _time_growth,
    ),
    Bar(
        "lazy mean of a channel of 10,735 galaxies over a loop over chunks",
        "mean", 1.3,
        lambda found: [found["mangaxr.stack, mean"] / found["loop over zarr chunks, mean"]],
    ),
    Bar(
        "graph and scheduling of 10,735 galaxies",
        "scheduling", 0.1, lambda found: [found["seconds"] / found["galaxies"] * 1e3],
        "ms a galaxy",
    ),
    Bar(
        "regridding: `reproject_exact` over mangaxr; 19, 61 and 127 fibres",
        "regridding", 100.0, lambda found: [found[n]["ratio"] for n in sorted(found, key=int)],
        at_least=True,
    ),
    Bar(
        "a whole store into memory over zarr alone",
        "memory", 1.3,
        lambda found: [found["mangaxr.open_store, chunks=None"] / found["zarr alone"]],
    ),
    Bar(
        "`import mangaxr` beyond a bare interpreter",
        "starting", 0.15, lambda found: [found["import"] - found["bare"]], "s",
    ),
    Bar("`mangaxr --help`", "starting", 0.4, lambda found: [found["help"]], "s"),
    Bar(
        "`build --stream`: bytes over the wire over those of the files",
        "streaming", 0.55, lambda found: [found["share"]],
    ),
)  # fmt: skip
"""Promises, in the order of their importance."""
