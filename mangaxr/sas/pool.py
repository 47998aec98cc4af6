"""A few threads side by side, that Ctrl-C stops at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

__all__ = ["run_side_by_side"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_FAREWELL = 1.0
"""Seconds that the threads have for putting their work away."""


def run_side_by_side(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, threads: int, stop: threading.Event
) -> list[Result]:
    """Do the tasks in some threads, and return the results in the order of the tasks.

    The threads are daemons, unlike those of `concurrent.futures`: a program that is
    interrupted while a server keeps a thread waiting does not wait for the server too.

    Raises
    ------
    Exception
        What a task raised, after `stop` was set; also `KeyboardInterrupt`.
    """
    todo: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, Result | None, BaseException | None]] = SimpleQueue()
    for number in range(len(tasks)):
        todo.put(number)

    def run() -> None:
        while not stop.is_set():
            try:
                number = todo.get_nowait()
            except Empty:
                return
            try:
                done.put((number, work(tasks[number]), None))
            except BaseException as error:  # noqa: BLE001  # raised again by the caller's thread
                done.put((number, None, error))

    workers = [
        threading.Thread(target=run, daemon=True, name=f"mangaxr-{k}")
        for k in range(min(threads, len(tasks)))
    ]
    results: dict[int, Result | None] = {}
    try:
        for worker in workers:
            worker.start()
        while len(results) < len(tasks):
            number, result, error = done.get()
            if error is not None:
                raise error
            results[number] = result
    finally:
        stop.set()
        for worker in workers:
            worker.join(_FAREWELL)
    return [results[number] for number in range(len(tasks))]  # type: ignore[misc]
