"""A rule: one row of the table of what is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.levels import Level
from mangaxr.store.validation.slab import Slab

__all__ = ["Rule"]


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
