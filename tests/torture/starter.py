"""A process that has imported everything and forks one command line of mangaxr after another.

So a build is running a few milliseconds after it was asked for, and hundreds of them can be
killed in minutes. It takes lines of JSON: what to run, answered by the number of the
process; then anything, answered by its exit status once it has ended.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from typing import Any

import dask.array
from torture.faulting.system import Refusing

import mangaxr.cli.build  # all of this is imported here, so that no child has to
import mangaxr.store.reader
from mangaxr.build import journal, run
from mangaxr.build.scheduling import order
from mangaxr.cli import main as run_command_line
from mangaxr.store import layout

__all__ = ["CRASHED"]

CRASHED = 70
"""Exit status of a command that ended with an exception, which the command line never does."""

_NO_PROCESSES = 1_000_000

_IMPORTED = (dask.array, mangaxr.cli.build, mangaxr.store.reader, run)


def _serve() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only what the command line does is judged
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_run(json.loads(line)))
        os.setpgid(child, child)
        print(child, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(request: dict[str, Any]) -> int:
    """Run the command in the child; what it prints goes to a file."""
    os.setpgid(0, 0)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for handle in (1, 2):
        os.dup2(log, handle)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    layout.SLAB = request["slab"]
    order.PROCESSES_FROM = 1 if request["processes"] else _NO_PROCESSES
    if not request["swap"]:
        journal.exchange = lambda *_: False
    if request["file_size"]:
        limits = request["file_size"], resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    sys.argv = ["mangaxr", *request["words"]]
    try:
        with Refusing.of(request["refuse"]) as refusing:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            run_command_line()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001  # the finding is what it is
        traceback.print_exc()
        status = CRASHED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    if request["refuse"]:
        with open(f"{request['log']}.calls", "w", encoding="utf-8") as file:
            json.dump({"refused": refusing.refused, "calls": refusing.calls}, file)
    return status


if __name__ == "__main__":
    _serve()
