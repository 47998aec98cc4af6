"""Area means of masked maps: value, standard deviation and coverage in one call.

With a_i the area that output pixel and input pixel i share, times the weight of i, and
summing over the input pixels that are valid,

    value    = sum(a_i f_i) / sum(a_i)
    sigma    = sum(a_i sigma_i) / sum(a_i)
    coverage = shared area of the input pixels that count / area of the output pixel

The value is that of drizzling with a drop as large as the pixel (Fruchter & Hook 2002,
PASP 114, 144, pixfrac = 1). It is a mean, so it suits surface brightness, in any unit per
area, and anything intensive; the flux of a map is conserved as
``nansum(value * coverage) * overlap.pixel_area == values[valid].sum()`` where the grid
covers the input and no weights are given. A quantity *per input pixel* becomes one per
output pixel by the factor ``overlap.pixel_area``.

The standard deviation takes the input pixels within one output pixel as fully correlated.
Spaxels of MaNGA are nearly so, rho = exp(-d^2 / (2 * 1.92^2)) at a distance of d spaxels
(Westfall et al. 2019, AJ 158, 231), 0.87 between neighbours. For any correlation this is
the upper bound, reached at rho = 1, and a constant sigma stays that constant.
Independent pixels would give ``sqrt(sum(a_i^2 sigma_i^2)) / sum(a_i)``, which for n equal
pixels is smaller by sqrt(n). Output pixels that share an input pixel are correlated too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangaxr.errors import GridError
from mangaxr.regrid.overlap import Overlap

__all__ = ["Resampled", "coverage", "mean", "resample"]


class Resampled(NamedTuple):
    """Maps on the target grid, each (..., Ny, Nx) float64.

    Parameters
    ----------
    value : ndarray
        Mean of the input pixels that count, in their unit; NaN where there is none.
    sigma : ndarray
        Standard deviation of `value`, in its unit; NaN where there is no value, where
        it is not known for some input pixel, and everywhere if no `sigma` was given.
    coverage : ndarray
        Share, 0 to 1, of the output pixel's area over input pixels that count.
    """

    value: NDArray[np.float64]
    sigma: NDArray[np.float64]
    coverage: NDArray[np.float64]


def resample(
    values: ArrayLike,
    valid: ArrayLike,
    overlap: Overlap,
    *,
    sigma: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Resampled:
    """Average masked maps over the pixels of a target grid.

    Parameters
    ----------
    values : array_like
        Maps (..., ny, nx). A valid pixel that is not finite counts as not measured.
    valid : array_like of bool
        True where a pixel was measured, (ny, nx) or one mask per map. What `values`,
        `sigma` and `weights` hold elsewhere has no influence, NaN included.
    overlap : Overlap
        From `overlap_of`, for this input shape.
    sigma : array_like, optional
        Standard deviation of `values`, same unit. Taken as fully correlated within an
        output pixel: the conservative upper bound, see `mangaxr.regrid.masked`.
    weights : array_like, optional
        Weight per pixel on top of its area, such as line flux for a velocity; only
        ratios matter. A pixel whose weight is not finite and above 0 does not count.

    Returns
    -------
    Resampled
        Value, standard deviation and coverage on the target grid.

    Raises
    ------
    GridError
        If an array's last two axes are not the input shape of `overlap`, or `valid` is
        not boolean.

    Examples
    --------
    >>> from mangaxr.regrid import PixelGrid, overlap_of
    >>> overlap = overlap_of(PixelGrid.field((2, 2), npix=1), (2, 2))
    >>> velocity = [[10.0, 20.0], [np.nan, 99.0]]
    >>> valid = np.array([[True, True], [False, True]])
    >>> resample(velocity, valid, overlap, sigma=[[2, 2], [2, 2]], weights=[[3, 1], [1, 0]])
    Resampled(value=array([[12.5]]), sigma=array([[2.]]), coverage=array([[0.5]]))
    """
    arrays, shape = _checked(
        {"valid": valid, "values": values, "sigma": sigma, "weights": weights}, overlap
    )
    used = _restrict(arrays["valid"], np.isfinite(arrays["values"]))
    weighing = _weigh(used, arrays.get("weights"), overlap)
    value = _average(arrays["values"], weighing, overlap)
    if sigma is None:
        average_sigma: NDArray[np.float64] = np.full(shape, np.nan)
    else:
        average_sigma = _average_sigma(arrays["sigma"], weighing, overlap)
    return Resampled(
        value=_spread_over(shape, value),
        sigma=_spread_over(shape, average_sigma),
        coverage=_spread_over(shape, _share(weighing.area, overlap)),
    )


def mean(
    values: ArrayLike, valid: ArrayLike, overlap: Overlap, *, weights: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Average masked maps, when neither sigma nor coverage is of interest.

    Parameters
    ----------
    values, valid, overlap, weights
        As for `resample`.

    Returns
    -------
    ndarray
        Float64 (..., Ny, Nx), in the unit of `values`; NaN where no input pixel counts.

    Raises
    ------
    GridError
        As for `resample`.

    Examples
    --------
    >>> from mangaxr.regrid import PixelGrid, overlap_of
    >>> overlap = overlap_of(PixelGrid.field((2, 2), npix=1), (2, 2))
    >>> mean([[1.0, 2.0], [3.0, 4.0]], np.ones((2, 2), dtype=bool), overlap)
    array([[2.5]])
    """
    return resample(values, valid, overlap, weights=weights).value


def coverage(valid: ArrayLike, overlap: Overlap) -> NDArray[np.float64]:
    """Return the share of each output pixel's area that was measured.

    Parameters
    ----------
    valid : array_like of bool
        True where a pixel was measured, (..., ny, nx).
    overlap : Overlap
        From `overlap_of`, for this input shape.

    Returns
    -------
    ndarray
        Float64 (..., Ny, Nx), 0 to 1. Area beyond the input was not measured.

    Raises
    ------
    GridError
        If the last two axes are not the input shape of `overlap`, or `valid` is not
        boolean.

    Examples
    --------
    >>> from mangaxr.regrid import PixelGrid, overlap_of
    >>> overlap = overlap_of(PixelGrid.field((2, 2), npix=1), (2, 2))
    >>> coverage(np.array([[True, True], [False, True]]), overlap)
    array([[0.75]])
    """
    arrays, _ = _checked({"valid": valid}, overlap)
    return _share(overlap.integrate(arrays["valid"].astype(np.float64)), overlap)


class _Weighing(NamedTuple):
    """What each input pixel counts for: inputs (..., ny, nx), then sums (..., Ny, Nx)."""

    used: NDArray[np.bool_]
    weight: NDArray[np.float64]
    area: NDArray[np.float64]
    total: NDArray[np.float64]


def _weigh(
    used: NDArray[np.bool_], weights: NDArray[np.float64] | None, overlap: Overlap
) -> _Weighing:
    if weights is None:
        weight = used.astype(np.float64)
        area = overlap.integrate(weight)
        return _Weighing(used, weight, area, total=area)
    used = _restrict(used, np.isfinite(weights) & (weights > 0))
    weight = np.where(used, weights, 0.0)
    area = overlap.integrate(used.astype(np.float64))
    return _Weighing(used, weight, area, total=overlap.integrate(weight))


def _restrict(used: NDArray[np.bool_], condition: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # A mask that serves a whole stack stays one mask, so that its area is summed once.
    return used if np.all(condition | ~used) else used & condition


def _average(
    values: NDArray[np.float64], weighing: _Weighing, overlap: Overlap
) -> NDArray[np.float64]:
    # Zeros replace what does not count before anything multiplies it: NaN * 0 is NaN.
    total = overlap.integrate(np.where(weighing.used, values, 0.0) * weighing.weight)
    average = np.full(np.broadcast_shapes(total.shape, weighing.total.shape), np.nan)
    np.divide(total, weighing.total, out=average, where=weighing.total > 0)
    return average


def _average_sigma(
    sigma: NDArray[np.float64], weighing: _Weighing, overlap: Overlap
) -> NDArray[np.float64]:
    unknown = weighing.used & ~(np.isfinite(sigma) & (sigma >= 0))
    average = _average(np.where(unknown, 0.0, sigma), weighing, overlap)
    if np.any(unknown):
        touched = overlap.integrate(unknown.astype(np.float64)) > 0
        average = np.where(touched, np.nan, average)
    return average


def _share(area: NDArray[np.float64], overlap: Overlap) -> NDArray[np.float64]:
    # Rounding can lift a covered pixel one unit in the last place above its own area.
    return np.minimum(area / overlap.pixel_area, 1.0)


def _spread_over(shape: tuple[int, ...], array: NDArray[np.float64]) -> NDArray[np.float64]:
    # A copy, not a view: whoever receives the result may write to one map of it.
    return array if array.shape == shape else np.broadcast_to(array, shape).copy()


def _checked(
    given: dict[str, ArrayLike | None], overlap: Overlap
) -> tuple[dict[str, NDArray[Any]], tuple[int, ...]]:
    """Return the arrays that were given, and the output shape of the stack they make."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in given.items():
        if array is None:
            continue
        arrays[name] = np.asarray(array, dtype=None if name == "valid" else np.float64)
        if arrays[name].shape[-2:] != overlap.input_shape:
            msg = (
                f"{name} has shape {arrays[name].shape}: expected (..., ny, nx) ending in "
                f"{overlap.input_shape}, the input shape that the overlap was made for"
            )
            raise GridError(msg)
    if arrays["valid"].dtype != np.bool_:
        msg = (
            f"valid has dtype {arrays['valid'].dtype}: expected bool, True where measured "
            "(of a bit mask, pass (mask & bits) == 0)"
        )
        raise GridError(msg)
    stacks = {name: array.shape[:-2] for name, array in arrays.items()}
    try:
        stack = np.broadcast_shapes(*stacks.values())
    except ValueError as error:
        msg = f"the leading axes do not broadcast to one stack: {stacks}"
        raise GridError(msg) from error
    return arrays, stack + overlap.output_shape
