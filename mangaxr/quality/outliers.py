"""What of a model's residuals neither noise nor their own spread explains."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mangaxr.order import MAD_TO_SIGMA, median

__all__ = ["are_explained"]

_FARTHEST = 5.0
"""Standard deviations from which on a residual is an outlier."""


def are_explained(
    away: npt.NDArray[np.float64], sigma: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Tell which residuals are within five standard deviations, of their noise or of all.

    Parameters
    ----------
    away, sigma
        Sizes of the residuals, and their errors.

    Examples
    --------
    >>> are_explained(np.array([1.0, 2.0, 3.0, 40.0]), np.array([1.0, 1.0, 1.0, 1.0]))
    array([ True,  True,  True, False])
    """
    explained: npt.NDArray[np.bool_] = away <= _FARTHEST * sigma
    if not explained.all():  # or the spread, a median, is not needed
        explained |= away <= _FARTHEST * MAD_TO_SIGMA * median(away)
    return explained
