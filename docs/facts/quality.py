"""Tables about quality: the metrics, the flags, and the thresholds."""

from __future__ import annotations

from facts.markdown import code, table
from mangaxr.quality.metrics import FLAGS, METRICS, Group
from mangaxr.quality.thresholds import load_thresholds, thresholds_text

__all__ = ["coverage", "flags", "kinematics", "morphology", "signal", "thresholds"]


def coverage() -> str:
    """List the metrics of coverage."""
    return _metrics("coverage")


def signal() -> str:
    """List the metrics of the signal."""
    return _metrics("signal")


def kinematics() -> str:
    """List the kinematic metrics."""
    return _metrics("kinematics")


def morphology() -> str:
    """List the metrics of the light's shape."""
    return _metrics("morphology")


def _metrics(group: Group) -> str:
    columns = ["metric", "units", "what", "formula", "needs", "source"]
    rows = [
        (code(m.name), code(m.units), m.long_name, m.formula, ", ".join(m.needs), m.source)
        for m in METRICS
        if m.group == group
    ]
    return table(columns, rows)


def flags() -> str:
    """List the flags, with the shipped thresholds."""
    conditions = load_thresholds().conditions
    rows = []
    for flag in FLAGS:
        limits = [
            f"`{c.metric}` {'below' if c.below is not None else 'above'} "
            f"{c.below if c.below is not None else c.above:g}"
            for c in conditions[flag.name]
        ]
        decides = "yes" if flag.decides else "no"
        rows.append((code(flag.name), flag.long_name, " or ".join(limits), decides))
    return table(["flag", "what it says", "raised if", "makes unusable"], rows)


def thresholds() -> str:
    """Show the shipped file."""
    return f"```toml\n{thresholds_text().rstrip()}\n```"
