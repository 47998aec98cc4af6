"""Printing: tables for people, JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

__all__ = ["print_facts", "print_failures", "print_json", "print_table"]

_WIDTH_ELSEWHERE = 200
"""Columns where the output is no terminal: nothing is cut for want of room."""

_SHOWN_FAILURES = 10


def print_json(content: Any) -> None:
    """Print one JSON document; what is missing is null, never NaN."""
    click.echo(json.dumps(_plain(content), indent=2, allow_nan=False))


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table; numbers are right-aligned."""
    from rich.console import Console
    from rich.table import Table

    contents = [[_cell(value) for value in row] for row in rows]
    numeric = [
        bool(contents) and all(_is_number(row[i]) for row in contents) for i in range(len(columns))
    ]
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in contents:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else _WIDTH_ELSEWHERE
    Console(width=width, highlight=False, markup=False).print(table)


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, a line each, aligned; what is missing is left out."""
    shown = {name: _cell(value) for name, value in facts.items() if _cell(value)}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name.ljust(width)}  {value}")


def print_failures(failures: Mapping[str, str], elsewhere: str) -> None:
    """Print what failed and why, on stderr; of many the first, and where the others are."""
    for name, reason in list(failures.items())[:_SHOWN_FAILURES]:
        click.echo(f"failed  {name}: {reason}", err=True)
    if len(failures) > _SHOWN_FAILURES:
        click.echo(f"... and {len(failures) - _SHOWN_FAILURES} more: {elsewhere}", err=True)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    return str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == ""
    return True
