"""Semantics: states, failures and verdicts that agree with each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mangaxr.quality.metrics import FLAGS, METRICS
from mangaxr.store.contract import GALAXY_COORDS, MISSING, QUALITY_COORDS, STATUS
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

_METRICS = tuple(row.name for row in METRICS)
_VERDICT = (*(flag.name for flag in FLAGS), "usable", "reason")

_OF_FAILED = frozenset(
    (
        *("galaxy", "status", "failure", "reason", "row_sha256", "plate", "ifu"),
        *("source_file", "source_path", "source_url"),
    )
)
"""What is known of a galaxy that failed: its names, its file, and why."""


def _states(store: Evidence) -> Iterator[Found]:
    allowed = (STATUS["done"], STATUS["failed"])
    columns = (store.columns["status"].tolist(), store.columns["failure"].tolist())
    for i, (status, failure) in enumerate(zip(*columns, strict=True)):
        if status not in allowed:
            yield Found("status", f"is {status}, neither done nor failed", store.name(i))
        elif bool(failure) != (status == STATUS["failed"]):
            words = f"is {failure!r}, though status is {status}"
            yield Found("failure", words, store.name(i))


def _failed_rows(store: Evidence) -> Iterator[Found]:
    failed = np.flatnonzero(store.columns["status"] == STATUS["failed"])
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS):
        if spec.name in _OF_FAILED or spec.name not in store.sound:
            continue
        missing = MISSING[spec.dtype]
        for i in failed:
            value = store.columns[spec.name][i]
            if not (value == missing or (value != value and missing != missing)):
                yield Found(spec.name, f"is {value}, though the galaxy failed", store.name(int(i)))
    for i in failed:
        failure, reason = (str(store.columns[name][i]) for name in ("failure", "reason"))
        if reason != f"failed: {failure}":
            yield Found("reason", f"is {reason!r}, not that it failed", store.name(int(i)))


def _judged(store: Evidence) -> Iterator[Found]:
    metrics = {name: store.columns[name].tolist() for name in _METRICS}
    verdict = {name: store.columns[name].tolist() for name in _VERDICT}
    for i in np.flatnonzero(store.columns["status"] == STATUS["done"]).tolist():
        expected = store.thresholds.judge({name: metrics[name][i] for name in _METRICS})
        for name in _VERDICT:
            if verdict[name][i] != expected[name]:
                words = f"is {verdict[name][i]!r}; metrics and thresholds say {expected[name]!r}"
                yield Found(name, words, store.name(i))


def _thresholds(store: Evidence) -> Iterator[Found]:
    if "thresholds" in store.faults:
        yield Found("thresholds", store.faults["thresholds"])


_REBUILD = "Build the store anew; what was edited cannot be told from what was computed."

RULES = (
    StoreRule(
        id="MX311",
        level="semantics",
        title="Every galaxy is done or failed, and `failure` says why if, and only if, it failed.",
        why="`status` or `failure` was edited.",
        remedy=_REBUILD,
        needs=("status", "failure"),
        check=_states,
    ),
    StoreRule(
        id="MX312",
        level="semantics",
        title="Of a galaxy that failed only names, file and reason are known; it is not usable.",
        why="Values were put in by hand, or `status` was edited.",
        remedy=_REBUILD,
        needs=("status", "failure", "reason"),
        check=_failed_rows,
    ),
    StoreRule(
        id="MX313",
        level="semantics",
        title="The thresholds can be read.",
        why="The attribute was edited, or names a metric or flag that this mangaxr lacks.",
        remedy="Use the version of mangaxr that wrote the store.",
        check=_thresholds,
    ),
    StoreRule(
        id="MX314",
        level="semantics",
        title="Flags, `usable` and `reason` follow from the metrics by the store's thresholds.",
        why="A metric, a flag or the thresholds were edited after the verdict.",
        remedy="To judge by other thresholds, `mangaxr.judge_quality`; the store keeps its own.",
        needs=("status", "thresholds", *_METRICS, *_VERDICT),
        check=_judged,
    ),
)
