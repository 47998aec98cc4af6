"""Stacks: a statistic over galaxies, pixel by pixel."""

from __future__ import annotations

from typing import Any

import xarray as xr

from mangaxr.ensemble.groups import find_groups
from mangaxr.ensemble.sample import make_sample
from mangaxr.ensemble.source import channel_of, described, pixel_weights, scaling_of
from mangaxr.ensemble.statistic import Statistic, check_statistic, statistics

__all__ = ["stack"]


def stack(
    store: xr.Dataset,
    *,
    channel: str,
    where: Any = None,
    by: Any = None,
    bins: Any = None,
    statistic: Statistic = "mean",
    q: Any = None,
    weights: Any = None,
    physical: bool = True,
    bootstrap: int = 0,
    seed: int = 0,
) -> xr.Dataset:
    """Combine the maps of many galaxies, pixel by pixel, lazily.

    Nothing is read before the result is computed, and then only the chunks of this channel
    that hold a chosen galaxy. Pixels are taken as they lie in the tensors:
    `mangaxr.align` first, if they are to mean the same place in each galaxy.

    Parameters
    ----------
    store
        An open store, or what `mangaxr.align` made of it.
    channel
        Name of the channel.
    where
        Galaxies to count: booleans over ``galaxy``, matched by the galaxies' names, or the
        name of such a coordinate; all by default. Failed galaxies never count.
    by
        What to group the galaxies by: numbers or texts over ``galaxy``, or the name of a
        coordinate. Galaxies where it is missing (NaN, empty text) are in no group.
    bins
        Edges to bin `by` with: low <= value < high, the last bin with its upper edge.
    statistic
        ``mean``, ``median``, or ``percentile``.
    q
        The percentiles, 0 to 100; one or several.
    weights
        ``ivar`` or ``coverage``: of each pixel of each galaxy; or numbers over ``galaxy``.
        Values whose weight is not positive do not count.
    physical
        Take values back to physical units; False for the scaled ones of the tensor.
    bootstrap
        Number of resamples of the galaxies (with replacement, within each group) for
        ``bootstrap_error``; 0 for none.
    seed
        Seed of the resamples.

    Returns
    -------
    xarray.Dataset
        Over (y, x), after the groups, if any, and the percentiles, if asked for: ``value``,
        in the unit of the channel; ``count``, the number of galaxies with a value; and
        ``standard_error``, from the scatter of the galaxies: of a percentile that of a
        normal distribution, 1.2533 times that of the mean for the median. NaN where no
        galaxy has a value, and errors where fewer than two have.

    Raises
    ------
    UnknownNameError
        If there is no such channel, statistic or weight.
    EnsembleError
        If it is no store, or if an argument over the galaxies does not fit it.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> flux = mangaxr.stack(st, channel="ha_flux", where=st.z < 0.1, statistic="median")
    >>> flux.value.dims, flux.value.units, int(flux["count"].max())
    (('y', 'x'), '1e-17 erg / (s cm2 arcsec2)', 3)
    """
    check_statistic(statistic, q)
    one = channel_of(store, channel)
    groups = find_groups(store, by, bins)
    sample = make_sample(
        store, groups, where=where, weights=weights, bootstrap=bootstrap, seed=seed
    )
    if physical:
        sample = sample.scaled(scaling_of(one))
    values = described(one.tensor, one, physical=physical)
    weight = pixel_weights(one, weights, values, physical=physical)
    result = statistics(values, weight, sample, groups, statistic=statistic, q=q)
    named = weights if isinstance(weights, str) else "none" if weights is None else "by galaxy"
    result.attrs = {
        "channel": channel,
        "statistic": statistic,
        "weights": named,
        "galaxies": int(sample.positions.size),
    }
    return result
