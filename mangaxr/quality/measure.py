"""All metrics of one galaxy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.quality.coverage import measure_coverage
from mangaxr.quality.field import Field, field_of
from mangaxr.quality.kinematics import measure_kinematics
from mangaxr.quality.metrics import METRICS, Group
from mangaxr.quality.morphology import measure_morphology
from mangaxr.quality.signal import measure_signal

__all__ = ["measure_quality"]

_GROUPS: Mapping[Group, Callable[[Field], dict[str, float]]] = {
    "coverage": measure_coverage,
    "signal": measure_signal,
    "kinematics": measure_kinematics,
    "morphology": measure_morphology,
}


_UNKNOWN = dict.fromkeys((row.name for row in METRICS), math.nan)


def measure_quality(
    planes: MeasuredPlanes, facts: Mapping[str, Any], *, min_snr: float
) -> dict[str, float]:
    """Compute every metric of a galaxy.

    Parameters
    ----------
    planes
        Those that `mangaxr.quality.field.wanted_by_quality` names; what a file lacks makes
        NaN of the metrics that need it.
    facts
        Values of its primary header, by mangaxr's names.
    min_snr
        Spaxels whose H-alpha is fainter have no velocity.

    Returns
    -------
    dict
        One entry per row of `METRICS`, in their order.

    Raises
    ------
    NotMapsError
        If the extensions are of different shapes.
    """
    field = field_of(planes, facts, min_snr=min_snr)
    found: dict[str, float] = {}
    for compute in _GROUPS.values():
        found |= compute(field)
    return _UNKNOWN | found
