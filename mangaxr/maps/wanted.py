"""What is wanted of a file: extensions, and their channels by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["Wanted", "merge_wanted"]

Wanted = Mapping[str, tuple[str, ...] | None]
"""EXTNAME -> names of the channels to keep, or None for the whole extension."""


def merge_wanted(parts: Iterable[Wanted]) -> dict[str, tuple[str, ...] | None]:
    """Return every extension that some parts want, with the union of their channels.

    Examples
    --------
    >>> merge_wanted([{"A": ("x",)}, {"A": ("y", "x"), "B": None}])
    {'A': ('x', 'y'), 'B': None}
    """
    wanted: dict[str, tuple[str, ...] | None] = {}
    for name, lines in (item for part in parts for item in part.items()):
        before = wanted.get(name, ())
        both = None if lines is None or before is None else dict.fromkeys((*before, *lines))
        wanted[name] = None if both is None else tuple(both)
    return wanted
