"""One function over many tasks: in order, wherever they run, and whatever dies."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import hard_tasks
import pytest

from mangaxr.build.scheduling import order
from mangaxr.build.scheduling.order import PROCESSES_FROM, run_in_order
from mangaxr.build.scheduling.processes import DIED
from mangaxr.errors import BuildError

Digest = Callable[[Path], dict[str, bytes]]

MANY = range(PROCESSES_FROM)
FEW = range(5)

# A worker process that dies is told to the log.
pytestmark = pytest.mark.usefixtures("caplog")


@pytest.fixture
def in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few tasks be done in processes too."""
    monkeypatch.setattr(order, "PROCESSES_FROM", 1)


@pytest.mark.parametrize("tasks", [range(0), range(1), FEW, MANY], ids=len)
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(tasks: range, workers: int) -> None:
    """None, one, few or many tasks, one worker or several: the same list."""
    results = list(run_in_order(operator.neg, tasks, workers=workers))
    assert results == [-task for task in tasks]


def test_few_tasks_stay_in_this_process_and_many_leave_it() -> None:
    """One worker works here, few tasks are for threads, many for other processes."""
    here = os.getpid()
    alone = list(run_in_order(hard_tasks.process_of, [0.0] * 3))
    few = list(run_in_order(hard_tasks.process_of, [0.01] * 5, workers=2))
    many = list(run_in_order(hard_tasks.process_of, [0.01] * PROCESSES_FROM, workers=2))
    assert {(pid, main) for pid, _, main in alone} == {(here, True)}
    assert {(pid, main) for pid, _, main in few} == {(here, False)}
    assert here not in {pid for pid, _, _ in many}
    assert len({pid for pid, _, _ in many}) == 2


@pytest.mark.usefixtures("in_processes")
def test_an_error_is_raised_when_its_turn_comes() -> None:
    """What a task raises in another process is raised here, after the results before it."""
    results = run_in_order(int, ["1", "2", "x", "4"], workers=2)
    assert [next(results), next(results)] == [1, 2]
    with pytest.raises(ValueError, match="'x'") as caught:
        next(results)
    assert "In a worker process" in caught.value.__notes__[0]


@pytest.mark.usefixtures("in_processes")
def test_an_error_that_cannot_travel_arrives_in_words() -> None:
    """An exception that pickle cannot restore becomes a BuildError with its name and text."""
    with pytest.raises(BuildError, match="Awkward: 3 is not 3"):
        list(run_in_order(hard_tasks.awkward, FEW, workers=2))


@pytest.mark.usefixtures("in_processes")
def test_a_function_that_workers_cannot_import_is_an_error_in_one_line() -> None:
    """A function of no module that the processes could import is named in the error."""
    function = partial(operator.neg)
    lost = type("Lost", (), {"__reduce__": lambda self: (operator.attrgetter("x"), (function,))})()
    with pytest.raises(BuildError, match="cannot load what it is to do"):
        list(run_in_order(lost, FEW, workers=2))


@pytest.mark.usefixtures("in_processes")
def test_a_process_that_dies_costs_only_the_task_in_work(tmp_path: Path) -> None:
    """Every second task kills its process once; all results are there, in order."""
    function = partial(hard_tasks.die_once, folder=tmp_path)
    assert list(run_in_order(function, FEW, workers=2)) == [0, 10, 20, 30, 40]
    assert sorted(mark.name for mark in tmp_path.iterdir()) == ["0", "2", "4"]


@pytest.mark.usefixtures("in_processes")
def test_a_task_that_always_kills_its_process_is_given_up() -> None:
    """It is an error that names the task, or what the caller wants to have in its place."""
    deadly = partial(hard_tasks.die_at, deadly=2)
    with pytest.raises(BuildError, match=f"2: {DIED}, 3 times"):
        list(run_in_order(deadly, FEW, workers=2))
    results = run_in_order(deadly, FEW, workers=2, on_death=lambda task: -task)
    assert list(results) == [0, 10, -2, 30, 40]


@pytest.mark.usefixtures("in_processes")
def test_processes_that_cannot_start_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that ends at once is not waited for, and not tried for ever."""
    monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: "/bin/false")
    with pytest.raises(BuildError, match="ended before it began"):
        list(run_in_order(operator.neg, FEW, workers=2))


@pytest.mark.usefixtures("in_processes")
def test_closing_early_ends_the_processes_at_once() -> None:
    """No process is left, and none is waited for, when the results are no longer wanted."""
    results = run_in_order(hard_tasks.process_of, [0.0, 30.0, 30.0, 0.0], workers=2)
    pid, group, _ = next(results)
    assert group != os.getpgrp()  # so that Ctrl-C does not reach it
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.usefixtures("in_processes")
def test_processes_use_one_thread_each_and_this_one_is_left_alone() -> None:
    """The limit on the threads of BLAS is in the environment of the workers only."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    assert list(run_in_order(hard_tasks.threads_of_blas, [name] * 2, workers=2)) == ["1", "1"]
    assert os.environ.get(name) == before


SCRIPT = """
import sys
from mangaxr.build.scheduling import order

print("this script runs")
order.PROCESSES_FROM = 1
print(list(order.run_in_order(abs, [-1, -2, -3], workers=2)))
"""


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    """Worker processes do not run the user's script again."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env=_environment(), timeout=50
    )
    assert (done.stdout, done.stderr) == ("this script runs\n[1, 2, 3]\n", "")


STOPPED = """
import sys, hard_tasks
from contextlib import closing
from mangaxr.build.scheduling import order

order.PROCESSES_FROM = 1
tasks = [0.0, *[float(sys.argv[1])] * 9]
with closing(order.run_in_order(hard_tasks.process_of, tasks, workers=2)) as results:
    print(next(results)[0], flush=True)
    list(results)
"""


def _stop(how: signal.Signals, task: float) -> tuple[int, float]:
    """Stop a script while it works in processes; return one of these, and the seconds it took."""
    arguments = [sys.executable, "-c", STOPPED, str(task)]
    output = subprocess.PIPE
    with subprocess.Popen(
        arguments, stdout=output, stderr=output, text=True, env=_environment()
    ) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        began = time.monotonic()
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
    assert ("KeyboardInterrupt" in errors) is (how is signal.SIGINT)
    return worker, time.monotonic() - began


def test_ctrl_c_ends_at_once() -> None:
    """Neither the script nor its processes finish what they are at."""
    worker, seconds = _stop(signal.SIGINT, 50.0)
    assert seconds < 5
    assert _is_gone(worker, within=0)


def test_a_killed_script_leaves_no_process_behind() -> None:
    """A process whose parent is gone ends with the task that it is at."""
    worker, _ = _stop(signal.SIGKILL, 1.0)
    assert _is_gone(worker, within=10)


def _is_gone(pid: int, *, within: float) -> bool:
    """Say whether a process has ended, after some time at the latest."""
    until = time.monotonic() + within
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not Path(f"/proc/{pid}").exists()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
