"""What a number is drawn from, as a function that makes of each share of the cases a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from mangaxr.errors import CriteriaError
from mangaxr.settings import check_names, read_number

__all__ = ["DISTRIBUTIONS", "Prior", "read_prior"]

Quantile = Callable[[float, float, float], float]

DISTRIBUTIONS: Mapping[str, Quantile] = {
    "fixed": lambda _share, value, _same: value,
    "uniform": lambda share, low, high: low + share * (high - low),
    "log_uniform": lambda share, low, high: low * (high / low) ** share,
    "normal": lambda share, mean, sigma: mean + sigma * NormalDist().inv_cdf(share),
}
"""Name -> the value that a share of the cases lies below, of the share and two numbers."""

_SOUND: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "fixed": (lambda _value, _same: True, "a number"),
    "uniform": (lambda low, high: low <= high, "[from, to]"),
    "log_uniform": (lambda low, high: 0 < low <= high, "[from, to] above 0"),
    "normal": (lambda _mean, sigma: sigma >= 0, "[mean, sigma]"),
}


@dataclass(frozen=True, slots=True)
class Prior:
    """A distribution of one number.

    Parameters
    ----------
    kind
        Of `DISTRIBUTIONS`.
    first, second
        Its numbers.

    Examples
    --------
    >>> Prior("uniform", 1.0, 3.0).quantile(0.5), Prior("log_uniform", 1.0, 100.0).quantile(0.5)
    (2.0, 10.0)
    """

    kind: str
    first: float
    second: float

    def quantile(self, share: float) -> float:
        """Return the value that a share of the cases, between 0 and 1, lies below."""
        return DISTRIBUTIONS[self.kind](share, self.first, self.second)

    def written(self) -> Any:
        """Return it as it stands in a settings file."""
        return self.first if self.kind == "fixed" else {self.kind: [self.first, self.second]}


def read_prior(where: str, what: str, value: object) -> Prior:
    """Read what stands in a settings file.

    Raises
    ------
    CriteriaError
        If it is neither a number nor a distribution.

    Examples
    --------
    >>> read_prior("lens.toml", "theta_E", {"uniform": [0.8, 1.2]})
    Prior(kind='uniform', first=0.8, second=1.2)
    """
    if not isinstance(value, Mapping):
        number = read_number(where, what, value)
        return Prior("fixed", number, number)
    if len(value) != 1:
        msg = f"{where}: {what} = {dict(value)}: expected one distribution, such as uniform"
        raise CriteriaError(msg)
    ((kind, numbers),) = value.items()
    check_names(where, "distribution", [kind], [k for k in DISTRIBUTIONS if k != "fixed"])
    sound, words = _SOUND[kind]
    if not isinstance(numbers, list) or len(numbers) != 2:
        msg = f"{where}: {what}: {kind} = {numbers!r}: expected {words}"
        raise CriteriaError(msg)
    first, second = (read_number(where, f"{what}: {kind}", number) for number in numbers)
    if not (math.isfinite(first) and math.isfinite(second) and sound(first, second)):
        msg = f"{where}: {what}: {kind} = {numbers!r}: expected {words}"
        raise CriteriaError(msg)
    return Prior(kind, first, second)
