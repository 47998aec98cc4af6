"""Connecting to a running cluster of dask.distributed."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mangaxr.errors import BuildError, MissingDependencyError

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["check_client", "connect", "import_distributed"]

_SECONDS_TO_ANSWER = 5.0

_GREETINGS = 5
"""How often to ask a scheduler whose greeting came together with news for other clients."""

# Anything else would keep the client waiting for much longer than that.
_ADDRESS = re.compile(r"((tcp|tls|ws|wss|ucx)://)?[^/\s]+:\d{1,5}")


@contextmanager
def connect(scheduler: str | None) -> Iterator[Client | None]:
    """Give out a client of the scheduler at an address, or None for no address.

    Parameters
    ----------
    scheduler
        Such as ``tcp://HOST:PORT``.

    Raises
    ------
    BuildError
        If it is no address, or no scheduler answers there within a few seconds, or only
        with news that are not for this client.
    MissingDependencyError
        If dask.distributed is not installed.
    """
    if scheduler is None:
        yield None
        return
    client = _client_of(scheduler)
    try:
        yield client
    finally:
        client.close()


def _client_of(scheduler: str) -> Client:
    """Return a client of the scheduler at an address."""
    kind = _kind_of_client()
    if not _ADDRESS.fullmatch(scheduler):
        msg = f"{scheduler}: not the address of a dask scheduler such as tcp://HOST:8786"
        raise BuildError(msg)
    for _ in range(_GREETINGS):
        try:
            return kind(scheduler, timeout=_SECONDS_TO_ANSWER, set_as_default=False, name="mangaxr")
        except AssertionError:
            continue
        except (OSError, ValueError) as error:
            msg = f"{scheduler}: no dask scheduler answers there: start one, or correct the address"
            raise BuildError(msg) from error
    msg = f"{scheduler}: the dask scheduler is too busy with other clients: try again"
    raise BuildError(msg)


def _kind_of_client() -> type[Client]:
    """Return a Client that is closed if it is not greeted properly.

    A scheduler tells all its clients what one of them cancels. If it does so at the moment
    in which it greets a new one, that takes the two messages in one for a mistake: a bare
    AssertionError of `distributed.Client._ensure_connected`, which leaves the client half
    open. The garbage collector would close it later, and can wait forever for its thread.
    """
    base: Any = import_distributed().Client

    class Client(base):  # type: ignore[misc]  # known only once distributed is imported
        def start(self, **kwargs: Any) -> None:
            try:
                super().start(**kwargs)
            except AssertionError:
                self.close()
                raise

    return Client


def check_client(client: Client) -> None:
    """Make sure that a client can be used.

    Raises
    ------
    MissingDependencyError
        If dask.distributed is not installed.
    BuildError
        If it is no client, asynchronous, or not connected.
    """
    distributed = import_distributed()
    if not isinstance(client, distributed.Client) or client.asynchronous:
        msg = f"client = {client!r}: expected a dask.distributed.Client that is not asynchronous"
        raise BuildError(msg)
    if client.status != "running":
        msg = f"client = {client!r}: is {client.status}: expected one that is connected"
        raise BuildError(msg)


def import_distributed() -> Any:
    """Import dask.distributed.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        msg = "clusters need dask.distributed: pip install 'mangaxr[distributed]'"
        raise MissingDependencyError(msg) from error
