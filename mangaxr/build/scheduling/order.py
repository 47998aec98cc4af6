"""Many tasks side by side, their results in order: the one way to schedule work here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from mangaxr.build.scheduling.processes import THREADS, Processes

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["PROCESSES_FROM", "run_in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")

PROCESSES_FROM = 128
"""Tasks from which processes are used in place of threads.

Two processes take 8 ms less for a galaxy of 127 fibres than two threads do, and 0.9 s longer
to start: they are even at 115 galaxies. Measured by `benchmarks/scheduling.py`.
"""

_AHEAD = 8
"""Tasks per worker that are in work or wait for their turn; bounds memory."""


def run_in_order(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    workers: int = 1,
    client: Client | None = None,
    on_death: Callable[[Task], Result] | None = None,
    interrupt: Callable[[], None] | None = None,
) -> Generator[Result, None, None]:
    """Call a function on every task and give out the results in the order of the tasks.

    The results do not depend on how the work is spread: one worker works right here, few
    tasks are done in threads, many in processes, and with a client on its cluster.

    Parameters
    ----------
    function
        A function of a module, or a `functools.partial` of one: processes and clusters get
        it pickled. What it raises is raised here, when its turn comes.
    tasks
        What to call it on; pickled too.
    workers
        Tasks worked on at a time; with a client, its cluster decides.
    client
        A client of a running cluster. What the tasks name must be there for its workers:
        absolute paths on storage that all share.
    on_death
        Called with a task that killed the process that worked on it, again and again;
        returns what stands in for its result. Without it such a task is an error.
    interrupt
        Ends whatever the tasks wait for; called when no more results are wanted. Where it is
        given the work is done in threads, however much there is: what tasks share that wait
        for something cannot leave this process.

    Yields
    ------
    Result
        Of each task. Close the generator to stop early: nothing is left running on this
        machine.

    Raises
    ------
    BuildError
        If a task keeps killing its process and there is no ``on_death``, if processes
        cannot be started, or if the cluster is gone.

    Examples
    --------
    >>> list(run_in_order(abs, [-3, 2, -1], workers=2))
    [3, 2, 1]
    """
    if client is not None:
        from mangaxr.build.scheduling.cluster import run_on_cluster

        return run_on_cluster(function, tasks, client=client, on_death=on_death)
    workers = min(workers, len(tasks))
    if workers <= 1:
        return (function(task) for task in tasks)
    if interrupt is not None:
        return _in_threads(function, tasks, workers, stop=interrupt)
    if len(tasks) < PROCESSES_FROM:
        return _in_threads(function, tasks, workers)
    return _in_processes(function, tasks, workers, on_death)


def _in_processes(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    on_death: Callable[[Task], Result] | None,
) -> Generator[Result, None, None]:
    """Run tasks in threads that have processes do the work."""
    processes = Processes(function, on_death=on_death)
    # The processes end first: threads that wait for them then end at once.
    return _in_threads(processes.call, tasks, workers, threads=THREADS, stop=processes.close)


def _in_threads(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    *,
    threads: int = 1,
    stop: Callable[[], None] = lambda: None,
) -> Generator[Result, None, None]:
    """Run tasks side by side, in so many threads for each worker.

    A window over the tasks bounds how many results wait.
    """
    pool = ThreadPoolExecutor(workers * threads, thread_name_prefix="mangaxr")
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(function, task))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        stop()
        pool.shutdown(wait=True, cancel_futures=True)
