"""What is measured, each a function that returns plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import (
    ensemble,
    opening,
    quality,
    reading,
    regridding,
    scheduling,
    starting,
    storing,
)
from benchmarks import streaming as wire
from benchmarks.files import SURVEY, survey_files
from benchmarks.survey import __main__ as survey
from benchmarks.survey.files import LARGEST, PLATE

__all__ = ["RUNS", "Size"]

DIVISIONS = (
    "igzip-1", "igzip-2", "pair-1", "pair-2", "mangaxr-1", "mangaxr-2", "pair-verify-1",
    "pair-verify-2", "verify-1", "verify-2", "dask-2",
)  # fmt: skip
QUICK_SIDES = ("igzip-2", "mangaxr-1", "mangaxr-2")
SLOW_SIDES = ("igzip-1", "gzip-2", "astropy", "zoom", "marvin")


class Size(NamedTuple):
    """How much is measured.

    Parameters
    ----------
    galaxies
        Of a store whose arrays are read.
    largest
        Files of the largest bundle of `plate`.
    plate
        Fibres -> bundles of which the plates of those files consist.
    beyond
        Of them, those of the runs that say what it takes to start.
    sizes, slow
        Galaxies of the survey's mix; those of which the slow sides have to do as well.
    repeats, brief
        Rounds that count, and those of what takes no time.
    """

    galaxies: int = SURVEY
    largest: int = 400
    plate: Mapping[int, int] = LARGEST
    beyond: int = 136
    sizes: tuple[int, ...] = (50, 200, 600, 2000)
    slow: tuple[int, ...] = (50, 200)
    repeats: int = 3
    brief: int = 9


def _largest(size: Size) -> dict[str, Any]:
    return survey.compare(
        size.largest,
        repeats=size.repeats,
        names=DIVISIONS,
        plate=size.plate,
        beyond=size.beyond,
        tell=True,
    )


def _sizes(size: Size) -> dict[str, Any]:
    found = {}
    for galaxies in size.sizes:
        names = (*QUICK_SIDES, *(SLOW_SIDES if galaxies in size.slow else ()))
        found[str(galaxies)] = survey.compare(
            galaxies, repeats=size.repeats, names=names, tell=True
        )
    return found


def _files(size: Size) -> list[Path]:
    """Return a few files of the largest bundle."""
    return survey_files(min(6, size.largest), max(size.plate))


def _reading(size: Size) -> dict[str, float]:
    return reading.compare(_files(size), repeats=size.repeats)


def _opening(size: Size) -> dict[str, float]:
    return opening.compare(_files(size), repeats=size.repeats)


def _regridding(size: Size) -> dict[str, Any]:
    return {str(fibres): regridding.compare(fibres, repeats=size.brief) for fibres in (19, 61, 127)}


def _quality(size: Size) -> dict[str, float]:
    return quality.compare_mix(min(sum(PLATE.values()), size.sizes[-1]), repeats=size.repeats)


def _mean(size: Size) -> dict[str, float]:
    return ensemble.compare(size.galaxies, repeats=size.repeats)


def _memory(size: Size) -> dict[str, float]:
    return storing.compare(size.galaxies, repeats=size.brief)


def _scheduling(size: Size) -> dict[str, float]:
    return {"galaxies": size.galaxies, "seconds": scheduling.set_up_survey(size.galaxies)}


def _starting(size: Size) -> dict[str, float]:
    return starting.compare(repeats=size.brief)


def _streaming(size: Size) -> dict[str, float]:
    found = wire.compare(size.sizes[0])
    return {"share": found.share, "requests": found.requests}


RUNS: Mapping[str, Callable[[Size], dict[str, Any]]] = {
    "starting": _starting,
    "reading": _reading,
    "opening": _opening,
    "regridding": _regridding,
    "quality": _quality,
    "streaming": _streaming,
    "scheduling": _scheduling,
    "mean": _mean,
    "memory": _memory,
    "largest": _largest,
    "sizes": _sizes,
}
"""Name -> what is measured, the quickest first."""
