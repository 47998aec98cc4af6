"""Worker processes, each at the service of two threads of this process.

A thread hands its process a task over a pipe and waits for the answer. Another does so meanwhile:
the process has its next task at hand when it is done with one. It answers in the order of the
tasks, so that it is known which was in work when it died: that is the one to blame.
The processes are started afresh: they share no locks with this one, and do not import the
user's script, which therefore needs no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import itertools
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe, spawn
from typing import Any, Generic, TypeVar

from mangaxr.build.scheduling.worker import PICKLE_PROTOCOL
from mangaxr.errors import BuildError

__all__ = ["DIED", "THREADS", "TRIES", "Processes"]

_log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

DIED = "the process that worked on it died"
"""The reason for which a galaxy fails that kills its process."""

TRIES = 3
"""Processes that one task may kill before it is given up."""

THREADS = 2
"""Threads that a process serves."""

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Environment of the workers: the processes fill the cores, not threads of each of them."""

_SERVE = "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({handle})"

_SECONDS_TO_END = 5.0


class Processes(Generic[Task, Result]):
    """A process for every two threads that call it; started by the first call of either."""

    def __init__(
        self,
        function: Callable[[Task], Result],
        *,
        on_death: Callable[[Task], Result] | None = None,
    ) -> None:
        self._function = pickle.dumps(function, protocol=PICKLE_PROTOCOL)
        self._on_death = on_death
        self._of_thread = threading.local()
        self._numbers = itertools.count()
        self._places: dict[int, _Place] = {}
        self._lock = threading.Lock()
        self._closed = False

    def call(self, task: Task) -> Result:
        """Have this thread's process call the function on a task.

        Raises
        ------
        BuildError
            If the process died each time and there is no ``on_death``, or if these
            processes were closed.
        Exception
            Whatever the function raised.
        """
        content = pickle.dumps(task, protocol=PICKLE_PROTOCOL)
        place, killed = self._place(), 0
        while killed < TRIES:
            process = self._process(place)
            try:
                good, value = process.ask(content)
            except _DiedError as death:
                self._bury(place, process)
                killed += death.to_blame
                continue
            if good:
                return value  # type: ignore[no-any-return]  # what the function returned
            raise value
        if self._on_death is not None:
            return self._on_death(task)
        msg = f"{task}: {DIED}, {TRIES} times"
        raise BuildError(msg)

    def close(self) -> None:
        """End all processes at once; they hold nothing that would be lost."""
        with self._lock:
            self._closed = True
            living = [place.process for place in self._places.values() if place.process]
        for process in living:
            process.end()

    def _place(self) -> _Place:
        """Return where this thread's process is, and that of another one."""
        place: _Place | None = getattr(self._of_thread, "place", None)
        if place is None:
            with self._lock:
                number = next(self._numbers) // THREADS
                place = self._places.setdefault(number, _Place())
            self._of_thread.place = place
        return place

    def _process(self, place: _Place) -> _Process:
        with place.starting:
            process = place.process
            if process is None:
                with self._lock:
                    if self._closed:
                        msg = "worker processes: are closed"
                        raise BuildError(msg)
                    process = place.process = _Process()
                process.prepare(self._function)
        return process

    def _bury(self, place: _Place, process: _Process) -> None:
        """End a process that died, and say so: once, whoever finds it."""
        with place.starting:
            if place.process is not process:
                return
            status = process.end()
            with self._lock:
                place.process = None
                if not self._closed:
                    _log.warning("a worker process died (status %d): its task is run again", status)


class _Place:
    """Where a process is, and its successor if it dies."""

    def __init__(self) -> None:
        self.starting = threading.Lock()
        self.process: _Process | None = None


class _DiedError(Exception):
    """A process died; ``to_blame`` tells whether it was at the task that was asked of it."""

    def __init__(self, *, to_blame: bool) -> None:
        super().__init__()
        self.to_blame = to_blame


class _Process:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._answering = threading.Condition()
        self._asked = self._answered = 0
        self._dead = False
        self._pipe, theirs = Pipe()
        with theirs:
            code = _SERVE.format(
                path=sys.path, module="mangaxr.build.scheduling.worker", handle=theirs.fileno()
            )
            self._process = subprocess.Popen(
                [os.fsdecode(spawn.get_executable() or sys.executable), "-c", code],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_ONE_THREAD},
                process_group=0,  # Ctrl-C is for this process, which then ends the others
            )

    def prepare(self, function: bytes) -> None:
        """Send the function; wait until the process has imported what it needs.

        Raises
        ------
        BuildError
            If it cannot.
        """
        try:
            good, error = self.ask(function)
        except _DiedError as gone:
            msg = (
                f"a worker process ended before it began (exit status {self.end()}): "
                f"build with one worker"
            )
            raise BuildError(msg) from gone
        if not good:
            raise error

    def ask(self, content: bytes) -> tuple[bool, Any]:
        """Send something and return the answer: whether it went well, and the result.

        Raises
        ------
        _DiedError
            If there is none.
        """
        with self._asking:
            turn = self._asked
            try:
                self._pipe.send_bytes(content)
            except OSError:
                raise self._died(turn) from None
            self._asked += 1
        with self._answering:
            self._answering.wait_for(lambda: self._dead or self._answered == turn)
            if self._dead:
                raise self._died(turn)
            try:
                answer = self._pipe.recv_bytes()
            except (EOFError, OSError):
                raise self._died(turn) from None
            self._answered += 1
            self._answering.notify_all()
        good, value = pickle.loads(answer)
        return good, value

    def _died(self, turn: int) -> _DiedError:
        """Tell all who wait; the first in line had the task that was in work."""
        with self._answering:
            self._dead = True
            self._answering.notify_all()
            return _DiedError(to_blame=turn == self._answered)

    def end(self) -> int:
        """Kill the process, if it still lives, and return its exit status."""
        self._process.kill()
        try:
            return self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it hangs in the system, on a lost disk for one
            return -signal.SIGKILL
