"""Groups of galaxies: the values of something known of each, or bins of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.ensemble.galaxies import galaxy_numbers, galaxy_values
from mangaxr.errors import EnsembleError

__all__ = ["Groups", "bin_edges", "bin_index", "find_groups"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each galaxy belongs to.

    Parameters
    ----------
    codes
        Shape (galaxy,): number of its group, -1 for none.
    number
        How many groups there are.
    dim
        Dimension of the result that runs over them; empty if there is but one, of all.
    coords
        Coordinates along that dimension.
    """

    codes: npt.NDArray[np.intp]
    number: int
    dim: str
    coords: dict[str, xr.Variable]


def find_groups(store: xr.Dataset, by: Any, bins: Any) -> Groups:
    """Group the galaxies of a store.

    Parameters
    ----------
    store
        An open store.
    by
        What to group by, as in `galaxy_values`; None for one group of all.
    bins
        Edges of bins of `by`, in order; None for a group for each value.

    Returns
    -------
    Groups
        Without bins: the sorted values, along a dimension of the name of `by`; missing
        values (NaN, empty text) are in no group. With bins: their middles, along ``NAME_bin``,
        with ``NAME_low`` and ``NAME_high``; a bin holds low <= value < high, the last one its
        upper edge too, as in `numpy.histogram`; bins without galaxies are there.

    Raises
    ------
    EnsembleError
        If there are bins of nothing, edges that do not rise, or values that cannot be matched.

    Examples
    --------
    >>> store = xr.Dataset(coords={"galaxy": ["a", "b", "c"], "z": ("galaxy", [0.02, 0.1, 0.04])})
    >>> groups = find_groups(store, "z", [0.0, 0.05, 0.15])
    >>> groups.dim, groups.codes.tolist(), groups.coords["z_bin"].values.tolist()
    ('z_bin', [0, 1, 0], [0.025, 0.1])
    """
    if by is None:
        if bins is not None:
            msg = "bins are of what galaxies are grouped by: give by= a coordinate, or no bins"
            raise EnsembleError(msg)
        return Groups(np.zeros(store.sizes.get("galaxy", 0), dtype=np.intp), 1, "", {})
    name = by if isinstance(by, str) else str(getattr(by, "name", None) or "group")
    if bins is None:
        return _by_value(galaxy_values(store, by, argument="by"), name)
    edges = bin_edges(bins)
    codes = bin_index(galaxy_numbers(store, by, argument="by"), edges)
    dim = f"{name}_bin"
    coords = {
        dim: xr.Variable(dim, (edges[:-1] + edges[1:]) / 2, {"long_name": f"middle of {name} bin"}),
        f"{name}_low": xr.Variable(dim, edges[:-1], {"long_name": "lower edge, included"}),
        f"{name}_high": xr.Variable(
            dim, edges[1:], {"long_name": "upper edge, included in the last bin only"}
        ),
    }
    return Groups(codes, edges.size - 1, dim, coords)


def bin_edges(bins: Any) -> npt.NDArray[np.float64]:
    """Return the edges of bins as numbers.

    Raises
    ------
    EnsembleError
        If they are not at least two rising numbers.
    """
    try:
        edges = np.asarray(bins, dtype=np.float64)
    except (TypeError, ValueError):
        edges = np.empty(0)
    if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0).all():
        msg = f"bins are {bins!r}: expected at least two edges, each greater than the one before"
        raise EnsembleError(msg)
    return edges


def bin_index(
    values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Return the number of the bin of each value; -1 outside all, and for NaN.

    Examples
    --------
    >>> bin_index(np.array([-1.0, 0.0, 1.0, 2.0, np.nan]), np.array([0.0, 1.0, 2.0])).tolist()
    [-1, 0, 1, 1, -1]
    """
    index = np.searchsorted(edges, values, side="right") - 1
    index[values == edges[-1]] = edges.size - 2
    index[(index >= edges.size - 1) | np.isnan(values)] = -1
    return index


def _by_value(values: npt.NDArray[Any], name: str) -> Groups:
    missing = np.zeros(values.shape, dtype=np.bool_)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
    elif values.dtype.kind in "US":
        missing = values == values.dtype.type()
    labels = np.unique(values[~missing])
    codes = np.where(missing, -1, np.searchsorted(labels, values))
    return Groups(codes, labels.size, name, {name: xr.Variable(name, labels)})
