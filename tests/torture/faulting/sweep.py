"""One refused call after the other, and what is expected of each."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from torture.cases import CASES, Site, in_names
from torture.commands import Command, Ended, Starter
from torture.faulting.system import FAULTS
from torture.judge import FindingError, Reference, state_of

__all__ = ["Outcomes", "calls_of", "judge_refused", "refuse_at", "repeat", "sweep"]


@dataclass(slots=True)
class Outcomes:
    """What came of the refused calls of one case and one fault."""

    refused: int = 0
    states: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def sweep(
    site: Site,
    starter: Starter,
    folder: Path,
    case: str,
    fault: str,
    numbers: Iterable[int],
) -> Outcomes:
    """Refuse calls, each in a build of its own.

    Parameters
    ----------
    site, starter, folder
        What is built, what builds, and where.
    case, fault
        Of `CASES` and `FAULTS`.
    numbers
        Of the calls, counted from 1 in the order of `calls_of`.
    """
    outcomes = Outcomes()
    for number in numbers:
        try:
            refuse_at(site, starter, folder, case, (fault, number), outcomes)
        except FindingError as finding:
            outcomes.findings.append(f"{case}, {fault}, call {number}: {finding}")
    return outcomes


def calls_of(site: Site, starter: Starter, folder: Path, case: str, fault: str) -> Sequence[str]:
    """Return the calls that a fault could refuse, in the order of a build without any."""
    place = Path(tempfile.mkdtemp(prefix="calls-", dir=folder))
    site.put(CASES[case], place / "t.zarr")
    command = site.command(CASES[case], place / "t.zarr")
    ended = starter.run(replace(command, refuse=(fault, 0, str(place))))
    shutil.rmtree(place)
    return ended.calls


def refuse_at(
    site: Site,
    starter: Starter,
    folder: Path,
    case: str,
    fault: tuple[str, int],
    outcomes: Outcomes,
) -> None:
    """Refuse one call and judge; then repeat the command undisturbed.

    Raises
    ------
    FindingError
        If anything is not as promised.
    """
    place = Path(tempfile.mkdtemp(prefix="fault-", dir=folder))
    out = place / "t.zarr"
    reference = site.put(CASES[case], out)
    command = site.command(CASES[case], out)
    ended = starter.run(replace(command, refuse=(*fault, str(place))))
    if ended.refused:
        outcomes.refused += 1
        try:
            may_be_away = FAULTS[fault[0]].lasts and not CASES[case].swap
            state = judge_refused(ended, out, reference, may_be_away=may_be_away)
        except FindingError as finding:
            msg = f"{ended.refused}: {finding}"
            raise FindingError(msg) from finding
        outcomes.states[state] += 1
    repeat(starter, command, out, reference)
    shutil.rmtree(place)


def judge_refused(
    ended: Ended, out: Path, reference: Reference, *, may_be_away: bool = False
) -> str:
    """Return what is under the final name after a refusal.

    Parameters
    ----------
    ended, out, reference
        What ended, and what there was.
    may_be_away
        Whether the old store may have lost its name: between two renames, if neither the new
        one can be given it nor the old one given it back.

    Raises
    ------
    FindingError
        If the refusal was not told in one line, or the old store is gone.
    """
    lines = ended.words()
    state = state_of(out, reference)
    if ended.status == 0 and state == "new":
        return state
    if ended.status != 1 or len(lines) != 1 or "cannot write" not in lines[0]:
        msg = f"exit status {ended.status}, printed: {ended.printed}"
        raise FindingError(msg)
    if state == "absent" and reference.old is not None:
        away = out.with_name(f"{out.name}.partial") / "old"
        if not may_be_away or state_of(away, reference) != "old":
            msg = "the store that was there is gone"
            raise FindingError(msg)
    return state


def repeat(starter: Starter, command: Command, out: Path, reference: Reference) -> None:
    """Repeat a command undisturbed, and expect the new store and nothing beside it.

    Raises
    ------
    FindingError
        If there is anything else.
    """
    ended = starter.run(command)
    if ended.status != 0:
        msg = f"exit status {ended.status} when it was repeated: {ended.printed}"
        raise FindingError(msg)
    state = state_of(out, reference)
    if state != "new":
        msg = f"the store is {state} after it was repeated"
        raise FindingError(msg)
    if left := list(in_names(out.parent, out)):
        msg = f"left beside the store: {', '.join(left)}"
        raise FindingError(msg)
