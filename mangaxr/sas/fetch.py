"""One file of the archive: is it here, and if not, bring it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from mangaxr.errors import CorruptFileError, DownloadError, MissingFileError
from mangaxr.sas.answers import TransferError
from mangaxr.sas.layout import join_url
from mangaxr.sas.manifest import Entry, Manifest
from mangaxr.sas.partial import Partial, Version, open_partial
from mangaxr.sas.records import DownloadRecord, Level, Status
from mangaxr.sas.retry import Patience
from mangaxr.sas.servers import Counter, Servers, reason_of
from mangaxr.sas.transfer import OnBytes
from mangaxr.sas.verify import sha256_of, verify_file

__all__ = ["Archive", "Wanted"]


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
        self._stop = stop
        self._on_bytes = on_bytes
        self._manifest = Manifest(root)
        self._servers = Servers(root, base_urls, level=level, patience=patience, stop=stop)

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
        received = Counter(self._on_bytes)
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
            status, entry, damage = "failed", None, reason_of(error, self._root / file.path)
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

    def _bring_alone(self, file: Wanted, received: Counter) -> tuple[Status, Entry, str]:
        """Bring a file while nobody else does."""
        with open_partial(self._root / file.path, self._stop) as partial:
            # Whoever had the lock before may have brought the file meanwhile.
            entry, damage = self._find(file)
            if entry is not None:
                partial.remove()
                return "present", entry, ""
            return "downloaded", self._bring(file, partial, received), damage

    def _bring(self, file: Wanted, partial: Partial, received: Counter) -> Entry:
        """Have the servers complete a file, and give it its name."""
        url = self._servers.complete(file.path, partial, received)
        version = partial.version
        partial.finish()
        return self._enter(str(file.path), partial.final, url=url, version=version)

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
