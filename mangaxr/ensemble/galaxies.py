"""What is known of each galaxy: looked up by name in a store, or given beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.errors import EnsembleError
from mangaxr.store.contract import STATUS

__all__ = ["chosen_galaxies", "galaxy_numbers", "galaxy_values"]

_MEANINGS = {
    "usable": "bool, whether a galaxy passes the quality cuts",
    "kinematic_pa": "deg, N through E, of the receding side",
    "systemic_velocity": "km/s",
    "pa": "deg, N through E",
    "ellipticity": "1 - b/a",
    "reff": "arcsec",
    "pixel_scale": "arcsec",
    "center_sky_x": "arcsec, positive East",
    "center_sky_y": "arcsec, positive North",
}
"""Coordinates that are needed by name -> what they hold, for messages."""


def galaxy_values(store: xr.Dataset, given: Any, *, argument: str) -> npt.NDArray[Any]:
    """Return one value for each galaxy of a store.

    Parameters
    ----------
    store
        An open store.
    given
        Name of a coordinate of the store; or a DataArray over ``galaxy``, matched by the
        galaxies' names where it has them; or an array in the store's order; or one value.
    argument
        Name of the argument, for messages.

    Returns
    -------
    ndarray
        Shape (galaxy,), in the store's order.

    Raises
    ------
    EnsembleError
        If the store has no galaxies or no such coordinate, or if what was given is lazy, of
        another shape, or lacks a galaxy of the store.

    Examples
    --------
    >>> store = xr.Dataset(coords={"galaxy": ["8001-1901", "8001-1902"]})
    >>> other = xr.DataArray([2.0, 1.0], coords={"galaxy": ["8001-1902", "8001-1901"]})
    >>> galaxy_values(store, other, argument="weights").tolist()
    [1.0, 2.0]
    """
    if "galaxy" not in store.dims:
        msg = (
            "the Dataset has no dimension 'galaxy': give an open store, or several of its galaxies"
        )
        raise EnsembleError(msg)
    if isinstance(given, str):
        given = _coordinate(store, given, argument)
    if isinstance(given, xr.DataArray):
        given = _matched(store, given, argument)
    values = np.asarray(given)
    galaxies = store.sizes["galaxy"]
    if values.shape not in ((), (galaxies,)):
        msg = (
            f"{argument} has shape {values.shape}, expected ({galaxies},), one value for each "
            f"galaxy of the store: give a DataArray over galaxy, which is matched by name"
        )
        raise EnsembleError(msg)
    return np.broadcast_to(values, (galaxies,))


def galaxy_numbers(store: xr.Dataset, given: Any, *, argument: str) -> npt.NDArray[np.float64]:
    """Return one number for each galaxy; NaN where it is missing.

    Parameters, result and errors are those of `galaxy_values`; text is an error, too.
    """
    values = galaxy_values(store, given, argument=argument)
    if values.dtype.kind not in "fiu":
        msg = f"{argument} holds values of type {values.dtype}, expected a number for each galaxy"
        raise EnsembleError(msg)
    return values.astype(np.float64)


def chosen_galaxies(store: xr.Dataset, where: Any) -> npt.NDArray[np.intp]:
    """Return the positions of the galaxies that count: done, and chosen.

    Parameters
    ----------
    store
        An open store; galaxies whose ``status`` is not done never count.
    where
        True, or 1 as files have it, for the galaxies to count, as in `galaxy_values`; None
        for all.

    Raises
    ------
    EnsembleError
        If `where` is not of booleans, or cannot be matched.

    Examples
    --------
    >>> store = xr.Dataset(coords={"galaxy": ["a", "b", "c"], "status": ("galaxy", [1, 2, 1])})
    >>> chosen_galaxies(store, None).tolist()
    [0, 2]
    """
    counts = np.ones(store.sizes.get("galaxy", 0), dtype=np.bool_)
    if where is not None:
        chosen = galaxy_values(store, where, argument="where")
        if chosen.dtype.kind in "iu" and np.isin(chosen, (0, 1)).all():
            chosen = chosen.astype(np.bool_)
        if chosen.dtype != np.bool_:
            msg = (
                f"where holds values of type {chosen.dtype}, expected booleans over galaxy: "
                f"write a condition, such as store.z < 0.05"
            )
            raise EnsembleError(msg)
        counts = counts & chosen
    if "status" in store.variables:
        done = galaxy_values(store, "status", argument="status") == STATUS["done"]
        counts = counts & done
    return np.flatnonzero(counts)


def _coordinate(store: xr.Dataset, name: str, argument: str) -> xr.DataArray:
    if name in store.variables and store[name].dims == ("galaxy",):
        return store[name]
    meaning = f" ({_MEANINGS[name]})" if name in _MEANINGS else ""
    msg = (
        f"{argument} needs the coordinate {name!r}{meaning}, which this store has not got for "
        f"its galaxies: add it with store.assign_coords({name}=...), or give {argument}= an "
        f"array over galaxy"
    )
    raise EnsembleError(msg)


def _matched(store: xr.Dataset, given: xr.DataArray, argument: str) -> npt.NDArray[Any]:
    """Put values into the order of the store's galaxies, by name where names are known."""
    if given.chunks is not None:
        msg = (
            f"{argument} is lazy, and must be known to plan the work: give {argument}.compute(); "
            f"mangaxr.open_store has in memory what is known of each galaxy"
        )
        raise EnsembleError(msg)
    if given.dims not in ((), ("galaxy",)):
        msg = f"{argument} has dimensions {given.dims}, expected ('galaxy',)"
        raise EnsembleError(msg)
    if "galaxy" not in given.indexes or "galaxy" not in store.indexes:
        return np.asarray(given.values)
    index, names = given.indexes["galaxy"], store.indexes["galaxy"]
    if not index.is_unique:
        msg = f"{argument} names galaxy {index[index.duplicated()][0]} twice: expected once each"
        raise EnsembleError(msg)
    at = index.get_indexer(names)
    if (at < 0).any():
        msg = (
            f"{argument} lacks galaxy {names[at < 0][0]} of the store ({int((at < 0).sum())} in "
            f"all): select the same galaxies of the store first"
        )
        raise EnsembleError(msg)
    matched: npt.NDArray[Any] = np.asarray(given.values)[at]
    return matched
