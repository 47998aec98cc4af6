"""How far a check of a store goes."""

from __future__ import annotations

from typing import Literal, get_args

from mangaxr.errors import known_name

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
    return known_name("level", name, LEVELS)


def levels_up_to(level: Level) -> tuple[Level, ...]:
    """Return a level and all that go before it.

    Examples
    --------
    >>> levels_up_to("values")
    ('structure', 'values')
    """
    return LEVELS[: LEVELS.index(level) + 1]
