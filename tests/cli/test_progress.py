"""Progress in plain lines: what is said, and when."""

from __future__ import annotations

import itertools

import pytest

from mangaxr.build.report import Progress
from mangaxr.cli import progress as module


def test_the_rate_counts_from_the_first_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Galaxies of an earlier run, or done before the clock ran, make no rate."""
    times = itertools.count(100.0, 2.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: next(times))
    with module.show_progress("building") as tell:
        for done in (6, 8, 10):
            tell(Progress(done, 1, 6, 10))
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "building: 10/10, 1 failed (0.5 galaxies/s)"


def test_a_first_word_alone_has_no_rate(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever hears of the end alone is told no made-up speed."""
    with module.show_progress("drawing") as tell:
        tell(Progress(12, 0, 0, 12))
    assert capsys.readouterr().err == "drawing: 12/12\n"
