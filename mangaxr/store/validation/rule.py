"""A rule: one row of the table of what is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from mangaxr.errors import UnknownNameError
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.levels import Level
from mangaxr.store.validation.slab import Slab

__all__ = ["Rule", "StoreRule", "find_rule"]

Whole = TypeVar("Whole")
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Whole, Part]):
    """One rule, of what is checked as a whole and in parts.

    Parameters
    ----------
    id
        Two letters for the contract, and three digits of which the first is the level's.
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
        Looks at the whole.
    check_slab
        Looks at the arrays of some galaxies or samples; a rule has this, or `check`, or is
        checked where they are made anew.
    """

    id: str
    level: Level
    title: str
    why: str
    remedy: str
    needs: tuple[str, ...] = ()
    check: Callable[[Whole], Iterable[Found]] | None = None
    check_slab: Callable[[Part], Iterable[Found]] | None = None


class StoreRule(Rule[Evidence, Slab]):
    """A rule of the contract of tensors."""

    __slots__ = ()


def find_rule(name: str, rules: Sequence[Rule[Any, Any]]) -> Rule[Any, Any]:
    """Return a rule by its id, in whatever case.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    found = next((rule for rule in rules if rule.id == name.upper()), None)
    if found is not None:
        return found
    contracts = [[rule.id for rule in of] for _, of in groupby(rules, key=lambda rule: rule.id[:2])]
    known = " and ".join(f"{ids[0]} to {ids[-1]}" for ids in contracts)
    msg = f"no rule is called {name!r}: there are {known}"
    raise UnknownNameError(msg)
