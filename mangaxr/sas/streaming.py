"""What all files that are streamed share: how servers are asked, and what came from them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from mangaxr.sas.asking import Asking
from mangaxr.sas.layout import check_base_urls
from mangaxr.sas.retry import Patience

__all__ = ["Streaming"]

_SURE, _LATELY = 0.3, 8
"""Share of a file that its reader surely wants; more if none needed less of the last few files."""


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
        self.base_urls = check_base_urls(base_urls)
        # A part costs little to ask for again, and Ctrl-C waits for an answer's first line.
        self.asking = Asking(patience or Patience(read=15.0), threading.Event())
        self.received = self.of_bytes = 0
        self._interrupts: set[Callable[[], None]] = set()
        self._shares: deque[float] = deque(maxlen=_LATELY)
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End whatever is still read, and ask for nothing more."""
        self.asking.stop.set()
        with self._lock:
            interrupts = list(self._interrupts)
        for interrupt in interrupts:
            interrupt()

    def count(self, received: int, of_bytes: int = 0) -> None:
        """Count bytes that arrived, and those of a file that is read."""
        with self._lock:
            self.received += received
            self.of_bytes += of_bytes

    def opened(self, interrupt: Callable[[], None]) -> None:
        """Note that a file is read, and what ends a wait for it."""
        with self._lock:
            self._interrupts.add(interrupt)

    def closed(self, interrupt: Callable[[], None], share: float) -> None:
        """Note that a file is not read any more, and how much of it was."""
        with self._lock:
            self._interrupts.discard(interrupt)
            if share:
                self._shares.append(share)

    def sure(self) -> float:
        """Return the share that the next file's reader will surely want."""
        with self._lock:
            return max(_SURE, min(self._shares, default=0.0))
