"""What runs in a worker process: a function, called on one task after another."""

from __future__ import annotations

import pickle
import traceback
from multiprocessing.connection import Connection
from typing import Any

from mangaxr.errors import BuildError

__all__ = ["PICKLE_PROTOCOL", "serve"]

PICKLE_PROTOCOL = pickle.HIGHEST_PROTOCOL
"""Both ends are of the same Python."""


def serve(handle: int) -> None:
    """Answer what comes through a pipe until its other end is closed.

    The first message is the pickled function, all others are pickled tasks. Each answer is
    a pickled pair: True and the result, or False and the exception.
    """
    with Connection(handle) as pipe:
        try:
            function = _load(pipe)
            if function is None:
                return
            while True:
                pipe.send_bytes(_answer(function, pipe.recv_bytes()))
        except (EOFError, ConnectionError):
            return  # the other end is gone: so are we


def _load(pipe: Connection) -> Any:
    """Receive the function; None if it cannot be had."""
    content = pipe.recv_bytes()
    try:
        function = pickle.loads(content)
    except Exception as error:  # noqa: BLE001  # it is told to the other end
        reason = BuildError(f"a worker process cannot load what it is to do ({error})")
        pipe.send_bytes(_pack(good=False, value=reason))
        return None
    pipe.send_bytes(_pack(good=True, value=None))
    return function


def _answer(function: Any, content: bytes) -> bytes:
    try:
        return _pack(good=True, value=function(pickle.loads(content)))
    except Exception as error:  # noqa: BLE001  # it is raised at the other end
        error.add_note(f"In a worker process:\n{traceback.format_exc()}")
        try:
            content = _pack(good=False, value=error)
            pickle.loads(content)
        except Exception:  # noqa: BLE001  # one that does not pickle: its words do
            reason = BuildError(f"in a worker process: {type(error).__name__}: {error}")
            return _pack(good=False, value=reason)
        return content


def _pack(*, good: bool, value: Any) -> bytes:
    return pickle.dumps((good, value), protocol=PICKLE_PROTOCOL)
