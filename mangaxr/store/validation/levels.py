"""How far a check of a store goes."""

from __future__ import annotations

from typing import Literal, get_args

from mangaxr.errors import UnknownNameError

__all__ = ["LEVELS", "Level", "check_level", "levels_up_to"]

Level = Literal["structure", "values", "semantics", "sources"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the quickest to the slowest; each goes with all before it."""


def check_level(name: str) -> Level:
    """Return a level's name, if it is one.

    Raises
    ------
    UnknownNameError
        If there is no such level.
    """
    for known in LEVELS:
        if name == known:
            return known
    msg = f"unknown level {name!r}: use one of {', '.join(LEVELS)}"
    raise UnknownNameError(msg)


def levels_up_to(level: Level) -> tuple[Level, ...]:
    """Return a level and all that go before it.

    Examples
    --------
    >>> levels_up_to("values")
    ('structure', 'values')
    """
    return LEVELS[: LEVELS.index(level) + 1]
