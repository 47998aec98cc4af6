"""What a server answers, read with care: is it the file, which version, which part of it.

Source: RFC 9110, sections 13.1.5 (If-Range), 14 (Range, Content-Range), 15.3.7 (206).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import requests
import urllib3

from mangaxr._version import __version__
from mangaxr.errors import one_line
from mangaxr.sas.partial import Version
from mangaxr.sas.retry import Patience, retry_after

__all__ = [
    "LARGEST",
    "USER_AGENT",
    "Part",
    "TransferError",
    "answer_to",
    "check_status",
    "fetch_text",
    "has_changed",
    "new_session",
    "part_of",
    "version_of",
    "words_of",
]

USER_AGENT = f"mangaxr/{__version__} (python-requests)"

LARGEST = 1 << 34
"""Bytes that no file of the survey has (16 GiB): who claims or sends more is not believed."""

_BUSY = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be another one a little later."""
_GONE = (404, 410)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_SETTLED = 60.0
"""Seconds after which a file that has changed cannot change within the same second."""


class Part(NamedTuple):
    """A part of a file: its first byte, the one behind its last, and the size of the whole."""

    start: int
    end: int
    size: int


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


def fetch_text(
    session: requests.Session, url: str, *, patience: Patience, limit: int
) -> str | None:
    """Fetch a small text, such as a listing; None if there is none, or it is too large."""
    try:
        with answer_to(session, url, {}, patience) as answer:
            if answer.status_code != 200:
                return None
            content: bytes = answer.raw.read(limit + 1, decode_content=True)
    except (TransferError, urllib3.exceptions.HTTPError, OSError):
        return None
    return content.decode("utf-8", "replace") if len(content) <= limit else None


@contextmanager
def answer_to(
    session: requests.Session, url: str, headers: dict[str, str], patience: Patience
) -> Iterator[requests.Response]:
    """Send a request and give out the answer, of which only the headers have been read."""
    timeout = (patience.connect, patience.read)
    try:
        answer = session.get(url, headers=headers, stream=True, timeout=timeout)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise TransferError(words_of(error), again=True, reached=False) from error
    except ValueError as error:  # of a Location that is no URL, which requests lets through
        reason = f"the server's answer makes no sense ({error})"
        raise TransferError(reason, again=False) from error
    with answer:
        yield answer


def check_status(answer: requests.Response) -> None:
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


def version_of(answer: requests.Response) -> Version:
    """Read off the headers which version of the file is coming.

    Raises
    ------
    TransferError
        If it cannot be that large.
    """
    length = answer.headers.get("Content-Length", "")
    modified = answer.headers.get("Last-Modified", "")
    size = int(length[:20]) if length.isdecimal() else -1
    if size > LARGEST:
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


def part_of(answer: requests.Response) -> Part | None:
    """Return which part of the file a 206 says it brings; None if it does not say it."""
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return Part(int(found[1]), int(found[2]) + 1, int(found[3])) if found else None


def has_changed(answer: requests.Response, version: Version) -> bool:
    """Whether a 206 is of another version, from a server that did not look at If-Range."""
    told = answer.headers.get("ETag")
    if told is not None:
        return bool(told != version.validator)
    told = answer.headers.get("Last-Modified")
    return told is not None and bool(told != version.last_modified)


def words_of(error: Exception) -> str:
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
