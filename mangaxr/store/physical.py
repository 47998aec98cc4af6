"""Taking tensors of a store back to physical units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mangaxr.errors import StoreError
from mangaxr.store.contract import SCALING_FUNCTIONS

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["physical_maps", "scaling_function", "to_physical", "unscaled"]


def to_physical(store: xr.Dataset) -> xr.DataArray:
    """Take tensors back to physical units, exactly.

    Parameters
    ----------
    store
        An open store, or any selection of it that keeps the scalings.

    Returns
    -------
    xarray.DataArray
        Float64, the dimensions of ``tensor``, lazy if that is; the unit of each channel is
        the coordinate ``channel_units``. Off by at most the rounding of the float32
        tensor, ``2**-24 * |t| * g'(t) * scale``.

    Raises
    ------
    StoreError
        If the Dataset lacks the tensor, its scalings, or the attribute that names the
        function they go with.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> velocity = mangaxr.to_physical(st).sel(channel="ha_vel")
    >>> str(velocity.channel_units.values)
    'km / s'
    """
    _check_variables(store)
    function = scaling_function(store.tensor)
    found = unscaled(store.tensor, store.scaling_scale, store.scaling_offset, function)
    physical: xr.DataArray = found.transpose(*store.tensor.dims).rename("physical")
    physical.attrs = {"long_name": "physical value; its unit is the coordinate channel_units"}
    return physical


def physical_maps(
    store: xr.Dataset, galaxy: int, channels: Sequence[int]
) -> npt.NDArray[np.float64]:
    """Return maps of one galaxy in physical units, as `to_physical` does of a selection.

    Selecting a galaxy with all that is known of it takes longer than reading its maps.

    Parameters
    ----------
    store
        An open store.
    galaxy, channels
        Places in it.

    Returns
    -------
    ndarray
        (channel, y, x), NaN where there is no value.

    Raises
    ------
    StoreError
        As `to_physical`.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> maps = physical_maps(st, 1, [0])
    >>> bool(np.array_equal(maps, mangaxr.to_physical(st)[1, :1], equal_nan=True))
    True
    """
    _check_variables(store)
    which = {"galaxy": galaxy, "channel": list(channels)}
    tensor = store.variables["tensor"].isel(which).transpose("channel", "y", "x")
    scale, offset = (
        store.variables[name].isel(which).values[:, np.newaxis, np.newaxis]
        for name in ("scaling_scale", "scaling_offset")
    )
    found: npt.NDArray[np.float64] = unscaled(
        tensor.values, scale, offset, scaling_function(tensor)
    )
    return found


def _check_variables(store: xr.Dataset) -> None:
    missing = [n for n in ("tensor", "scaling_offset", "scaling_scale") if n not in store]
    if missing:
        msg = f"to_physical needs the variable {missing[0]!r} of a store; the Dataset has none"
        raise StoreError(msg)


def scaling_function(tensor: xr.DataArray | xr.Variable) -> str:
    """Return the name of the function g in physical = g(tensor) * scale + offset.

    Raises
    ------
    StoreError
        If the attribute that names it is missing, or names another than the contract's.
    """
    function = tensor.attrs.get("scaling_function")
    if function not in SCALING_FUNCTIONS.values():
        msg = (
            f"to_physical needs the attribute scaling_function of the tensor (identity or sinh), "
            f"found {function!r}: compute with keep_attrs=True"
        )
        raise StoreError(msg)
    return str(function)


def unscaled(tensor: Any, scale: Any, offset: Any, function: str) -> Any:
    """Return g(tensor) * scale + offset in double precision, of arrays of any kind.

    Examples
    --------
    >>> unscaled(np.array([0.5], dtype=np.float32), 200.0, 10.0, "identity").tolist()
    [110.0]
    """
    linear = tensor.astype(np.float64)
    if function == "sinh":
        linear = np.sinh(linear)
    return linear * scale + offset
