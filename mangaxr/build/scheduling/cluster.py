"""Tasks on a cluster of dask.distributed: a few to a batch, batches as futures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from mangaxr.build.scheduling.connect import check_client
from mangaxr.build.scheduling.processes import DIED
from mangaxr.build.scheduling.waiting import give_up, result_of, wait_for_all, wait_for_one
from mangaxr.errors import BuildError

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["run_alone", "run_on_cluster"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_BATCH = 16
"""Tasks in a batch at most: a quarter of a second's work, against 1 ms to schedule it."""

_BATCHES = 256
"""Batches on the cluster at a time; their results are rows, small ones."""


def run_on_cluster(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    client: Client,
    on_death: Callable[[Task], Result] | None = None,
) -> Generator[Result, None, None]:
    """Call a function on every task, on the workers of a cluster; results in order.

    Dask runs a batch again whose worker died. One that keeps killing its workers is run
    task by task, one at a time, so that the task that does it is known.

    Parameters
    ----------
    function, tasks, on_death
        See `mangaxr.build.scheduling.order.run_in_order`.
    client
        The client of the cluster; it stays open.

    Yields
    ------
    Result
        Of each task.

    Raises
    ------
    BuildError
        If the cluster is gone, or a task keeps killing its worker and there is no
        ``on_death``.
    """
    check_client(client)
    size = max(1, min(_BATCH, len(tasks) // _BATCHES))
    waiting: deque[tuple[Sequence[Task], Future]] = deque()
    try:
        for start in range(0, len(tasks), size):
            batch = tasks[start : start + size]
            waiting.append((batch, client.submit(_each, function, batch, pure=False)))
            if len(waiting) >= _BATCHES:
                yield from _first(function, waiting, client, on_death)
        while waiting:
            yield from _first(function, waiting, client, on_death)
    finally:
        give_up(future for _, future in waiting)


def _first(
    function: Callable[[Task], Result],
    waiting: deque[tuple[Sequence[Task], Future]],
    client: Client,
    on_death: Callable[[Task], Result] | None,
) -> Iterable[Result]:
    """Return the results of the first batch that waits, once they are there."""
    batch, future = waiting[0]
    wait_for_one([future], client)
    results = result_of(future)
    waiting.popleft()
    if results is None:
        wait_for_all([other for _, other in waiting], client)
        results = run_alone(function, batch, client=client, on_death=on_death)
    return results  # type: ignore[no-any-return]  # dask does not know the type of a future


def _each(function: Callable[[Task], Result], batch: Sequence[Task]) -> list[Result]:
    """Run a batch, on a worker."""
    return [function(task) for task in batch]


def run_alone(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    client: Client,
    on_death: Callable[[Task], Result] | None = None,
) -> Generator[Result, None, None]:
    """Do what `run_on_cluster` does with one task at a time, so that none dies with another."""
    for task in tasks:
        future = client.submit(_each, function, [task], pure=False)
        try:
            wait_for_one([future], client)
            results = result_of(future)
        finally:
            give_up([future])
        if results is not None:
            yield from results
        elif on_death is not None:
            yield on_death(task)
        else:
            msg = f"{task}: {DIED}, again and again"
            raise BuildError(msg)
