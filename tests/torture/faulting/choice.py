"""Which of the calls of a build are refused: some of each kind, or all."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from mangaxr.store.contract import ARRAYS

__all__ = ["choose", "kind_of"]

_SMALL = rf"(store|old)/(?!{'|'.join(spec.name for spec in ARRAYS)}|zarr\b)[^/]+"
_NUMBERS = r"[0-9a-f]{32}|\d+"
_AGAIN = 5
"""Of the calls of kinds that are refused elsewhere already, one in so many is refused again."""


def kind_of(call: str) -> str:
    """Return a call without the numbers in it, and with one name for all small arrays.

    Examples
    --------
    >>> kind_of("write t.zarr.partial/store/tensor/c/12/0/0/0")
    'write t.zarr.partial/store/tensor/c/0/0/0/0'
    """
    return re.sub(_NUMBERS, "0", re.sub(_SMALL, r"\1/*", call))


def choose(calls: Sequence[str], known: Collection[str] = ()) -> list[int]:
    """Return the numbers, from 1, of the first and the last call of each kind.

    Parameters
    ----------
    calls
        In their order.
    known
        Kinds that another build has: of their calls one in five is chosen.
    """
    kinds = [kind_of(call) for call in calls]
    last = {kind: number for number, kind in enumerate(kinds, 1)}
    first = {kind: number for number, kind in reversed([*enumerate(kinds, 1)])}
    numbers = sorted({*first.values(), *last.values()})
    own = [number for number in numbers if kinds[number - 1] not in known]
    others = [number for number in numbers if kinds[number - 1] in known]
    return sorted(own + others[::_AGAIN])
