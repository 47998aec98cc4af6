"""One request for one file: what it brings is appended to the ``.part``.

Source: RFC 9110, sections 13.1.5 (If-Range), 14 (Range, Content-Range), 15.3.7 (206) and
15.5.17 (416).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import requests
import urllib3

from mangaxr._version import __version__
from mangaxr.errors import CorruptFileError, DownloadError, one_line
from mangaxr.sas.partial import Partial, Version
from mangaxr.sas.retry import Patience, retry_after
from mangaxr.sas.verify import check_start

__all__ = ["USER_AGENT", "TransferError", "fetch_text", "new_session", "transfer"]

USER_AGENT = f"mangaxr/{__version__} (python-requests)"

_PIECE = 1 << 17
_BUSY = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be another one a little later."""
_GONE = (404, 410)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_LARGEST = 1 << 34
"""Bytes that no file of the survey has (16 GiB): who claims or sends more is not believed."""
_SETTLED = 60.0
"""Seconds after which a file that has changed cannot change within the same second."""

OnBytes = Callable[[int], None]


class TransferError(Exception):
    """A request that did not bring what was asked for.

    Parameters
    ----------
    reason
        What went wrong.
    again
        Whether the same request may succeed later.
    wait
        Seconds that the server asks to wait; None if it does not say.
    reached
        Whether the server was reached at all.
    """

    def __init__(
        self, reason: str, *, again: bool, wait: float | None = None, reached: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.wait = wait
        self.reached = reached


def new_session() -> requests.Session:
    """Return a session that asks for files as they are, and says who asks."""
    session = requests.Session()
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    return session


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
    with _answer(session, url, headers, patience) as answer:
        if answer.status_code == 416:
            partial.discard()
            reason = "the file has changed on the server (416): started anew"
            raise TransferError(reason, again=True)
        _check_status(answer)
        if answer.status_code == 206:
            limit = _check_continuation(answer, partial)
        else:
            partial.begin(_version(answer))
            limit = partial.version.size if partial.version.size >= 0 else _LARGEST
        _receive(answer, partial, limit=limit, stop=stop, on_bytes=on_bytes)
    if partial.size < partial.version.size:
        reason = f"the answer ended after {partial.size} of {partial.version.size} bytes"
        raise TransferError(reason, again=True)


def fetch_text(
    session: requests.Session, url: str, *, patience: Patience, limit: int
) -> str | None:
    """Fetch a small text, such as a listing; None if there is none, or it is too large."""
    try:
        with _answer(session, url, {}, patience) as answer:
            if answer.status_code != 200:
                return None
            content: bytes = answer.raw.read(limit + 1, decode_content=True)
    except (TransferError, urllib3.exceptions.HTTPError, OSError):
        return None
    return content.decode("utf-8", "replace") if len(content) <= limit else None


@contextmanager
def _answer(
    session: requests.Session, url: str, headers: dict[str, str], patience: Patience
) -> Iterator[requests.Response]:
    """Send a request and give out the answer, of which only the headers have been read."""
    timeout = (patience.connect, patience.read)
    try:
        answer = session.get(url, headers=headers, stream=True, timeout=timeout)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise TransferError(_words(error), again=True, reached=False) from error
    except ValueError as error:  # of a Location that is no URL, which requests lets through
        reason = f"the server's answer makes no sense ({error})"
        raise TransferError(reason, again=False) from error
    with answer:
        yield answer


def _check_status(answer: requests.Response) -> None:
    """Let only answers through that bring the file.

    Raises
    ------
    TransferError
        With what the server said.
    """
    status = answer.status_code
    if status in _GONE:
        reason = f"the server has no such file ({status}): check galaxy, release and DAPTYPE"
        raise TransferError(reason, again=False)
    if status not in (200, 206):
        words = f"the server answers {status} {answer.reason or ''}".rstrip()
        wait = retry_after(answer.headers.get("Retry-After"))
        raise TransferError(words, again=status in _BUSY, wait=wait)
    if answer.headers.get("Content-Type", "").lower().startswith("text/html"):
        reason = "the server sent a web page, not the file"
        raise TransferError(reason, again=True)


def _version(answer: requests.Response) -> Version:
    """Read off the headers which version of the file is coming.

    Raises
    ------
    TransferError
        If it cannot be that large.
    """
    length = answer.headers.get("Content-Length", "")
    modified = answer.headers.get("Last-Modified", "")
    size = int(length[:20]) if length.isdecimal() else -1
    if size > _LARGEST:
        reason = f"the server claims {size} bytes, which no file of the survey has"
        raise TransferError(reason, again=False)
    return Version(_validator(answer), size, modified)


def _validator(answer: requests.Response) -> str:
    """Return what If-Range may be given: a strong ETag, or a date that is long past.

    A file that was changed twice within the second of its date has the same date both
    times; RFC 9110 (8.8.2.2) asks for a minute between the change and the answer.
    """
    etag: str = answer.headers.get("ETag", "")
    if etag:
        return etag if etag.startswith('"') else ""
    modified: str = answer.headers.get("Last-Modified", "")
    try:
        age = parsedate_to_datetime(answer.headers["Date"]) - parsedate_to_datetime(modified)
    except (KeyError, ValueError, TypeError):
        return ""
    return modified if age.total_seconds() >= _SETTLED else ""


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
    given = answer.headers.get("Content-Range") or "no Content-Range"
    found = _CONTENT_RANGE.fullmatch(given)
    size, version = partial.size, partial.version
    expected = (str(size), str(version.size))
    if not size or found is None or (found[1], found[3]) != expected or _changed(answer, version):
        partial.discard()
        reason = f"the server sent another part than asked for ({given}): started anew"
        raise TransferError(reason, again=True)
    return min(int(found[2]) + 1, version.size)


def _changed(answer: requests.Response, version: Version) -> bool:
    """Whether a 206 is of another version, from a server that did not look at If-Range."""
    told = answer.headers.get("ETag")
    if told is not None:
        return bool(told != version.validator)
    told = answer.headers.get("Last-Modified")
    return told is not None and bool(told != version.last_modified)


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
        raise TransferError(_words(error), again=True) from error


def _words(error: Exception) -> str:
    """Say in a few words what went wrong with a connection."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ReadTimeout):
        return "the server does not answer"
    if isinstance(error, urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return "the connection stalled"
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "the connection broke"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate cannot be trusted"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection to the server"
    return one_line(error)
