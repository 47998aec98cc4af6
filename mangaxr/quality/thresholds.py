"""From metrics to flags and a verdict, by a table of thresholds."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mangaxr.errors import CriteriaError
from mangaxr.quality.metrics import FLAGS, METRICS
from mangaxr.settings import check_names, read_number, read_table, read_toml

__all__ = ["Condition", "Thresholds", "load_thresholds", "parse_thresholds", "thresholds_text"]

_SHIPPED = Path(__file__).parent / "shipped"
_DEFAULT = "default"
_UNITS = {row.name: row.units for row in METRICS}


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric, and the number that it must not be below, or above, of."""

    metric: str
    below: float | None = None
    above: float | None = None

    def raised(self, value: float) -> bool:
        """Whether a value raises the flag; one that is unknown does."""
        is_above = self.above is not None and value > self.above
        return math.isnan(value) or self._is_below(value) or is_above

    def words(self, value: float) -> str:
        """Say why a value raises the flag."""
        if math.isnan(value):
            return f"{self.metric} is unknown"
        unit = "" if _UNITS[self.metric] == "1" else f" {_UNITS[self.metric]}"
        side, limit = ("below", self.below) if self._is_below(value) else ("above", self.above)
        return f"{self.metric} {value:.3g}{unit} is {side} {limit:g}"

    def _is_below(self, value: float) -> bool:
        return self.below is not None and value < self.below


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When each flag is raised.

    Parameters
    ----------
    name
        Of the table.
    conditions
        Flag -> its conditions; a flag without any is never raised.
    """

    name: str
    conditions: Mapping[str, tuple[Condition, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain JSON values."""
        return {
            flag: {
                c.metric: {
                    side: v for side, v in (("below", c.below), ("above", c.above)) if v is not None
                }
                for c in conditions
            }
            for flag, conditions in self.conditions.items()
        }

    def judge(self, metrics: Mapping[str, float]) -> dict[str, Any]:
        """Return a galaxy's flags, ``usable`` and ``reason``.

        Examples
        --------
        >>> verdict = load_thresholds().judge({row.name: 1.0 for row in METRICS})
        >>> verdict["usable"], verdict["reason"].split(":")[0]
        (False, 'bad_quality')
        """
        flags, reasons = {}, []
        for flag in FLAGS:
            raised = [
                condition
                for condition in self.conditions.get(flag.name, ())
                if condition.raised(metrics[condition.metric])
            ]
            flags[flag.name] = bool(raised)
            if raised and flag.decides:
                words = [condition.words(metrics[condition.metric]) for condition in raised]
                reasons.append(f"{flag.name}: {', '.join(words)}")
        return {**flags, "usable": not reasons, "reason": "; ".join(reasons)}


def load_thresholds(source: str | os.PathLike[str] | Thresholds | None = None) -> Thresholds:
    """Read a table of thresholds.

    Parameters
    ----------
    source
        A TOML file, or None for the shipped table.

    Returns
    -------
    Thresholds
        The conditions of every flag that the table names.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CriteriaError
        If it is not TOML, or names a flag or metric that does not exist.

    Examples
    --------
    >>> load_thresholds().conditions["low_flux"]
    (Condition(metric='ha_snr_1re', below=5.0, above=None),)
    """
    if isinstance(source, Thresholds):
        return source
    if source is None:
        return _default()
    file = Path(source).expanduser()
    missing = "no such file of thresholds; `mangaxr quality --show-thresholds` prints one"
    document = read_toml(file, where=str(source), what="thresholds", missing=missing)
    return parse_thresholds(document, name=file.stem, where=str(source))


def thresholds_text() -> str:
    """Return the shipped table, with its comments."""
    return (_SHIPPED / f"{_DEFAULT}.toml").read_text(encoding="utf-8")


@cache
def _default() -> Thresholds:
    return parse_thresholds(tomllib.loads(thresholds_text()), name=_DEFAULT, where=_DEFAULT)


def parse_thresholds(content: Mapping[str, Any], *, name: str, where: str) -> Thresholds:
    """Read a table that was parsed already; ``where`` names its source in messages.

    Raises
    ------
    CriteriaError
        If it names a flag or metric that does not exist, or has no limits.
    """
    check_names(where, "flag", content, [flag.name for flag in FLAGS])
    conditions = {}
    for flag, table in content.items():
        metrics = read_table(where, flag, table)
        check_names(where, "metric", metrics, _UNITS)
        conditions[flag] = tuple(
            _condition(where, metric, limits) for metric, limits in metrics.items()
        )
    return Thresholds(name, conditions)


def _condition(where: str, metric: str, limits: object) -> Condition:
    if not isinstance(limits, Mapping) or not limits:
        msg = f"{where}: {metric} = {limits!r}: expected a limit such as {{ below = 5.0 }}"
        raise CriteriaError(msg)
    check_names(where, "limit", limits, ("below", "above"))
    numbers = {
        side: read_number(where, f"{side} of {metric}", value) for side, value in limits.items()
    }
    return Condition(metric, **numbers)
