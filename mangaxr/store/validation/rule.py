"""A rule: one row of the table of what is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from mangaxr.errors import UnknownNameError
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.slab import Slab

__all__ = ["LEVELS", "Level", "Rule", "check_level", "levels_up_to"]

Level = Literal["structure", "values", "semantics", "sources"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the quickest to the slowest; each goes with all before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Parameters
    ----------
    id
        ``MX`` and three digits, of which the first is the level's.
    level
        Level that it belongs to.
    title
        What must hold.
    why
        How it can come to be broken.
    remedy
        What to do then.
    needs
        Variables, and attributes that hold a document, which must be sound for the rule to
        say anything.
    check
        Looks at the store as a whole.
    check_slab
        Looks at the arrays of some galaxies; a rule has this, or `check`, or is checked
        where galaxies are built anew.
    """

    id: str
    level: Level
    title: str
    why: str
    remedy: str
    needs: tuple[str, ...] = ()
    check: Callable[[Evidence], Iterable[Found]] | None = None
    check_slab: Callable[[Slab], Iterable[Found]] | None = None


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
