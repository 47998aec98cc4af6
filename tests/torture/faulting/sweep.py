"""One fault after the other: the first write of a build is refused, then the second, ..."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from torture.cases import CASES, Site, in_names
from torture.commands import Command, Ended, Starter
from torture.faulting.system import FAULTS
from torture.judge import FindingError, Reference, state_of

from mangaxr.store.contract import ARRAYS

__all__ = ["Outcomes", "judge_refused", "refuse_at", "repeat", "sweep"]


@dataclass(slots=True)
class Outcomes:
    """What came of the refused calls of one case and one fault."""

    calls: int = 0
    chosen: int = 0
    refused: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    unharmed: int = 0
    findings: list[str] = field(default_factory=list)


def sweep(
    site: Site,
    starter: Starter,
    folder: Path,
    case: str,
    fault: str,
    *,
    every: bool = False,
    stride: int = 1,
) -> Outcomes:
    """Refuse one call after the other.

    Parameters
    ----------
    site, starter, folder
        What is built, what builds, and where.
    case, fault
        Of `CASES` and `FAULTS`.
    every
        Refuse each; else, of calls that are alike, the first and the last.
    stride
        Refuse every so-manieth of those.
    """
    outcomes = Outcomes()
    calls = _calls(site, starter, folder, case, fault)
    numbers = range(1, len(calls) + 1) if every else _representatives(calls)
    outcomes.calls, outcomes.chosen = len(calls), len(numbers)
    for number in numbers[::stride]:
        try:
            refuse_at(site, starter, folder, case, (fault, number), outcomes)
        except FindingError as finding:
            outcomes.findings.append(f"{case}, {fault}, call {number}: {finding}")
    return outcomes


def _calls(site: Site, starter: Starter, folder: Path, case: str, fault: str) -> Sequence[str]:
    """Return the calls that a fault could refuse, in the order of a build without any."""
    place = Path(tempfile.mkdtemp(prefix="calls-", dir=folder))
    site.put(CASES[case], place / "t.zarr")
    command = site.command(CASES[case], place / "t.zarr")
    ended = starter.run(replace(command, refuse=(fault, 0, str(place))))
    shutil.rmtree(place)
    return ended.calls


def _pattern(call: str) -> str:
    """Return a call without the numbers in it, and with one name for all small arrays."""
    known = rf"(store|old)/(?!{'|'.join(spec.name for spec in ARRAYS)}|zarr\b)[^/]+"
    return re.sub(r"[0-9a-f]{32}|\d+", "0", re.sub(known, r"\1/*", call))


def _representatives(calls: Sequence[str]) -> Sequence[int]:
    """Return the numbers, from 1, of the first and the last of all calls that are alike."""
    patterns = [_pattern(call) for call in calls]
    last = {pattern: number for number, pattern in enumerate(patterns, 1)}
    first = {pattern: number for number, pattern in reversed([*enumerate(patterns, 1)])}
    return sorted({*first.values(), *last.values()})


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
        outcomes.kinds[ended.refused.split()[0]] += 1
        try:
            may_be_away = FAULTS[fault[0]].lasts and not CASES[case].swap
            state = judge_refused(ended, out, reference, may_be_away=may_be_away)
        except FindingError as finding:
            msg = f"{ended.refused}: {finding}"
            raise FindingError(msg) from finding
        outcomes.states[state] += 1
        outcomes.unharmed += ended.status == 0
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
    away = out.with_name(f"{out.name}.partial") / "old"
    kept = may_be_away and away.is_dir() and state_of(away, reference) == "old"
    if state == "absent" and reference.old is not None and not kept:
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
