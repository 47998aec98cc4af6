"""Worker processes, each at the service of one thread of this process.

A thread hands its process one task at a time over a pipe and waits for the answer. So it is
known which task was in work when a process died, and nothing but that task is run again.
The processes are started afresh: they share no locks with this one, and do not import the
user's script, which therefore needs no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

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

__all__ = ["DIED", "TRIES", "Processes"]

_log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

DIED = "the process that worked on it died"
"""The reason for which a galaxy fails that kills its process."""

TRIES = 3
"""Processes that one task may kill before it is given up."""

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Environment of the workers: the processes fill the cores, not threads of each of them."""

_SERVE = "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({handle})"

_SECONDS_TO_END = 5.0


class Processes(Generic[Task, Result]):
    """A process for every thread that calls it; started by the first call of each."""

    def __init__(
        self,
        function: Callable[[Task], Result],
        *,
        on_death: Callable[[Task], Result] | None = None,
    ) -> None:
        self._function = pickle.dumps(function, protocol=PICKLE_PROTOCOL)
        self._on_death = on_death
        self._of_thread = threading.local()
        self._living: set[_Process] = set()
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
        for _ in range(TRIES):
            process = self._process()
            try:
                good, value = process.ask(content)
            except (EOFError, OSError):
                self._bury(process)
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
            living = list(self._living)
        for process in living:
            process.end()

    def _process(self) -> _Process:
        process: _Process | None = getattr(self._of_thread, "process", None)
        if process is None:
            with self._lock:
                if self._closed:
                    msg = "worker processes: are closed"
                    raise BuildError(msg)
                process = _Process()
                self._living.add(process)
            process.prepare(self._function)
            self._of_thread.process = process
        return process

    def _bury(self, process: _Process) -> None:
        status = process.end()
        self._of_thread.process = None
        with self._lock:
            self._living.discard(process)
            if not self._closed:
                _log.warning("a worker process died (status %d): its task is run again", status)


class _Process:
    """One process and the pipe to it."""

    def __init__(self) -> None:
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
        except (EOFError, OSError) as gone:
            msg = (
                f"a worker process ended before it began (exit status {self.end()}): "
                f"build with one worker"
            )
            raise BuildError(msg) from gone
        if not good:
            raise error

    def ask(self, content: bytes) -> tuple[bool, Any]:
        """Send something and return the answer: whether it went well, and the result."""
        self._pipe.send_bytes(content)
        good, value = pickle.loads(self._pipe.recv_bytes())
        return good, value

    def end(self) -> int:
        """Kill the process, if it still lives, and return its exit status."""
        self._process.kill()
        try:
            return self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it hangs in the system, on a lost disk for one
            return -signal.SIGKILL
