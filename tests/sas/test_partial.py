"""The unfinished file, where the file system has no locks."""

from __future__ import annotations

import errno
import fcntl
import threading
from pathlib import Path

import pytest

from mangaxr.errors import DownloadError
from mangaxr.sas.partial import Version, open_partial

VERSION = Version(validator='"1"', size=3)


def test_without_locks_a_finished_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes second has the finished file open, and does not empty it."""

    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    final, stop = tmp_path / "a.fits", threading.Event()
    with open_partial(final, stop) as first, open_partial(final, stop) as second:
        first.begin(VERSION)
        first.append(b"abc")
        first.finish()
        with pytest.raises(DownloadError, match="without locks run one at a time"):
            second.begin(VERSION)
        second.remove()
    assert final.read_bytes() == b"abc"
