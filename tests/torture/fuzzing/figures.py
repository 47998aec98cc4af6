"""Counts of a run, as a table to print."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from torture.fuzzing.reading import Finding, Report

__all__ = ["Figures", "outcome_of"]

_OUTCOMES = ("refused", "refused or as sound", "as sound", "as stated", "finding")
_LARGEST = 3


def outcome_of(report: Report) -> str:
    """Sum up what the ways of reading gave."""
    if report.findings:
        return "finding"
    outcomes = set(report.outcomes.values())
    if "as stated" in outcomes:
        return "as stated"
    return outcomes.pop() if len(outcomes) == 1 else "refused or as sound"


@dataclass(slots=True)
class Figures:
    """What a run has come to."""

    digests: set[bytes] = field(default_factory=set)
    repeated: int = 0
    reads: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: list[Finding] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    largest: list[tuple[int, str]] = field(default_factory=list)
    resident: int = 0

    def add(self, found: Report | Finding) -> None:
        """Count a file; one that was there before counts only if it is a finding."""
        if isinstance(found, Finding):
            self.findings.append(found)
            return
        self.findings += found.findings
        if found.digest in self.digests:
            self.repeated += 1
            return
        self.digests.add(found.digest)
        self.counts[found.kind][outcome_of(found)] += 1
        self.reads += len(found.outcomes)
        self.resident = max(self.resident, found.resident)
        what = f"{found.kind}, number {found.number}, {found.size} bytes"
        for name, seconds in found.seconds.items():
            self.slowest = sorted([*self.slowest, (seconds, f"{name}: {what}")])[-_LARGEST:]
        for name, size in found.allocated.items():
            self.largest = sorted([*self.largest, (size, f"{name}: {what}")])[-_LARGEST:]

    def lines(self) -> list[str]:
        """Return the table of kinds and outcomes, and the extremes."""
        rows = [("kind of mutation", "files", *_OUTCOMES)]
        total: Counter[str] = Counter()
        for kind in sorted(self.counts):
            rows.append(_row(kind, self.counts[kind]))
            total += self.counts[kind]
        rows.append(_row("all", total))
        lines = [f"| {' | '.join(row)} |" for row in rows]
        lines.insert(1, "| --- |" + " ---: |" * (len(rows[0]) - 1))
        lines += ["", f"{len(self.digests)} distinct files ({self.repeated} came twice), "
                  f"{self.reads} reads; resident memory of a process at most "
                  f"{self.resident / 2**20:.0f} MiB"]  # fmt: skip
        lines += [f"slow: {seconds:.2f} s, {what}" for seconds, what in reversed(self.slowest)]
        lines += [f"large: {size / 2**20:.1f} MiB, {what}" for size, what in reversed(self.largest)]
        return lines


def _row(kind: str, counts: Counter[str]) -> tuple[str, ...]:
    return (kind, str(counts.total()), *(str(counts[outcome]) for outcome in _OUTCOMES))
