"""Checking a lensed set against its contract, down to the store that it was made from."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from mangaxr.errors import MangaxrError, UnknownNameError, one_line
from mangaxr.lensed_sets.contract import IMAGE
from mangaxr.lensed_sets.evidence import SetEvidence, read_set
from mangaxr.lensed_sets.rules import READABLE, REBUILT, RULES, Images, SetRule
from mangaxr.lensed_sets.sample import make_sample
from mangaxr.store.arrays import read_arrays
from mangaxr.store.attributes import content_of
from mangaxr.store.layout import slabs
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.levels import Level, check_level, levels_up_to
from mangaxr.store.validation.report import StoreReport
from mangaxr.store.validation.slab import evenly

__all__ = ["validate_set"]

_REBUILT = 3
OnChecked = Callable[[int, int], None]


def validate_set(
    path: str | os.PathLike[str],
    *,
    level: Level = "values",
    store: str | os.PathLike[str] | None = None,
    deep: int | Literal["all"] | None = None,
    progress: OnChecked | None = None,
) -> StoreReport:
    """Check a lensed set; every issue is collected, none raised.

    Parameters
    ----------
    path
        The ``.zarr`` directory.
    level
        How far to go, each level with all before it: ``structure``, ``values``, ``semantics``,
        ``sources``, for which samples are made again.
    store
        The tensor store that it was made from, for ``sources``.
    deep
        Number of samples, evenly spread, that are made again, or ``"all"``; 3 by default.
    progress
        Called with the number of samples that were looked at, and of all.

    Returns
    -------
    StoreReport
        ``issues`` is empty for a sound set.

    Raises
    ------
    UnknownNameError
        If there is no such level, or ``sources`` is asked for without a store.

    Examples
    --------
    >>> from mangaxr.lensed_sets import validate_set
    >>> [str(issue) for issue in validate_set("missing.zarr").issues]
    ['LX101 store: no such store: build one with `mangaxr lens-set STORE missing.zarr --n N`']
    """
    began = time.monotonic()
    level = check_level(level)
    if level == "sources" and store is None:
        msg = "level sources makes samples again: name the store that their galaxies are from"
        raise UnknownNameError(msg)
    report = StoreReport(Path(path), level, unit="samples")
    report.rules.append(READABLE.id)
    try:
        evidence = read_set(Path(path))
    except MangaxrError as error:
        report.readable = False
        report.add(READABLE, [Found("store", one_line(error, 160).removeprefix(f"{path}: "))])
        return report
    report.galaxies = evidence.samples
    levels = levels_up_to(level)
    for rules in (_of("structure"), [rule for rule in RULES if rule.level in levels[1:]]):
        if report.counts:
            report.left_out |= dict.fromkeys((rule.id for rule in rules), "a sound structure")
            break
        _run(rules, evidence, report, progress)
    if store is not None and level == "sources" and not report.counts:
        report.rules.append(REBUILT.id)
        number = None if deep == "all" else deep or _REBUILT
        chosen = evenly(evidence.samples, number)
        report.add(REBUILT, _compare(evidence, Path(store).absolute(), [int(i) for i in chosen]))
        report.rebuilt = len(chosen)
    report.seconds = time.monotonic() - began
    return report


def _of(level: Level) -> list[SetRule]:
    return [rule for rule in RULES if rule.level == level and rule is not READABLE]


def _run(
    rules: Sequence[SetRule],
    evidence: SetEvidence,
    report: StoreReport,
    progress: OnChecked | None,
) -> None:
    """Run rules on the set as a whole, and then on its images."""
    for rule in rules:
        if rule.check is not None:
            report.rules.append(rule.id)
            report.add(rule, rule.check(evidence))
    of_images = [rule for rule in rules if rule.check_slab is not None]
    report.rules += [rule.id for rule in of_images]
    if not of_images:
        return
    for members in slabs(evidence.samples):
        try:
            (values,) = read_arrays(evidence.path, members, [IMAGE.name])
        except MangaxrError as error:
            message = f"samples {members.start} to {members.stop - 1}: {one_line(error, 120)}"
            report.add(of_images[0], [Found(IMAGE.name, message)])
            continue
        for rule in of_images:
            report.add(rule, rule.check_slab(Images(evidence, members, values)))  # type: ignore[misc]
        report.decoded += len(members)
        if progress is not None:
            progress(report.decoded, evidence.samples)


def _compare(evidence: SetEvidence, store: Path, chosen: Sequence[int]) -> Iterator[Found]:
    """Make samples again, and compare them with those that are stored."""
    content, stored = content_of(store), evidence.attributes["store_content_sha256"]
    if content != stored:
        yield Found("store_content_sha256", f"is {stored[:12]}, that of {store} {content[:12]}")
        return
    for i in chosen:
        made = make_sample(i, store=store, config=evidence.known_config)
        (image,) = read_arrays(evidence.path, [i], [IMAGE.name])
        if not np.array_equal(made.image, image[0], equal_nan=True):
            largest = np.nanmax(np.abs(made.image - image[0]))
            yield Found(IMAGE.name, f"differs by up to {largest:.3g}", f"sample {i}")
