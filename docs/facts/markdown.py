"""Markdown tables that look the same whoever writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["bullets", "code", "table"]


def code(text: str) -> str:
    """Set a word as code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; bars within a cell are escaped."""
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[_cell(value) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """Write a list."""
    return "\n".join(f"- {item}" for item in items)


def _cell(value: object) -> str:
    return str(value).replace("|", r"\|")
