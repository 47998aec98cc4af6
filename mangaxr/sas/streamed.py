"""Files of the archive read straight from its servers: what is not read is not sent.

A file is asked for in parts (RFC 9110, section 14), one after the other over a connection that
is kept. Ending one early would lose the connection, and what is under way by then: megabytes
on a quick line.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import PurePosixPath
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import urllib3

from mangaxr.errors import DownloadError, UnreachableError
from mangaxr.sas.answers import (
    TransferError,
    answer_to,
    check_status,
    part_of,
    version_of,
    words_of,
)
from mangaxr.sas.asking import Asking
from mangaxr.sas.layout import check_base_urls, join_url
from mangaxr.sas.partial import Version
from mangaxr.sas.retry import Patience

__all__ = ["StreamedFile", "Streaming", "WebFile"]

_FIRST = 1 << 18
"""Bytes of the first part, which says how large the file is."""
_SURE, _LATELY = 0.3, 8
"""Share of a file that is asked for next; more if no reader needed less of the last few files."""
_STEP = 1 / 32
"""Share of a file that is asked for from there on: what is asked for in vain is less."""
_LEAST = 1 << 16
"""Bytes of the smallest part."""


class Streaming:
    """The servers, and what came from them.

    Parameters
    ----------
    base_urls
        Servers that have the SAS tree, tried in this order.
    patience
        Timeouts and attempts.

    Raises
    ------
    DownloadError
        If there is no base URL, or one is not of the web.
    """

    def __init__(self, base_urls: Iterable[str] | str, patience: Patience | None = None) -> None:
        self._base_urls = check_base_urls(base_urls)
        # A part costs little to ask for again, and Ctrl-C waits for an answer's first line.
        self.asking = Asking(patience or Patience(read=15.0), threading.Event())
        self.received = self.of_bytes = 0
        self._open: set[StreamedFile] = set()
        self._shares: deque[float] = deque(maxlen=_LATELY)
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End whatever is still read, and ask for nothing more."""
        self.asking.stop.set()
        with self._lock:
            still_read = list(self._open)
        for file in still_read:
            file.interrupt()

    def file(self, path: PurePosixPath) -> WebFile:
        """Return a file of the tree, which is not asked for before it is opened."""
        return WebFile([join_url(base, path) for base in self._base_urls], self)

    def count(self, received: int, of_bytes: int = 0) -> None:
        """Count bytes that arrived, and those of a file that is read."""
        with self._lock:
            self.received += received
            self.of_bytes += of_bytes

    def opened(self, file: StreamedFile) -> None:
        """Note that a file is read."""
        with self._lock:
            self._open.add(file)

    def closed(self, file: StreamedFile, share: float) -> None:
        """Note that a file is not read any more, and how much of it was."""
        with self._lock:
            self._open.discard(file)
            if share:
                self._shares.append(share)

    def sure(self) -> float:
        """Return the share that the next file's reader will surely want."""
        with self._lock:
            return max(_SURE, min(self._shares, default=0.0))


class _Status(NamedTuple):
    """What is known of a file, by the names of `os.stat_result`."""

    st_size: int


class WebFile:
    """A file of a server, with as much of the interface of `pathlib` as reading takes.

    Parameters
    ----------
    urls
        Where it is, in the order in which they are tried.
    streaming
        How servers are asked.
    """

    def __init__(self, urls: Sequence[str], streaming: Streaming) -> None:
        self.urls = urls
        self.protocol = urlsplit(urls[0]).scheme
        self.name = urls[0].rpartition("/")[2]
        self.suffix = PurePosixPath(self.name).suffix
        self._streaming = streaming
        self._size = -1

    def __str__(self) -> str:
        return self.urls[0]

    def as_posix(self) -> str:
        """Return its URL."""
        return self.urls[0]

    def absolute(self) -> Self:
        """Return itself: a URL does not depend on the current directory."""
        return self

    def is_file(self) -> bool:
        """Whether it is on this machine, which it is not."""
        return False

    def stat(self) -> _Status:
        """Return its size.

        Raises
        ------
        FileNotFoundError
            If it was not opened yet: the server is not asked for this alone.
        """
        if self._size < 0:
            raise FileNotFoundError(self.urls[0])
        return _Status(self._size)

    def open(self, mode: str = "rb") -> StreamedFile:
        """Ask the servers for the first part.

        Raises
        ------
        DownloadError
            If none of them has it, with the reason of each.
        UnreachableError
            If none of them is to be asked any more.
        """
        assert mode == "rb"
        courtesy = self._streaming.asking.courtesy
        reasons, hopeless = [], True
        for url in self.urls:
            file = StreamedFile(url, self._streaming)
            try:
                file.begin()
            except TransferError as error:
                file.close()
                courtesy.file_done(file.host, reached=error.reached)
                reasons.append(f"{url}: {error.reason}")
                hopeless &= not error.reached or bool(courtesy.refusal(file.host))
                continue
            courtesy.file_done(file.host, reached=True)
            self._size = file.size
            self._streaming.count(0, file.size)
            return file
        raise _given_up("; ".join(reasons), hopeless)


class StreamedFile:
    """A file of a server that is open for reading forwards.

    Parameters
    ----------
    url
        Where it is.
    streaming
        How the server is asked.
    """

    def __init__(self, url: str, streaming: Streaming) -> None:
        self.url = url
        self.host = urlsplit(url).netloc
        self.size = -1
        self._streaming = streaming
        self._asking = streaming.asking
        self._version = Version()
        self._told: tuple[str | None, ...] = ()
        self._answer: Any = None
        self._closing = ExitStack()
        self._place = self._end = self._in_vain = 0
        self._head = self._again = b""
        streaming.opened(self)

    def begin(self) -> None:
        """Ask for the first part.

        Raises
        ------
        TransferError
            If it does not come.
        """
        self._head = self._again = self._next(_LEAST)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; fewer than asked for at the end only.

        Raises
        ------
        DownloadError
            If they do not come, also after asking again.
        UnreachableError
            If the server is not to be asked any more.
        """
        wanted = self.size if size < 0 else size
        data, self._again = self._again[:wanted], self._again[wanted:]
        try:
            while len(data) < wanted and (more := self._next(wanted - len(data))):
                data += more
        except TransferError as error:
            hopeless = not error.reached or bool(self._asking.courtesy.refusal(self.host))
            reason = f"{self.url}: {error.reason}"
            raise _given_up(reason, hopeless) from error
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the start, from within the first bytes.

        Raises
        ------
        ValueError
            If that is not what is asked for: what was read is not kept.
        """
        if offset or whence or self._place > len(self._head):
            msg = f"{self.url}: is read forwards"
            raise ValueError(msg)
        self._again = self._head
        return 0

    def close(self) -> None:
        """Be done with it.

        The rest of a part is on its way already: it is let in, and the connection kept.
        """
        if self._answer is not None and not self._in_vain and not self._asking.stop.is_set():
            with suppress(urllib3.exceptions.HTTPError, OSError, ValueError):
                if self._end - self._place <= self._part_size():
                    self._streaming.count(len(self._answer.raw.read(decode_content=False)))
        self._drop()
        self._streaming.closed(self, (self._place - len(self._again)) / max(self.size, 1))

    def interrupt(self) -> None:
        """End a read that another thread waits for, where the library can."""
        answer = self._answer
        shut_down = getattr(answer and answer.raw, "shutdown", None)
        if shut_down is not None:
            with suppress(OSError, ValueError, RuntimeError):
                shut_down()

    def _next(self, size: int) -> bytes:
        """Return up to so many bytes, at least one before the end of the file.

        Raises
        ------
        TransferError
            If they do not come, also after asking again.
        """
        failures = 0
        while self.size < 0 or self._place < self.size:
            try:
                if self._answer is None:
                    self._asking.before(self.host)
                    self._ask()
                data = self._receive(size)
            except TransferError as error:
                self._drop()
                self._check_stopped()
                failures += 1
                self._asking.after(self.host, error, failures)
                continue
            if data:
                return data
        return b""

    def _ask(self) -> None:
        """Ask for the next part."""
        self._check_stopped()
        start, asking = self._place, self._asking
        headers = {"Range": f"bytes={start}-{self._part_end() - 1}"}
        if start and self._version.can_be_continued:
            headers["If-Range"] = self._version.validator
        answering = answer_to(asking.session, self.url, headers, asking.patience)
        self._answer = answer = self._closing.enter_context(answering)
        if answer.status_code == 416:
            raise self._changed()
        check_status(answer)
        told = tuple(answer.headers.get(name) for name in ("ETag", "Last-Modified"))
        version, part = version_of(answer), part_of(answer)
        if answer.status_code == 200:  # all of it, by a server that does not know parts
            size, self._end, self._in_vain = version.size, version.size, start
        elif part is None or part.start != start:
            reason = "the server sent another part than asked for"
            raise TransferError(reason, again=True)
        else:
            size, self._end, self._in_vain = part.size, min(part.end, part.size), 0
        if size < 0:
            reason = "the server does not say how large the file is: download it"
            raise TransferError(reason, again=False)
        if start and (size, told) != (self.size, self._told):
            raise self._changed()
        self.size, self._told = size, told
        self._version = Version(version.validator, size, version.last_modified)

    def _part_end(self) -> int:
        """Return where the part ends that is asked for next."""
        if self.size < 0:
            return _FIRST
        sure = int(self._streaming.sure() * self.size)
        return sure if self._place < sure else min(self.size, self._place + self._part_size())

    def _part_size(self) -> int:
        return max(_LEAST, int(_STEP * self.size))

    def _receive(self, size: int) -> bytes:
        """Return the next bytes of the answer; none where all were in vain."""
        left = self._in_vain or self._end - self._place
        try:
            data: bytes = self._answer.raw.read1(min(size, left), decode_content=False)
            self._streaming.count(len(data))
            if len(data) == left and not self._in_vain:
                self._answer.raw.read(decode_content=False)  # lets go of the connection
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise TransferError(words_of(error), again=True) from error
        self._check_stopped()
        if not data:
            reason = f"the answer ended after {self._place} of {self.size} bytes"
            raise TransferError(reason, again=True)
        if self._in_vain:
            self._in_vain -= len(data)
            return b""
        self._place += len(data)
        if self._place == self._end:
            self._drop()
        return data

    def _drop(self) -> None:
        self._answer = None
        self._closing.close()

    def _check_stopped(self) -> None:
        if self._asking.stop.is_set():
            msg = f"{self.url}: interrupted"
            raise DownloadError(msg)

    def _changed(self) -> TransferError:
        reason = "the file has changed on the server while it was read: repeat the command"
        return TransferError(reason, again=False)


def _given_up(reason: str, hopeless: bool) -> DownloadError:
    """Return the error of one file, or of all: where no server can be asked any more."""
    if not hopeless:
        return DownloadError(reason)
    msg = f"{reason}: repeat the command later, what is done is kept"
    return UnreachableError(msg)
