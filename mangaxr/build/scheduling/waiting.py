"""Waiting for futures of a cluster that may lose its workers, or be lost itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from mangaxr._version import __version__
from mangaxr.errors import BuildError, one_line

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["give_up", "result_of", "wait_for_all", "wait_for_one"]

_LOOK_EVERY = 2.0
"""Seconds between looks at whether the cluster is still there."""

_PATIENCE = 60.0
"""Seconds without any worker after which nothing more is hoped for."""


def wait_for_one(futures: Sequence[Future], client: Client) -> list[Future]:
    """Wait until some of the futures are done, and return those.

    Raises
    ------
    BuildError
        If the connection to the scheduler is lost, or there is no worker for a minute.
    """
    from distributed import wait

    last_seen = time.monotonic()
    while True:
        with _connected(client):
            try:
                with client.as_current():  # or it would wait in the name of another client
                    done = wait(futures, _LOOK_EVERY, return_when="FIRST_COMPLETED").done
                return [future for future in futures if future in done]
            except TimeoutError:
                if client.nthreads():
                    last_seen = time.monotonic()
        if time.monotonic() - last_seen > _PATIENCE:
            raise _no_worker(client)


def wait_for_all(futures: Sequence[Future], client: Client) -> None:
    """Wait until all futures are done; errors as of `wait_for_one`."""
    rest = list(futures)
    while rest:
        done = set(wait_for_one(rest, client))
        rest = [future for future in rest if future not in done]


def result_of(future: Future) -> Any:
    """Return the result of a future that is done, and let go of it; None if it killed its workers.

    Raises
    ------
    BuildError
        If the cluster is gone, or lacks mangaxr.
    Exception
        Whatever the task raised.
    """
    try:
        return _wait_for_result(future)
    finally:
        # At once: a result that is still wanted is worked out again when its worker dies.
        future.release()


def _wait_for_result(future: Future) -> Any:
    from distributed import KilledWorker

    client = future.client
    while True:
        with _connected(client):
            try:
                return future.result(timeout=_PATIENCE)
            except KilledWorker:
                return None
            except TimeoutError:
                if future.status == "error":
                    raise  # the task's own
                # A result that died with its worker is worked out again, if there is another.
                if not client.nthreads():
                    raise _no_worker(client) from None
            except RuntimeError as error:
                if "deserializ" not in str(error):
                    raise  # the task's own
                raise _not_installed(client, error) from error


def give_up(futures: Iterable[Future]) -> None:
    """Cancel futures, as far as there is still somebody to tell."""
    from distributed.comm import CommClosedError

    with suppress(CommClosedError, RuntimeError):
        for future in futures:
            future.cancel()


@contextmanager
def _connected(client: Client) -> Iterator[None]:
    """Say in one line that the connection to the scheduler is gone."""
    from distributed.comm import CommClosedError

    try:
        yield
    except (CancelledError, CommClosedError) as error:
        msg = (
            f"{_address(client)}: the connection to the scheduler is lost: repeat the command "
            f"when it is back, which goes on from here"
        )
        raise BuildError(msg) from error


def _no_worker(client: Client) -> BuildError:
    msg = (
        f"{_address(client)}: has had no worker for {_PATIENCE:.0f} s: start workers and repeat "
        f"the command, which goes on from here"
    )
    return BuildError(msg)


def _not_installed(client: Client, error: RuntimeError) -> BuildError:
    reason = one_line(error.__cause__ or error)
    msg = (
        f"{_address(client)}: cannot load what it is to do ({reason}): install mangaxr "
        f"{__version__} where scheduler and workers run"
    )
    return BuildError(msg)


def _address(client: Client) -> str:
    return client.scheduler.address if client.scheduler else "cluster"
