"""One file of the archive: is it here, and if not, bring it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from mangaxr.errors import CorruptFileError, DownloadError, MissingFileError
from mangaxr.sas.checksums import Checksums
from mangaxr.sas.layout import join_url
from mangaxr.sas.manifest import Entry, Manifest
from mangaxr.sas.partial import Partial, Version, open_partial
from mangaxr.sas.records import DownloadRecord, Level, Status
from mangaxr.sas.retry import Courtesy, Patience
from mangaxr.sas.transfer import OnBytes, TransferError, fetch_text, new_session, transfer
from mangaxr.sas.verify import sha256_of, verify_file

__all__ = ["Archive", "Wanted"]

_MOST_ATTEMPTS = 200
"""Requests for one file at one URL, however much progress each of them makes."""
_MOST_DAMAGED = 2
"""Times that a URL may deliver a complete file that is not sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to have: its kind, galaxy, path below the SAS root, and why it cannot exist."""

    what: str
    galaxy: str
    path: PurePosixPath
    missing: str = ""


class Archive:
    """The local tree, and the servers that it mirrors.

    Parameters
    ----------
    root
        Local SAS root.
    base_urls
        Servers, tried in this order.
    level
        How thoroughly files are verified.
    patience
        Timeouts and attempts.
    stop
        Ends all transfers when set.
    on_bytes
        Called with the number of bytes, as they arrive.
    """

    def __init__(
        self,
        root: Path,
        base_urls: Sequence[str],
        *,
        level: Level,
        patience: Patience,
        stop: threading.Event,
        on_bytes: OnBytes,
    ) -> None:
        self._root = root
        self._base_urls = base_urls
        self._level: Level = level
        self._patience = patience
        self._stop = stop
        self._on_bytes = on_bytes
        self._courtesy = Courtesy(stop)
        self._manifest = Manifest(root)
        self._local = threading.local()
        self._checksums = Checksums(root, self._fetch_text)

    def look(self, file: Wanted) -> DownloadRecord:
        """Say what `bring` would do, without asking the network."""
        if file.missing:
            return self._record(file, "missing", reason=file.missing)
        entry, damage = self._find(file)
        return self._record(file, "present" if entry else "planned", entry=entry, reason=damage)

    def bring(self, file: Wanted) -> DownloadRecord:
        """Make sure that a file is here, complete and verified.

        Raises
        ------
        DownloadError
            If all was stopped; what arrived is kept.
        """
        began = time.monotonic()
        received = _Counter(self._on_bytes)
        if file.missing:
            return self._record(file, "missing", reason=file.missing)
        status: Status = "present"
        try:
            entry, damage = self._find(file)
            if entry is None:
                status, entry, damage = self._bring_alone(file, received)
        except (TransferError, OSError) as error:
            if self._stop.is_set():
                msg = f"{file.path}: interrupted"
                raise DownloadError(msg) from error
            status, entry, damage = "failed", None, _reason(error, self._root / file.path)
        return self._record(
            file,
            status,
            entry=entry,
            reason=damage,
            received=received.total,
            seconds=time.monotonic() - began,
        )

    def _find(self, file: Wanted) -> tuple[Entry | None, str]:
        """Return what is known of a file that is here and sound, or else what is wrong."""
        path = self._root / file.path
        # People unpack files; every reader of ours takes either.
        for place in (path, path.with_suffix("")) if path.suffix == ".gz" else (path,):
            relative = place.relative_to(self._root).as_posix()
            known = self._manifest.find(relative)
            if known and known.describes(place, self._level):
                return known, ""
            try:
                verify_file(place, self._level)
            except MissingFileError:
                continue
            except CorruptFileError as error:
                if place == path:
                    return None, f"the file that was here is replaced: {error}"
                continue
            return self._enter(relative, place), ""
        return None, ""

    def _bring_alone(self, file: Wanted, received: _Counter) -> tuple[Status, Entry, str]:
        """Bring a file while nobody else does."""
        with open_partial(self._root / file.path, self._stop) as partial:
            # Whoever had the lock before may have brought the file meanwhile.
            entry, damage = self._find(file)
            if entry is not None:
                partial.remove()
                return "present", entry, ""
            return "downloaded", self._bring(file, partial, received), damage

    def _bring(self, file: Wanted, partial: Partial, received: _Counter) -> Entry:
        """Try each server in turn.

        Raises
        ------
        TransferError
            If none of them delivers, with the reason of each.
        """
        reasons: dict[str, str] = {}
        for base in self._base_urls:
            url = join_url(base, file.path)
            try:
                self._bring_from(url, file, partial, received)
            except TransferError as error:
                reasons[url] = error.reason
                continue
            version = partial.version
            partial.finish()
            return self._enter(str(file.path), partial.final, url=url, version=version)
        words = "; ".join(f"{url}: {reason}" for url, reason in reasons.items())
        raise TransferError(words, again=False)

    def _bring_from(self, url: str, file: Wanted, partial: Partial, received: _Counter) -> None:
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
                    self._courtesy.wait(host)
                    self._transfer(url, partial, received)
                self._verify(file, partial)
            except CorruptFileError as error:
                partial.discard()
                damaged += 1
                if damaged == _MOST_DAMAGED:
                    reason = f"what arrives is damaged: {_reason(error, partial.path)}"
                    raise TransferError(reason, again=False) from error
            except TransferError as error:
                failures = 1 if partial.size > before else failures + 1
                # A server that lets nothing be continued would send much in vain.
                in_vain = partial.times_discarded - discarded
                self._wait(host, error, max(failures, in_vain))
            else:
                return
        reason = f"not complete after {_MOST_ATTEMPTS} requests"
        raise TransferError(reason, again=False)

    def _wait(self, host: str, error: TransferError, failures: int) -> None:
        """Wait before the next attempt, if there is to be one.

        Raises
        ------
        TransferError
            If there is not.
        """
        if not error.again:
            raise error
        if failures >= self._patience.attempts:
            reason = f"{error.reason} ({failures} times)"
            raise TransferError(reason, again=False) from error
        wait = self._patience.backoff(failures)
        if error.wait is not None:
            if error.wait > self._patience.longest_wait:
                reason = f"{error.reason} and asks to come back in {error.wait:.0f} s"
                raise TransferError(reason, again=False) from error
            self._courtesy.hold(host, error.wait)
            wait = error.wait
        self._courtesy.wait(host, wait)

    def _transfer(self, url: str, partial: Partial, received: _Counter) -> None:
        if self._stop.is_set():
            msg = f"{partial.final}: interrupted"
            raise DownloadError(msg)
        if not hasattr(self._local, "session"):
            self._local.session = new_session()
        transfer(
            self._local.session,
            url,
            partial,
            patience=self._patience,
            stop=self._stop,
            on_bytes=received.add,
        )

    def _verify(self, file: Wanted, partial: Partial) -> None:
        """Check what arrived, before it gets its name."""
        size = partial.version.size
        # Where the server gave no size, only the file itself can tell whether it is whole.
        level = "gzip" if self._level == "size" and size < 0 else self._level
        verify_file(partial.path, level, size=size, name=partial.final.name)
        self._checksums.check(file.path, partial.path)

    def _fetch_text(self, path: str, limit: int) -> str | None:
        url = join_url(self._base_urls[0], path)
        self._courtesy.wait(urlsplit(url).netloc)
        if not hasattr(self._local, "session"):
            self._local.session = new_session()
        return fetch_text(self._local.session, url, patience=self._patience, limit=limit)

    def _enter(
        self, relative: str, place: Path, *, url: str = "", version: Version | None = None
    ) -> Entry:
        """Write into the manifest that a file is here and sound."""
        version = version or Version()
        found = place.stat()
        entry = Entry(
            path=relative,
            size=found.st_size,
            modified=found.st_mtime_ns,
            sha256=sha256_of(place),
            verified=self._level,
            url=url,
            validator=version.validator,
            last_modified=version.last_modified,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._manifest.add(entry)
        return entry

    def _record(
        self,
        file: Wanted,
        status: Status,
        *,
        entry: Entry | None = None,
        reason: str = "",
        received: int = 0,
        seconds: float = 0.0,
    ) -> DownloadRecord:
        return DownloadRecord(
            what=file.what,
            galaxy=file.galaxy,
            status=status,
            path=self._root / (entry.path if entry else file.path),
            url=(entry and entry.url) or join_url(self._base_urls[0], file.path),
            size=entry.size if entry else -1,
            received=received,
            sha256=entry.sha256 if entry else "",
            seconds=seconds,
            reason=reason,
        )


class _Counter:
    """Counts the bytes of one file, and passes them on."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.total = 0
        self._on_bytes = on_bytes

    def add(self, number: int) -> None:
        self.total += number
        self._on_bytes(number)


def _reason(error: Exception, path: Path) -> str:
    """Say what went wrong, without the path, which the record has."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or path}: {error.strerror}"
    return str(error).removeprefix(f"{path}: ")
