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
        If it is no address, or no scheduler answers there within a few seconds.
    MissingDependencyError
        If dask.distributed is not installed.
    """
    if scheduler is None:
        yield None
        return
    distributed = import_distributed()
    if not _ADDRESS.fullmatch(scheduler):
        msg = f"{scheduler}: not the address of a dask scheduler such as tcp://HOST:8786"
        raise BuildError(msg)
    try:
        client = distributed.Client(
            scheduler, timeout=_SECONDS_TO_ANSWER, set_as_default=False, name="mangaxr"
        )
    except (OSError, ValueError) as error:
        msg = f"{scheduler}: no dask scheduler answers there: start one, or correct the address"
        raise BuildError(msg) from error
    try:
        yield client
    finally:
        client.close()


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
