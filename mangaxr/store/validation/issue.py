"""What a check finds: one line, with the rule it breaks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

__all__ = ["Found", "StoreIssue"]


class Found(NamedTuple):
    """What a rule's check found: where, and what is wrong."""

    variable: str
    message: str
    galaxy: str = ""


@dataclass(frozen=True, slots=True)
class StoreIssue:
    """One way in which a store breaks its contract.

    Parameters
    ----------
    rule
        Id of the rule, such as ``MX203``.
    variable
        Variable or attribute that it is about; ``store`` for the whole.
    message
        What was expected and what was found.
    galaxy
        Galaxy that it is about; empty if it is about more than one.

    Examples
    --------
    >>> print(StoreIssue("MX203", "tensor", "has values without coverage", "8138-12704"))
    MX203 tensor of 8138-12704: has values without coverage
    """

    rule: str
    variable: str
    message: str
    galaxy: str = ""

    def __str__(self) -> str:
        of_galaxy = f" of {self.galaxy}" if self.galaxy else ""
        return " ".join(f"{self.rule} {self.variable}{of_galaxy}: {self.message}".split())

    def to_dict(self) -> dict[str, Any]:
        """Return the issue as plain JSON values."""
        return asdict(self)
