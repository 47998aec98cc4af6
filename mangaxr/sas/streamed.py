"""A file of the archive read straight from its server: what is not read is not sent.

A file is asked for in parts (RFC 9110, section 14), one after the other over a connection that
is kept. Ending one early would lose the connection, and what is under way by then: megabytes
on a quick line.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any
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
from mangaxr.sas.partial import Version
from mangaxr.sas.streaming import Streaming

__all__ = ["StreamedFile", "given_up"]

_FIRST = 1 << 18
"""Bytes of the first part, which says how large the file is."""
_STEP = 1 / 32
"""Share of a file in the parts behind what is surely wanted: less is asked for in vain."""
_LEAST = 1 << 16
"""Bytes of the smallest part."""


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
        self._streaming = streaming
        self._asking = streaming.asking
        self._version = Version()
        self._told: tuple[str | None, ...] = ()
        self._answer: Any = None
        self._closing = ExitStack()
        self._place = self._end = self._in_vain = 0
        self._head = self._again = b""
        streaming.opened(self.interrupt)

    @property
    def size(self) -> int:
        """Bytes of the whole file; -1 before the server has said it."""
        return self._version.size

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
            reason = f"{self.url}: {error.reason}"
            raise given_up(reason, self._asking.is_over(self.host, error)) from error
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
        self._streaming.closed(self.interrupt, (self._place - len(self._again)) / max(self.size, 1))

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
        self._version, self._told = replace(version, size=size), told

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


def given_up(reason: str, hopeless: bool) -> DownloadError:
    """Return the error of one file, or of all: where no server can be asked any more."""
    if not hopeless:
        return DownloadError(reason)
    msg = f"{reason}: repeat the command later, what is done is kept"
    return UnreachableError(msg)
