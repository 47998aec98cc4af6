"""A build that the system does not let write says so in one line, and loses nothing.

`python tests/torture faults` is the long form.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from torture.cases import Site
from torture.commands import Starter
from torture.faulting.choice import choose
from torture.faulting.sweep import calls_of, sweep

import mangaxr
from mangaxr.build import journal
from mangaxr.errors import WriteError
from mangaxr.synthetic import SurveyFiles

pytestmark = pytest.mark.usefixtures("small_slabs")


@pytest.mark.parametrize(
    ("case", "fault", "stride"),
    [("first", "disk full", 61), ("append", "read-only", 101)],
)
def test_any_write_may_be_refused(
    case: str, fault: str, stride: int, site: Site, starter: Starter, tmp_path: Path
) -> None:
    """The line is clear, the name as it was, and the repeated command completes the store."""
    numbers = choose(calls_of(site, starter, tmp_path, case, fault))[::stride]
    outcomes = sweep(site, starter, tmp_path, case, fault, numbers)
    assert outcomes.findings == []
    assert outcomes.refused == len(numbers) > 1


def test_a_refusal_to_clear_up_is_told_in_the_same_way(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that has only to clear up after an earlier one names the store as others do."""
    with journal.Journal(tmp_path / "t.zarr") as left:
        (left.folder / "finished.json").write_text('{"attributes_sha256": "no longer here"}')

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "done")

    monkeypatch.setattr(journal, "_remove", refuse)
    with pytest.raises(WriteError, match=r"t\.zarr: cannot write done \(Permission denied\)"):
        mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], npix=8)
