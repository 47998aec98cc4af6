"""Reading many small arrays all at a time: one by one they would wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from zarr.core.sync import sync

__all__ = ["at_once"]

Result = TypeVar("Result")


def at_once(
    reads: Iterable[Awaitable[Result]], expected: tuple[type[Exception], ...]
) -> list[Result | Exception]:
    """Await all in zarr's own loop; return the results, and in their places what was raised.

    Parameters
    ----------
    reads
        What to await.
    expected
        Exceptions that are results; others are raised.
    """

    async def one(read: Awaitable[Result]) -> Result | Exception:
        try:
            return await read
        except expected as error:
            return error

    async def every() -> list[Result | Exception]:
        return await asyncio.gather(*map(one, reads))

    return sync(every())
