"""Running rules over a store; every issue is collected, none raised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mangaxr.errors import MissingFileError, StoreError, one_line
from mangaxr.store.validation.evidence import Evidence, read_evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.levels import Level, levels_up_to
from mangaxr.store.validation.report import StoreReport
from mangaxr.store.validation.root import UNREADABLE
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import evenly, read_slabs
from mangaxr.store.validation.table import RULES

__all__ = ["OnChecked", "run_rules"]

OnChecked = Callable[[int, int], None]
"""Called with the number of galaxies that were looked at, and of all that are to be."""


def run_rules(
    path: Path, *, level: Level, deep: int | None = None, progress: OnChecked | None = None
) -> tuple[StoreReport, Evidence | None]:
    """Check a store by all rules up to a level that need no other files.

    Parameters
    ----------
    path
        The directory.
    level
        The last level to check.
    deep
        Number of galaxies whose maps are decoded, evenly spread; None for all.
    progress
        Called after each slab.

    Returns
    -------
    StoreReport
        What was found.
    Evidence or None
        What was read; None if there is no store.
    """
    report = StoreReport(path, level)
    report.rules.append(UNREADABLE.id)
    try:
        store = read_evidence(path)
    except (MissingFileError, StoreError) as error:
        report.readable = False
        message = one_line(error, 160).removeprefix(f"{path}: ")
        report.add(UNREADABLE, [Found("store", message)])
        return report, None
    report.galaxies = store.galaxies
    levels = levels_up_to(level)
    able = [rule for rule in RULES if rule.level in levels and _able(rule, store, report)]
    for rule in able:
        if rule.check is not None:
            report.add(rule, rule.check(store))
    of_slabs = [rule for rule in able if rule.check_slab is not None]
    if of_slabs:
        report.decoded = _run_slabs(store, of_slabs, deep, report, progress)
    return report, store


def _able(rule: StoreRule, store: Evidence, report: StoreReport) -> bool:
    """Whether a rule can run; if not, what it lacks is told."""
    if rule is UNREADABLE:
        return False  # done
    lacking = [name for name in rule.needs if name not in store.sound]
    if lacking:
        report.left_out[rule.id] = ", ".join(lacking)
        return False
    report.rules.append(rule.id)
    return True


def _run_slabs(
    store: Evidence,
    rules: Iterable[StoreRule],
    deep: int | None,
    report: StoreReport,
    progress: OnChecked | None,
) -> int:
    chosen = evenly(store.galaxies, deep)
    done = 0
    for slab in read_slabs(store, chosen):
        for rule in rules:
            if rule.check_slab is not None:
                report.add(rule, rule.check_slab(slab))
        done += len(slab.galaxies)
        if progress is not None:
            progress(done, len(chosen))
    return done
