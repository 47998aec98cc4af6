"""The rules of validation: a list by level, and a section for each, which is its anchor."""

from __future__ import annotations

from typing import Any

from facts.markdown import table
from mangaxr.build.validate import ALL_RULES
from mangaxr.lensed_sets.rules import RULES as SET_RULES
from mangaxr.store.validation.levels import Level
from mangaxr.store.validation.rule import Rule

__all__ = ["of_sets", "semantics", "sources", "structure", "values"]


def structure() -> str:
    """List the rules of structure."""
    return _rules("structure")


def values() -> str:
    """List the rules of values."""
    return _rules("values")


def semantics() -> str:
    """List the rules of semantics."""
    return _rules("semantics")


def sources() -> str:
    """List the rules of sources."""
    return _rules("sources")


def of_sets() -> str:
    """List the rules of lensed sets, of all levels."""
    rows = [(f"[{r.id}](#{r.id.lower()})", r.level, r.title) for r in SET_RULES]
    return "\n\n".join(
        [table(["rule", "level", "what must hold"], rows), *map(_section, SET_RULES)]
    )


def _rules(level: Level) -> str:
    rules = [rule for rule in ALL_RULES if rule.level == level]
    rows = [(f"[{rule.id}](#{rule.id.lower()})", rule.title) for rule in rules]
    return "\n\n".join([table(["rule", "what must hold"], rows), *map(_section, rules)])


def _section(rule: Rule[Any, Any]) -> str:
    return "\n".join(
        (
            f"### {rule.id}",
            "",
            rule.title,
            "",
            f"- *How it can come about:* {rule.why}",
            f"- *What to do:* {rule.remedy}",
        )
    )
