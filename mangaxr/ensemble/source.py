"""The arrays of a store that a statistic reads, and no others."""

from __future__ import annotations

import difflib
from typing import Any, Literal, get_args

import xarray as xr

from mangaxr.ensemble.galaxies import galaxy_numbers
from mangaxr.ensemble.sample import Scaling
from mangaxr.errors import EnsembleError, UnknownNameError
from mangaxr.store.layout import SLAB
from mangaxr.store.physical import scaling_function

__all__ = ["PixelWeights", "channel_of", "described", "in_slabs", "pixel_weights", "scaling_of"]

PixelWeights = Literal["ivar", "coverage"]
"""Arrays of a store that can weight pixels."""

_NEEDED = ("tensor", "ivar", "coverage", "scaling_offset", "scaling_scale")


def in_slabs(store: xr.Dataset) -> xr.Dataset:
    """Return a store's large arrays as dask arrays, of slabs of galaxies if they were not.

    Raises
    ------
    EnsembleError
        If the Dataset has no tensor over galaxy, y and x.
    """
    dims = set(store.tensor.dims) if "tensor" in store else set()
    if not {"galaxy", "y", "x"} <= dims:
        msg = (
            f"expected a store, with a variable 'tensor' over galaxy, y and x; found "
            f"{', '.join(map(str, store.data_vars)) or 'no variables'}: use mangaxr.open_store"
        )
        raise EnsembleError(msg)
    lazy = {
        name: store[name].variable.chunk({"galaxy": SLAB})
        for name in ("tensor", "ivar", "coverage")
        if name in store and store[name].chunks is None
    }
    return store.assign(lazy)


def channel_of(store: xr.Dataset, channel: str) -> xr.Dataset:
    """Return the arrays of one channel of a store, over (galaxy, y, x), lazily.

    Parameters
    ----------
    store
        An open store, or a selection of it.
    channel
        Name of the channel.

    Raises
    ------
    EnsembleError
        If it is not a store.
    UnknownNameError
        If it has no such channel.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> channel_of(st, "ha_vel").tensor.dims
    ('galaxy', 'y', 'x')
    """
    arrays = in_slabs(store)
    arrays = arrays[[name for name in _NEEDED if name in arrays]]
    names = [str(name) for name in arrays.channel.values.reshape(-1)] if "channel" in arrays else []
    if channel not in names:
        close = difflib.get_close_matches(str(channel), names, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(names) or 'none'}"
        msg = f"the store has no channel {channel!r}: {hint}"
        raise UnknownNameError(msg)
    one = arrays.isel(channel=names.index(channel)) if "channel" in arrays.dims else arrays
    return one.transpose("galaxy", ..., "y", "x")


def scaling_of(one: xr.Dataset) -> Scaling:
    """Return how the tensor of a channel becomes physical.

    Raises
    ------
    StoreError
        If the attribute that says so is missing.
    EnsembleError
        If the scalings are.
    """
    for name in ("scaling_scale", "scaling_offset"):
        if name not in one:
            msg = f"physical values need the variable {name!r} of a store; the Dataset has none"
            raise EnsembleError(msg)
    scale, offset = (
        galaxy_numbers(one, one[name].reset_coords(drop=True), argument=name)
        for name in ("scaling_scale", "scaling_offset")
    )
    return Scaling(scale, offset, scaling_function(one.tensor))


def described(values: xr.DataArray, one: xr.Dataset, *, physical: bool) -> xr.DataArray:
    """Return values of a channel with the attributes ``units`` and ``long_name``."""
    names = [str(one[n].values) for n in ("channel_long_name", "channel") if n in one]
    units = str(one.channel_units.values) if physical and "channel_units" in one else "1"
    name = names[0] if names else "tensor"
    return values.assign_attrs(units=units, long_name=name if physical else f"{name}, scaled")


def pixel_weights(
    one: xr.Dataset, weights: Any, values: xr.DataArray, *, physical: bool = True
) -> xr.DataArray | None:
    """Return the array that weights the pixels of a channel, in the chunks of its values.

    Parameters
    ----------
    one
        A channel, from `channel_of`.
    weights
        ``ivar`` or ``coverage``; anything that is no text weights galaxies, not pixels.
    values
        What is weighted.
    physical
        Whether the values are.

    Raises
    ------
    UnknownNameError
        If `weights` is another text.
    EnsembleError
        If the store lacks the array, or if scaled values were to be weighted by the inverse
        variance of physical ones.
    """
    if not isinstance(weights, str):
        return None
    if weights not in get_args(PixelWeights):
        msg = (
            f"unknown weights {weights!r}: use 'ivar', 'coverage', None, or an array over galaxy "
            f"(store[{weights!r}], if that is a coordinate)"
        )
        raise UnknownNameError(msg)
    if weights not in one:
        msg = f"weights={weights!r} needs the variable {weights!r} of a store; the Dataset has none"
        raise EnsembleError(msg)
    if weights == "ivar" and not physical:
        msg = "ivar is that of physical values: use weights='ivar' with physical=True"
        raise EnsembleError(msg)
    weight = one[weights].variable.transpose(*values.dims).chunk(values.variable.chunksizes)
    return xr.DataArray(weight)
