"""One request for one file: what it brings is appended to the ``.part``.

Source: RFC 9110, sections 14 (Range, Content-Range), 15.3.7 (206) and 15.5.17 (416).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests
import urllib3

from mangaxr.errors import CorruptFileError, DownloadError
from mangaxr.sas.answers import (
    LARGEST,
    TransferError,
    answer_to,
    check_status,
    has_changed,
    part_of,
    version_of,
    words_of,
)
from mangaxr.sas.partial import Partial
from mangaxr.sas.retry import Patience
from mangaxr.sas.verify import check_start

__all__ = ["OnBytes", "transfer"]

_PIECE = 1 << 17

OnBytes = Callable[[int], None]


def transfer(
    session: requests.Session,
    url: str,
    partial: Partial,
    *,
    patience: Patience,
    stop: threading.Event,
    on_bytes: OnBytes,
) -> None:
    """Ask for a file, or for the rest of it, until it is complete.

    Parameters
    ----------
    session
        Of `new_session`.
    url
        Of the file.
    partial
        What is there already; it grows by what arrives.
    patience
        For how long to wait for the connection and for the next bytes.
    stop
        When set, no more is read.
    on_bytes
        Called with the number of bytes, as they arrive.

    Raises
    ------
    TransferError
        If the file is not complete afterwards.
    DownloadError
        If it was stopped.
    """
    headers = {}
    if not partial.version.can_be_continued:
        partial.discard()  # bytes of nobody knows which version
    if partial.size:
        headers = {"Range": f"bytes={partial.size}-", "If-Range": partial.version.validator}
    with answer_to(session, url, headers, patience) as answer:
        if answer.status_code == 416:
            partial.discard()
            reason = "the file has changed on the server (416): started anew"
            raise TransferError(reason, again=True)
        check_status(answer)
        if answer.status_code == 206:
            limit = _check_continuation(answer, partial)
        else:
            partial.begin(version_of(answer))
            limit = partial.version.size if partial.version.size >= 0 else LARGEST
        _receive(answer, partial, limit=limit, stop=stop, on_bytes=on_bytes)
    if partial.size < partial.version.size:
        reason = f"the answer ended after {partial.size} of {partial.version.size} bytes"
        raise TransferError(reason, again=True)


def _check_continuation(answer: requests.Response, partial: Partial) -> int:
    """Make sure that a 206 continues the bytes that are there.

    A server may send less than all of the rest (RFC 9110, 15.3.7), but from there on.

    Returns
    -------
    int
        Where in the file the answer ends.

    Raises
    ------
    TransferError
        If it does not; what is there is forgotten, as it may be of another version.
    """
    part, size, version = part_of(answer), partial.size, partial.version
    fits = part is not None and (part.start, part.size) == (size, version.size)
    if part is None or not size or not fits or has_changed(answer, version):
        partial.discard()
        given = answer.headers.get("Content-Range") or "no Content-Range"
        reason = f"the server sent another part than asked for ({given}): started anew"
        raise TransferError(reason, again=True)
    return min(part.end, version.size)


def _receive(
    answer: requests.Response,
    partial: Partial,
    *,
    limit: int,
    stop: threading.Event,
    on_bytes: OnBytes,
) -> None:
    """Append the body of an answer, as it arrives, up to ``limit`` bytes of the file.

    Raises
    ------
    TransferError
        If the connection breaks, or the body is not the file's.
    DownloadError
        If it was stopped.
    """
    try:
        while piece := answer.raw.read1(_PIECE, decode_content=False):
            if partial.size == 0:
                check_start(partial.final.name, piece)
            partial.append(piece)
            on_bytes(len(piece))
            if partial.size > limit:
                partial.discard()
                reason = f"the server sent more than the {limit} bytes that it was to send"
                raise TransferError(reason, again=True)
            if stop.is_set():
                msg = f"{partial.final}: interrupted"
                raise DownloadError(msg)
    except DownloadError:  # stopped, or the disk is full: nothing of the server's
        raise
    except CorruptFileError as error:
        partial.discard()
        raise TransferError(str(error), again=True) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TransferError(words_of(error), again=True) from error
