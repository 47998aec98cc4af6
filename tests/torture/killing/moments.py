"""When a build is killed, and how far it had come."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torture.commands import Running

__all__ = ["MOMENTS", "PHASES", "Moment", "phase_of"]

_LOOK_EVERY = 0.0005

_LAST = 0.03
"""Seconds in which a build is named and cleared up, after it is marked as finished."""


def _partial(out: Path) -> Path:
    return out.with_name(out.name + ".partial")


def _is_planned(out: Path, slabs: int) -> bool:
    return (_partial(out) / "plan.json").exists()


def _is_filled(out: Path, slabs: int) -> bool:
    return len(list((_partial(out) / "done").glob("*.json"))) == slabs


def _is_finished(out: Path, slabs: int) -> bool:
    return (_partial(out) / "finished.json").exists()


@dataclass(frozen=True, slots=True)
class Moment:
    """Some time after something has come true; ``share`` of the length of a whole build."""

    after: Callable[[Path, int], bool]
    share: float = 0.0
    seconds: float = 0.0

    def wait(
        self, running: Running, out: Path, slabs: int, length: float, chance: random.Random
    ) -> bool:
        """Wait for it; return whether the build still runs."""
        while not self.after(out, slabs):
            if running.has_ended(within=_LOOK_EVERY):
                return False
        return not running.has_ended(within=chance.uniform(0.0, self.share * length + self.seconds))


MOMENTS = {
    "at any time": Moment(lambda *_: True, share=1.0),
    "while it is filled": Moment(_is_planned, share=0.3),
    "while it is finished": Moment(_is_filled, share=0.6),
    "in its last moments": Moment(_is_finished, seconds=_LAST),
}


def phase_of(out: Path, state: str, slabs: int) -> str:
    """Say how far a build had come, by what it left."""
    partial = _partial(out)
    if not partial.exists():
        return "cleared up" if state == "new" else "not begun"
    if _is_finished(out, slabs):
        return "named, not cleared up" if state == "new" else "whole, not named"
    if not (partial / "plan.json").exists():
        return "being cleared up" if state == "new" else "no plan yet"
    done = len(list((partial / "done").glob("*.json")))
    return "all slabs done" if done == slabs else f"{done} of {slabs} slabs done"


PHASES = (
    "not begun",
    "no plan yet",
    *(f"{done} of 3 slabs done" for done in range(3)),
    "all slabs done",
    "whole, not named",
    "named, not cleared up",
    "being cleared up",
    "cleared up",
)
"""All of them, in the order of time; of a survey with three slabs."""
