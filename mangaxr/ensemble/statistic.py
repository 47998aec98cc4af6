"""A statistic by its name, over the galaxies of an array, as labelled results."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import xarray as xr

from mangaxr.ensemble.blocks import in_strips, reduce_galaxies
from mangaxr.ensemble.groups import Groups
from mangaxr.ensemble.kernel import Kernel
from mangaxr.ensemble.mean import MeanKernel
from mangaxr.ensemble.percentile import PercentileKernel
from mangaxr.ensemble.sample import Sample
from mangaxr.errors import EnsembleError, known_name

__all__ = ["Statistic", "check_statistic", "statistics"]

Statistic = Literal["mean", "median", "percentile"]

_LONG_NAMES = {
    "standard_error": "standard error, from the scatter of galaxies",
    "bootstrap_error": "standard deviation over resamples of the galaxies",
    "count": "number of galaxies with a value",
}


def check_statistic(statistic: str, q: Any) -> tuple[float, ...]:
    """Return the percentiles that a statistic wants; none for the mean.

    Raises
    ------
    UnknownNameError
        If there is no such statistic.
    EnsembleError
        If percentiles are missing, not wanted, or not between 0 and 100.

    Examples
    --------
    >>> check_statistic("percentile", [16, 84])
    (16.0, 84.0)
    """
    known_name("statistic", statistic, get_args(Statistic))
    if (q is not None) != (statistic == "percentile"):
        msg = (
            f"q={q!r} with statistic={statistic!r}: percentiles go with 'percentile', as q=[16, 84]"
        )
        raise EnsembleError(msg)
    if statistic != "percentile":
        return (50.0,) if statistic == "median" else ()
    try:
        numbers = np.atleast_1d(np.asarray(q, dtype=np.float64))
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.ndim != 1 or not numbers.size or not ((numbers >= 0) & (numbers <= 100)).all():
        msg = f"q is {q!r}: expected percentiles, numbers from 0 to 100"
        raise EnsembleError(msg)
    return tuple(numbers.tolist())


def statistics(
    values: xr.DataArray,
    weights: xr.DataArray | None,
    sample: Sample,
    groups: Groups,
    *,
    statistic: str,
    q: Any = None,
) -> xr.Dataset:
    """Compute a statistic over the galaxies of an array, lazily.

    Parameters
    ----------
    values, weights
        Dask arrays over galaxy and others, in the same chunks; NaN where there is no value.
        The attributes ``units`` and ``long_name`` of the values go into those of the results.
    sample, groups
        The galaxies that count, and their groups.
    statistic, q
        Its name, and the percentiles.

    Returns
    -------
    xarray.Dataset
        ``value``, ``standard_error`` and ``count``, and ``bootstrap_error`` if there are
        resamples; over the percentiles, if several may be, the groups, if any, and the rest.
    """
    wanted = check_statistic(statistic, q)
    resamples = 0 if sample.draws is None else len(sample.draws)
    array, weight = values.data, None if weights is None else weights.data
    kernel: Kernel
    if not wanted:
        kernel = MeanKernel(groups.number, resamples)
    else:
        kernel = PercentileKernel(groups.number, wanted, resamples)
        array = in_strips(array, sample.positions)
        weight = None if weight is None else in_strips(weight, sample.positions)
        sample = sample.compact()
    dims = ["percentile", groups.dim or "group", *values.dims[1:]]
    found = reduce_galaxies(kernel, array, weight, sample)
    variables = {
        name: (dims[len(dims) - result.ndim :], result, _attributes(name, values, statistic))
        for name, result in found.items()
    }
    coords = {name: values.coords[name] for name in values.dims[1:] if name in values.coords}
    result = xr.Dataset(variables, coords={**coords, **groups.coords})
    if statistic == "percentile":
        result = result.assign_coords(percentile=("percentile", list(wanted)))
    elif wanted:
        result = result.isel(percentile=0)
    return result if groups.dim else result.isel(group=0)


def _attributes(name: str, values: xr.DataArray, statistic: str) -> dict[str, str]:
    of = f"{statistic} of {values.attrs['long_name']}"
    units = "1" if name == "count" else values.attrs["units"]
    return {"long_name": _LONG_NAMES.get(name, of), "units": units}
