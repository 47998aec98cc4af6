"""Asking the servers for a file until it is complete and sound, or none of them has it so."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from mangaxr.errors import CorruptFileError, DownloadError
from mangaxr.sas.answers import TransferError, fetch_text
from mangaxr.sas.asking import Asking
from mangaxr.sas.checksums import Checksums
from mangaxr.sas.layout import join_url
from mangaxr.sas.partial import Partial
from mangaxr.sas.records import Level
from mangaxr.sas.retry import Patience
from mangaxr.sas.transfer import OnBytes, transfer
from mangaxr.sas.verify import verify_file

__all__ = ["Counter", "Servers", "reason_of"]

_MOST_ATTEMPTS = 200
"""Requests for one file at one URL, however much progress each of them makes."""
_MOST_DAMAGED = 2
"""Times that a URL may deliver a complete file that is not sound."""


class Servers:
    """The servers that have the SAS tree, in the order in which they are asked.

    Parameters
    ----------
    root
        Local SAS root, whose checksum files count too.
    base_urls
        Of the servers.
    level
        How thoroughly what arrives is verified.
    patience
        Timeouts and attempts.
    stop
        Ends all transfers when set.
    """

    def __init__(
        self,
        root: Path,
        base_urls: Sequence[str],
        *,
        level: Level,
        patience: Patience,
        stop: threading.Event,
    ) -> None:
        self._base_urls = base_urls
        self._level: Level = level
        self._asking = Asking(patience, stop)
        self._checksums = Checksums(root, self._fetch_text)

    def complete(self, path: PurePosixPath, partial: Partial, received: Counter) -> str:
        """Try each server in turn; return the URL that delivered.

        Raises
        ------
        TransferError
            If none of them does, with the reason of each.
        DownloadError
            If all was stopped, or the file cannot be written.
        """
        reasons: dict[str, str] = {}
        for base in self._base_urls:
            url = join_url(base, path)
            host = urlsplit(url).netloc
            try:
                self._complete_from(url, path, partial, received)
            except TransferError as error:
                self._asking.courtesy.file_done(host, reached=error.reached)
                reasons[url] = error.reason
            else:
                self._asking.courtesy.file_done(host, reached=True)
                return url
        words = "; ".join(f"{url}: {reason}" for url, reason in reasons.items())
        raise TransferError(words, again=False)

    def _complete_from(
        self, url: str, path: PurePosixPath, partial: Partial, received: Counter
    ) -> None:
        """Ask one server until the file is complete and sound.

        Raises
        ------
        TransferError
            If it does not become so.
        """
        host = urlsplit(url).netloc
        failures = damaged = 0
        discarded = partial.times_discarded
        for _ in range(_MOST_ATTEMPTS):
            before = partial.size
            try:
                if not partial.complete:
                    self._asking.before(host)
                    self._transfer(url, partial, received)
                self._verify(path, partial)
            except CorruptFileError as error:
                partial.discard()
                damaged += 1
                if damaged == _MOST_DAMAGED:
                    reason = f"what arrives is damaged: {reason_of(error, partial.path)}"
                    raise TransferError(reason, again=False) from error
            except TransferError as error:
                failures = 1 if partial.size > before else failures + 1
                # A server that lets nothing be continued would send much in vain.
                in_vain = partial.times_discarded - discarded
                self._asking.after(host, error, max(failures, in_vain))
            else:
                return
        reason = f"not complete after {_MOST_ATTEMPTS} requests"
        raise TransferError(reason, again=False)

    def _transfer(self, url: str, partial: Partial, received: Counter) -> None:
        asking = self._asking
        if asking.stop.is_set():
            msg = f"{partial.final}: interrupted"
            raise DownloadError(msg)
        transfer(
            asking.session,
            url,
            partial,
            patience=asking.patience,
            stop=asking.stop,
            on_bytes=received.add,
        )

    def _verify(self, path: PurePosixPath, partial: Partial) -> None:
        """Check what arrived, before it gets its name."""
        size = partial.version.size
        # Where the server gave no size, only the file itself can tell whether it is whole.
        level = "gzip" if self._level == "size" and size < 0 else self._level
        verify_file(partial.path, level, size=size, name=partial.final.name)
        self._checksums.check(path, partial.path)

    def _fetch_text(self, path: str, limit: int) -> str | None:
        url = join_url(self._base_urls[0], path)
        try:
            self._asking.before(urlsplit(url).netloc)
        except TransferError:
            return None
        asking = self._asking
        return fetch_text(asking.session, url, patience=asking.patience, limit=limit)


class Counter:
    """Counts the bytes of one file, and passes them on."""

    def __init__(self, on_bytes: OnBytes) -> None:
        self.total = 0
        self._on_bytes = on_bytes

    def add(self, number: int) -> None:
        """Count some more."""
        self.total += number
        self._on_bytes(number)


def reason_of(error: Exception, path: Path) -> str:
    """Say what went wrong, without the path, which the record has."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or path}: {error.strerror}"
    return str(error).removeprefix(f"{path}: ")
