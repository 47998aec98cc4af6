"""What is asked of a lazy array: an integer, a slice or a list for each axis, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

__all__ = ["take"]


def take(values: npt.NDArray[Any], key: Sequence[Any]) -> npt.NDArray[Any]:
    """Index each axis by its own part of the key.

    That is how xarray indexes ("outer"); numpy would pair lists on several axes. xarray could
    be told that only slices are known here, but up to 2026.7 it then fails on empty lists.

    Parameters
    ----------
    values
        Of any shape.
    key
        For the first axes, in order: an integer, which drops its axis, a slice, or a list.

    Examples
    --------
    >>> import numpy as np
    >>> take(np.arange(12).reshape(3, 4), ([0, 2], [1, 3])).tolist()
    [[1, 3], [9, 11]]
    """
    # From the last, so that an axis that is dropped moves none that is still to come.
    for axis in reversed(range(len(key))):
        values = values[(slice(None),) * axis + (key[axis],)]
    return values
