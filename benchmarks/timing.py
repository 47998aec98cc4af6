"""Fair timing on a noisy machine: the sides in turn, medians, ratios."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["median_times"]


def median_times(sides: Mapping[str, Callable[[], object]], *, repeats: int) -> dict[str, float]:
    """Time several functions in turn, again and again.

    Returns
    -------
    dict
        Median seconds of each, by name. A first call of each is not counted, nor is what one leaves
        collected in the time of the next.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    for round_number in range(repeats + 1):
        for name, function in sides.items():
            gc.collect()
            start = time.perf_counter()
            function()
            if round_number:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}
