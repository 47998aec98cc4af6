"""Scaling of channels for networks, invertible: nothing is clipped.

physical = g(tensor) * scale + offset, with g the identity or sinh. The parameters are per
galaxy and channel, and stored. The inverse is exact to the rounding of the float32 tensor:
|error| <= 2**-24 * |t| * g'(t) * scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.order import median, percentiles
from mangaxr.tensors.channels import Quantity
from mangaxr.tensors.scaling_names import ScalingName

__all__ = [
    "CENTERED",
    "LEAST_CONTRAST",
    "RANGE_PERCENTILES",
    "SPREAD_PERCENTILE",
    "Scaling",
    "fit_scaling",
]

Floats = npt.NDArray[np.float64]

RANGE_PERCENTILES = (5.0, 99.5)
SPREAD_PERCENTILE = 95.0

LEAST_CONTRAST = 1e-30
"""Share of the largest distance from the offset below which a scale would make infinities of
float32, which ends at 3e38."""

CENTERED: Mapping[Quantity, bool] = MappingProxyType(
    {"surface_brightness": False, "velocity": True, "dispersion": False, "ratio": False}
)
"""Whether a quantity is scaled about its median (velocities) or from its low end."""


class Scaling(NamedTuple):
    """Parameters of one channel of one galaxy; ``offset`` and ``scale`` in its unit."""

    name: ScalingName
    offset: float
    scale: float

    def forward(self, physical: Floats) -> Floats:
        """Turn physical values into those of the tensor; NaN stays NaN."""
        linear = (physical - self.offset) / self.scale
        return np.arcsinh(linear) if self.name == "asinh" else linear

    def inverse(self, tensor: Floats) -> Floats:
        """Turn tensor values back into physical ones.

        Examples
        --------
        >>> Scaling("robust", 10.0, 200.0).inverse(np.array([0.5]))
        array([110.])
        """
        linear = np.sinh(tensor) if self.name == "asinh" else tensor
        return linear * self.scale + self.offset


def fit_scaling(name: ScalingName, physical: Floats, quantity: Quantity) -> Scaling:
    """Choose the parameters for one map.

    Parameters
    ----------
    name
        ``robust``: velocities from their median, over the 95th percentile of the distance
        to it; other quantities from their 5th to their 99.5th percentile.
        ``asinh``: the same, with the distance from the offset taken for the scale, so that
        faint values stay linear and bright ones are compressed. ``none``: offset 0, scale 1.
    physical
        Map in its unit, NaN where there is no value.
    quantity
        What the map is of.

    Returns
    -------
    Scaling
        Scale 1 where the map is constant, or all but so, or empty; offset 0 where it is empty.
    """
    values = physical[np.isfinite(physical)]
    if name == "none" or not values.size:
        return Scaling(name, 0.0, 1.0)
    if CENTERED[quantity]:
        offset = median(values)
    else:
        offset, high = _percentiles(values, *RANGE_PERCENTILES)
    distance = np.abs(values - offset)
    if CENTERED[quantity] or name == "asinh":
        (scale,) = _percentiles(distance, SPREAD_PERCENTILE)
    else:
        scale = high - offset
    usable = scale > LEAST_CONTRAST * float(np.max(distance))
    return Scaling(name, offset, scale if usable else 1.0)


def _percentiles(values: Floats, *percents: float) -> tuple[float, ...]:
    return percentiles(values, [percent / 100.0 for percent in percents])
