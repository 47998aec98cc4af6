"""Waiting: Retry-After, backoff, and leaving a host alone."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.sas.retry import Courtesy, Patience, retry_after

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@given(seconds=st.integers(0, 10**6))
def test_seconds_and_dates_say_the_same(seconds: int) -> None:
    """Both forms of the header are understood."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(str(seconds)) == seconds
    assert retry_after(date, now=NOW) == seconds


@pytest.mark.parametrize("text", [None, "", "soon", "-5", "1.5", "99999-99-99"])
def test_what_says_nothing(text: str | None) -> None:
    """A header that is neither is as good as none."""
    assert retry_after(text) is None


def test_a_date_that_is_past_is_now() -> None:
    """Nobody waits for less than nothing."""
    assert retry_after(format_datetime(NOW - timedelta(hours=1)), now=NOW) == 0.0


def test_backoff_doubles_up_to_the_longest() -> None:
    """Within the jitter of a half, each wait is twice the one before, and bounded."""
    patience = Patience(first_wait=1.0, longest_wait=10.0)
    for failures, wait in enumerate([1.0, 2.0, 4.0, 8.0, 10.0, 10.0], start=1):
        found = [patience.backoff(failures) for _ in range(50)]
        assert min(found) >= wait / 2
        assert max(found) <= wait
        assert len(set(found)) > 1


def test_a_host_is_left_alone_and_others_are_not() -> None:
    """What one thread was told holds for all, for this host."""
    courtesy = Courtesy(threading.Event(), 60.0)
    began = time.monotonic()
    courtesy.hold("a", 0.2)
    courtesy.hold("another", 60.0)
    courtesy.wait("b")
    courtesy.wait("a")
    assert 0.2 <= time.monotonic() - began < 30.0


def test_stopping_ends_the_wait() -> None:
    """Nobody waits out an hour after Ctrl-C."""
    stop = threading.Event()
    courtesy = Courtesy(stop, 7200.0)
    courtesy.hold("a", 3600.0)
    stop.set()
    courtesy.wait("a")


def test_a_host_that_asks_for_long_is_not_asked_again() -> None:
    """Nobody waits for it, and everybody is told why."""
    courtesy = Courtesy(threading.Event(), 60.0)
    courtesy.hold("a", 3600.0)
    courtesy.wait("a")
    assert courtesy.refusal("a") == "a asks to come back in 3600 s"
    assert courtesy.refusal("b") == ""


def test_a_host_out_of_reach_is_given_up_after_three_files_in_a_row() -> None:
    """One that answers in between is not out of reach."""
    courtesy = Courtesy(threading.Event(), 60.0)
    for reached in (False, False, True, False, False):
        courtesy.file_done("a", reached=reached)
        courtesy.file_done("b", reached=True)
    assert courtesy.refusal("a") == ""
    courtesy.file_done("a", reached=False)
    assert courtesy.refusal("a") == "a could not be reached for the files before"
    assert courtesy.refusal("b") == ""
