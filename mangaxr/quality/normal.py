"""Normal equations of least squares: small, symmetric, positive definite."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["solve_normal"]

Array = npt.NDArray[np.float64]


def solve_normal(normal: Array, right: Array) -> Array:
    """Solve by Cholesky's decomposition, straight by LAPACK.

    Parameters
    ----------
    normal
        Matrix (n, n).
    right
        Vector (n,) or matrix (n, k); with the unit matrix, the result is the inverse.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns do not determine the solution.

    Examples
    --------
    >>> solve_normal(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    array([1. , 0.5])
    """
    _, solution, info = _dposv()(normal, right)
    if info or not math.isfinite(np.vdot(solution, solution)):
        msg = "the columns of a fit are not independent"
        raise np.linalg.LinAlgError(msg)
    return np.asarray(solution, dtype=np.float64)


@cache
def _dposv() -> Callable[[Array, Array], tuple[Array, Array, int]]:
    # Half a second that a process which fits nothing need not spend on its start.
    from scipy.linalg.lapack import dposv

    found: Callable[[Array, Array], tuple[Array, Array, int]] = dposv
    return found
