"""When to try again: backoff, and what a server asks for with Retry-After."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["Courtesy", "Patience", "retry_after"]

_MOST_UNREACHED = 3
"""Files in a row that a host may be out of reach for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a download waits, and for how often it tries.

    Parameters
    ----------
    attempts
        Attempts in a row that bring nothing new before a URL is given up.
    connect, read
        Seconds to wait for a connection, and for the next byte.
    first_wait, longest_wait
        Seconds between attempts: doubled each time, from the first to the longest. A
        server that asks for more than the longest is left alone instead.
    """

    attempts: int = 5
    connect: float = 10.0
    read: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 120.0

    def backoff(self, failures: int) -> float:
        """Return the seconds to wait after some failures in a row, with jitter.

        The jitter keeps those who failed together from coming back together.
        """
        wait = min(self.first_wait * 2.0 ** (failures - 1), self.longest_wait)
        return wait * random.uniform(0.5, 1.0)


def retry_after(text: str | None, *, now: datetime | None = None) -> float | None:
    """Read a Retry-After header: seconds, or a date (RFC 9110, 10.2.3).

    Examples
    --------
    >>> retry_after("120")
    120.0
    >>> retry_after("soon") is None
    True
    """
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


class Courtesy:
    """What the servers asked for, kept by all threads: nobody knocks before the time.

    Parameters
    ----------
    stop
        Ends all waits when set.
    longest_wait
        Seconds that a server may ask for; one that asks for more is left alone for good.
    """

    def __init__(self, stop: threading.Event, longest_wait: float) -> None:
        self._stop = stop
        self._longest_wait = longest_wait
        self._not_before: dict[str, float] = {}
        self._unreached: Counter[str] = Counter()
        self._refusals: dict[str, str] = {}
        self._lock = threading.Lock()

    def hold(self, host: str, seconds: float) -> None:
        """Leave a host alone for some seconds from now."""
        with self._lock:
            if seconds > self._longest_wait:
                self._refusals[host] = f"{host} asks to come back in {seconds:.0f} s"
            until = max(time.monotonic() + seconds, self._not_before.get(host, 0.0))
            self._not_before[host] = until

    def file_done(self, host: str, *, reached: bool) -> None:
        """Note that a host was done with a file, and whether it could be reached at all.

        Where several in a row could not, the others are not made to wait for it.
        """
        with self._lock:
            self._unreached[host] = 0 if reached else self._unreached[host] + 1
            if self._unreached[host] >= _MOST_UNREACHED:
                self._refusals[host] = f"{host} could not be reached for the files before"

    def refusal(self, host: str) -> str:
        """Say why a host is not asked any more; empty if it may be."""
        with self._lock:
            return self._refusals.get(host, "")

    def wait(self, host: str, seconds: float = 0.0) -> None:
        """Wait for some seconds, and until the host may be asked; or until all is stopped."""
        until = time.monotonic() + seconds
        while not self._stop.is_set():
            with self._lock:
                if host in self._refusals:
                    return
                left = max(until, self._not_before.get(host, 0.0)) - time.monotonic()
            if left <= 0:
                return
            self._stop.wait(left)
