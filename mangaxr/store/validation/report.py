"""What a validation looked at and found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mangaxr.store.validation.issue import Found, StoreIssue
from mangaxr.store.validation.levels import Level

__all__ = ["MOST_EXAMPLES", "StoreReport"]


class Named(Protocol):
    """A rule, of whatever contract."""

    @property
    def id(self) -> str:
        """What it is called by."""


MOST_EXAMPLES = 20
"""Issues of one rule that are kept; of further ones only the number."""


@dataclass(slots=True)
class StoreReport:
    """What a validation looked at and found.

    Parameters
    ----------
    path
        The store.
    level
        Up to which rules were asked for.
    readable
        False if there was no store to look at.
    galaxies
        Galaxies of the store.
    decoded
        Those of which the maps were decoded.
    rebuilt
        Those that were built anew from their files.
    unit
        What is counted as a galaxy here.
    rules
        Ids of the rules that ran.
    left_out
        Rule -> what it needs that is missing or damaged.
    counts
        Rule -> number of its issues.
    seconds
        How long it took.
    """

    path: Path
    level: Level
    readable: bool = True
    galaxies: int = 0
    decoded: int = 0
    rebuilt: int = 0
    rules: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    unit: str = "galaxies"
    _examples: dict[str, list[StoreIssue]] = field(default_factory=dict)

    def add(self, rule: Named, found: Iterable[Found]) -> None:
        """Take note of what a rule found."""
        examples = self._examples.setdefault(rule.id, [])
        for variable, message, galaxy in found:
            self.counts[rule.id] += 1
            if len(examples) < MOST_EXAMPLES:
                examples.append(StoreIssue(rule.id, variable, message, galaxy))

    @property
    def issues(self) -> list[StoreIssue]:
        """Every issue, by rule; where there are too many, the last says how many more."""
        return list(self._issues())

    def _issues(self) -> Iterator[StoreIssue]:
        for rule, examples in sorted(self._examples.items()):
            yield from examples
            more = self.counts[rule] - len(examples)
            if more:
                yield StoreIssue(rule, examples[-1].variable, f"and {more} more such issues")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "store": str(self.path),
            "level": self.level,
            "valid": not self.counts,
            "readable": self.readable,
            self.unit: self.galaxies,
            "decoded": self.decoded,
            "rebuilt": self.rebuilt,
            "rules": self.rules,
            "left_out": self.left_out,
            "counts": dict(sorted(self.counts.items())),
            "issues": [issue.to_dict() for issue in self.issues],
            "seconds": round(self.seconds, 3),
        }
