"""Builds on a real cluster of two worker processes."""

from __future__ import annotations

import importlib
import json
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import hard_tasks
import pytest
import xarray as xr

import mangaxr
from mangaxr.build import quality, remote, run
from mangaxr.build.report import Progress
from mangaxr.build.scheduling import cluster, waiting
from mangaxr.build.scheduling import connect as connecting
from mangaxr.build.scheduling.connect import connect
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.build.scheduling.processes import DIED
from mangaxr.cli import main
from mangaxr.errors import BuildError, CorruptFileError, MissingDependencyError
from mangaxr.store import layout
from mangaxr.synthetic import SurveyFiles

distributed = pytest.importorskip("distributed")

Digest = Callable[[Path], dict[str, bytes]]

pytestmark = pytest.mark.usefixtures("small_slabs")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Return a client of two worker processes, which are started anew when they die."""
    import dask

    # A worker that takes long to start again, on a busy machine, is not to be replaced.
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "60s"}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def _quick_to_suspect(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one dead worker be enough to suspect a task; the default of four takes long."""
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)


OTHER_PROCESS = """
from distributed import LocalCluster

with LocalCluster(
    n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
) as cluster:
    print(cluster.scheduler_address, flush=True)
    input()
"""


@pytest.fixture
def other_process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Return a process that holds a whole cluster, and the address of its scheduler."""
    path = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def test_a_cluster_writes_the_same_bytes(
    client: Any, small: SurveyFiles, tmp_path: Path, reference: dict[str, bytes], contents: Digest
) -> None:
    """A build by two workers, told slab by slab, is byte for byte that of one process."""
    told: list[Progress] = []
    store = tmp_path / "t.zarr"
    report = mangaxr.build_store(store, small.root, npix=32, client=client, progress=told.append)
    assert (report.done, report.resumed) == (7, 0)
    assert contents(store) == reference
    assert told[0].done == 0
    assert client.futures == {}
    assert sorted(b.done - a.done for a, b in pairwise(told)) == [1, 3, 3]


def test_files_and_stores_may_be_named_from_here(
    client: Any,
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paths that are relative to this process, not to the workers, are understood."""
    monkeypatch.chdir(tmp_path)
    files = [os.path.relpath(file) for file in small.maps]
    mangaxr.build_store("t.zarr", files, npix=32, client=client)
    assert contents(tmp_path / "t.zarr") == reference


def _kill_a_busy_worker(client: Any) -> int:
    """Kill a worker that has a slab in work; return its process."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        busy = [address for address, tasks in client.processing().items() if tasks]
        if busy:
            pid = client.run(os.getpid, workers=busy[:1])[busy[0]]
            os.kill(pid, signal.SIGKILL)
            return int(pid)
        time.sleep(0.01)
    pytest.fail("no worker is at work")


def test_a_worker_that_is_killed_changes_nothing(
    client: Any,
    small: SurveyFiles,
    tmp_path: Path,
    contents: Digest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of two workers is killed midway: the same rows and bytes as of a serial build."""
    monkeypatch.setattr(layout, "SLAB", 1)
    mangaxr.build_store(tmp_path / "serial.zarr", small.root, npix=32)
    monkeypatch.setattr(run, "build_galaxy", hard_tasks.slow_galaxy)
    client.wait_for_workers(2)
    before = set(client.run(os.getpid).values())
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.done == 2:
            killed.append(_kill_a_busy_worker(client))

    store = tmp_path / "t.zarr"
    report = mangaxr.build_store(store, small.root, npix=32, client=client, progress=kill)
    assert set(killed) < before
    assert report.failures == {}
    assert contents(store) == contents(tmp_path / "serial.zarr")


def test_a_table_of_quality_survives_a_worker_that_is_killed(
    client: Any, small: SurveyFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two workers is killed midway: the same table, to the bit, as of one process."""
    serial = mangaxr.compute_quality(small.root)
    monkeypatch.setattr(quality, "measure_galaxy", hard_tasks.slow_row)
    client.wait_for_workers(2)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.done == 2:
            killed.append(_kill_a_busy_worker(client))

    table = mangaxr.compute_quality(small.root, client=client, progress=kill)
    assert len(killed) == 1
    xr.testing.assert_identical(table, serial)


@pytest.mark.usefixtures("_quick_to_suspect")
def test_a_galaxy_that_kills_its_workers_becomes_a_failed_row(
    client: Any, small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails with that as the reason; those that share its slab are built."""
    monkeypatch.setattr(run, "build_galaxy", hard_tasks.deadly_galaxy)
    report = mangaxr.build_store(tmp_path / "t.zarr", small.maps[:4], npix=8, client=client)
    assert report.failures == {"8001-1901": DIED}
    assert report.done == 3


def test_rows_of_many_tasks_come_in_order(client: Any) -> None:
    """Batches on the cluster give the same list as one worker here."""
    results = list(run_in_order(operator.neg, range(1500), client=client))
    assert results == [-n for n in range(1500)]


@pytest.mark.usefixtures("_quick_to_suspect")
def test_a_task_that_kills_its_workers_is_found_among_its_batch(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others of its batch have their results; it has what the caller puts in its place."""
    monkeypatch.setattr(cluster, "_BATCHES", 2)
    deadly = partial(hard_tasks.die_at, deadly=2)
    results = run_in_order(deadly, range(8), client=client, on_death=lambda task: -task)
    assert list(results) == [0, 10, -2, 30, 40, 50, 60, 70]


def test_an_error_on_the_cluster_ends_the_build(
    client: Any, small: SurveyFiles, tmp_path: Path
) -> None:
    """With on_error="raise" the error of the galaxy comes out, and nothing runs on."""
    bad = tmp_path / small.maps[0].name
    bad.write_bytes(b"")
    with pytest.raises(CorruptFileError, match="the file is empty"):
        mangaxr.build_store(
            tmp_path / "t.zarr", [bad, *small.maps[1:]], npix=8, client=client, on_error="raise"
        )


def test_storage_that_is_not_shared_is_said(client: Any, tmp_path: Path) -> None:
    """A worker that does not see the store says so, and on which machine."""
    place = remote.Place(tmp_path / "nowhere", "", remote.__version__)
    with pytest.raises(BuildError, match="storage that all workers share"):
        client.submit(place.check).result()


def test_a_slab_of_an_earlier_build_is_not_written_into_a_later_one(tmp_path: Path) -> None:
    """A worker that was given up for lost finds another plan, or version, and stops."""
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(BuildError, match="another build has begun"):
        remote.Place(tmp_path, "other", remote.__version__).check()
    with pytest.raises(BuildError, match=r"expected 0\.0\.0"):
        remote.Place(tmp_path, "other", "0.0.0").check()


def test_a_cluster_that_is_gone_leaves_a_build_that_can_go_on(
    small: SurveyFiles,
    tmp_path: Path,
    reference: dict[str, bytes],
    contents: Digest,
    other_process: tuple[subprocess.Popen[str], str],
) -> None:
    """The cluster is killed in the middle: one clear error, and what was done is kept."""
    process, address = other_process
    store = tmp_path / "t.zarr"

    def end(progress: Progress) -> None:
        if progress.done:
            process.kill()

    with connect(address) as client:
        with pytest.raises(BuildError, match="connection to the scheduler is lost"):
            mangaxr.build_store(store, small.root, npix=32, client=client, progress=end)
        with pytest.raises(BuildError, match="expected one that is connected"):
            mangaxr.build_store(store, small.root, npix=32, client=client)
    report = mangaxr.build_store(store, small.root, npix=32)
    assert report.resumed in (1, 3)
    assert contents(store) == reference


def test_a_cluster_without_workers_is_given_up(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute without any worker the build ends with an error; a second, in this test."""
    monkeypatch.setattr(waiting, "_PATIENCE", 1.0)
    monkeypatch.setattr(waiting, "_LOOK_EVERY", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        connect(empty.scheduler_address) as client,
        pytest.raises(BuildError, match="has had no worker for 1 s"),
    ):
        mangaxr.build_store(tmp_path / "t.zarr", small.root, npix=8, client=client)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "tcp://no.such.host:8786"])
def test_an_address_where_nobody_answers_is_an_error_within_seconds(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the address."""
    monkeypatch.setattr(connecting, "_SECONDS_TO_ANSWER", 0.5)
    with (
        pytest.raises(BuildError, match=f"{address}: no dask scheduler answers there"),
        connect(address),
    ):
        pytest.fail("there is nothing to connect to")


@pytest.fixture
def interrupt_greetings(client: Any) -> Iterator[Callable[[int], list[str]]]:
    """Return what lets a scheduler greet so many clients together with news of another one."""
    added: list[str] = []

    def begin(times: int) -> list[str]:
        class News(distributed.SchedulerPlugin):  # type: ignore[misc]
            def add_client(self, scheduler: Any, client: str) -> None:
                added.append(client)
                if len(added) <= times:
                    news = {"op": "cancelled-keys", "keys": ["of another client"]}
                    scheduler.loop.add_callback(scheduler.report, news)

        client.sync(_add_plugin, client.cluster.scheduler, News())
        return added

    yield begin
    client.sync(_remove_plugin, client.cluster.scheduler)


async def _add_plugin(scheduler: Any, plugin: Any) -> None:
    scheduler.add_plugin(plugin, name="news")


async def _remove_plugin(scheduler: Any) -> None:
    scheduler.remove_plugin("news")


def test_a_scheduler_that_is_busy_with_others_is_asked_again(
    client: Any, interrupt_greetings: Callable[[int], list[str]]
) -> None:
    """Another client cancels its work at the moment in which this one is greeted, twice."""
    added = interrupt_greetings(2)
    with connect(client.scheduler.address) as greeted:
        assert greeted is not None
        assert greeted.submit(operator.neg, 1).result() == -1
    assert len(added) == 3


def test_a_scheduler_that_is_never_done_with_others_is_given_up(
    client: Any, interrupt_greetings: Callable[[int], list[str]]
) -> None:
    """The error names the address, and says what to do."""
    added = interrupt_greetings(1000)
    address = client.scheduler.address
    with (
        pytest.raises(BuildError, match=f"{address}: .*busy with other clients: try again"),
        connect(address),
    ):
        pytest.fail("it was never greeted")
    assert len(added) == 5


@pytest.mark.parametrize("address", ["here", "tcp://host", "http://host:8786", "host:port", ""])
def test_what_is_no_address_is_an_error_at_once(address: str) -> None:
    """The error says what an address looks like, and nobody tries to reach it."""
    with pytest.raises(BuildError, match="such as tcp://HOST:8786"), connect(address):
        pytest.fail("there is nothing to connect to")


def test_a_cluster_that_lacks_mangaxr_is_told_to_install_it(client: Any) -> None:
    """What the scheduler or a worker cannot import is an error in one line."""

    class Lost:
        def __reduce__(self) -> Any:
            return importlib.import_module, ("mangaxr.no_such_module",)

        def __call__(self, task: int) -> int:
            return task

    with pytest.raises(BuildError, match=r"No module named .*: install mangaxr") as caught:
        list(run_in_order(Lost(), range(3), client=client))
    assert "\n" not in str(caught.value)


def test_the_command_line_builds_on_a_cluster(
    client: Any,
    small: SurveyFiles,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`mangaxr build --scheduler` connects to it, builds there, and leaves it running."""
    store, address = tmp_path / "t.zarr", client.scheduler.address
    words = ["build", store, small.root, "--npix", "8", "--scheduler", address, "--json"]
    monkeypatch.setattr(sys, "argv", ["mangaxr", *map(str, words)])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert json.loads(capsys.readouterr().out)["done"] == len(small.galaxies)
    assert client.submit(operator.neg, 1).result() == -1


def test_a_client_that_is_none_is_refused(small: SurveyFiles, tmp_path: Path) -> None:
    """An address in the place of a client is an error that says what is expected."""
    with pytest.raises(BuildError, match=r"expected a dask\.distributed\.Client"):
        mangaxr.build_store(tmp_path / "t.zarr", small.root, client="tcp://x:1")  # type: ignore[arg-type]


def test_without_dask_distributed_the_error_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The optional dependency is named with the command that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MissingDependencyError, match=r"pip install 'mangaxr\[distributed\]'"),
        connect("tcp://127.0.0.1:1"),
    ):
        pytest.fail("there is nothing to connect with")
