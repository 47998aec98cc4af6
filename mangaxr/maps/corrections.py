"""Corrections that MAPS files leave to their users, each a function that says what it did.

Velocity dispersions hold the instrument's share: it is subtracted in quadrature. Spectral
indices are broadened by the stellar dispersion: a correction is multiplied, or added for an
index in magnitudes. Which map corrects which is the table's field ``correction``.

Source: mangadap ``docs/corrections.rst``.
"""

from __future__ import annotations

from typing import Literal

import xarray as xr

from mangaxr.datamodel.extensions import EXTENSIONS, Extension
from mangaxr.datamodel.maskbits import DEFAULT_POLICY
from mangaxr.errors import NotMapsError, UnknownNameError
from mangaxr.maps.masks import Policy, find_variable, masked, name_of_galaxy

__all__ = ["corrected_index", "corrected_sigma"]

_NO_LONGER_TRUE = ("ivar", "ancillary_variables", "fits_bunit")
"""Attributes of the measured value that its corrected one does not share."""

_MULTIPLIED = ("Angstrom", "1")
_ADDED = "mag"

Kind = Literal["velocity dispersion", "spectral index"]


def corrected_sigma(
    dataset: xr.Dataset, name: str, *, policy: Policy = DEFAULT_POLICY, squared: bool = False
) -> xr.DataArray:
    """Subtract the instrument's share from a velocity dispersion, in quadrature.

    ``EMLINE_GSIGMA`` is corrected by ``EMLINE_INSTSIGMA``, ``STELLAR_SIGMA`` by
    ``STELLAR_SIGMACORR``: DR15's one map, position 0 of DR17's two, whose header labels
    are swapped. For means use ``squared=True``: dropping negative squares biases them.

    Parameters
    ----------
    dataset
        From `mangaxr.open_maps` and its like.
    name
        ``"emline_gsigma"`` or ``"stellar_sigma"``.
    policy
        Mask policy, as in `mangaxr.maps.masks.good`.
    squared
        Return the square, which is negative where the correction exceeds the measurement.

    Returns
    -------
    xarray.DataArray
        Dimensions of the variable, km/s; NaN where masked or where the square is negative.
        With ``squared`` signed, in km2/s2, NaN where masked only. The attributes
        ``correction`` and ``mask_policy`` say what was done.

    Raises
    ------
    UnknownNameError
        If the variable is not a dispersion with a correction, or the policy does not exist.
    MissingExtensionError
        If the variable, its mask or its correction was not opened.
    NotMapsError
        If variable and correction have different channels.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> ds = xr.Dataset({
    ...     "stellar_sigma": ("x", np.float32([50.0, 30.0, 99.0]), {"mask": "stellar_sigma_mask"}),
    ...     "stellar_sigma_mask": ("x", np.int32([0, 0, 1073741840])),
    ...     "stellar_sigmacorr": ("x", np.float32([30.0, 40.0, 0.0])),
    ... })
    >>> corrected_sigma(ds, "stellar_sigma").values
    array([40., nan, nan], dtype=float32)
    >>> corrected_sigma(ds, "stellar_sigma", squared=True).values
    array([1600., -700.,   nan], dtype=float32)
    """
    row = _row_of(dataset, name, "velocity dispersion")
    sigma, correction = masked(dataset, name, policy), _correction(dataset, row)
    # (s - c) (s + c) keeps the digits that s*s - c*c loses in float32 where s is near c.
    square = (sigma - correction) * (sigma + correction)
    # A power, for numpy's sqrt would not be known to return a DataArray.
    result = square if squared else square.where(square >= 0) ** 0.5
    done = f"{row.variable}^2 - {row.correction.lower()}^2"
    text = done if squared else f"sqrt({done})"
    units = "km2 / s2" if squared else "km / s"
    kind = "square of the velocity dispersion" if squared else "velocity dispersion"
    return _describe(result, sigma, f"corrected {kind}", text).assign_attrs(units=units)


def corrected_index(
    dataset: xr.Dataset, name: str = "specindex", *, policy: Policy = DEFAULT_POLICY
) -> xr.DataArray:
    """Correct spectral indices for the stellar velocity dispersion.

    Parameters
    ----------
    dataset
        From `mangaxr.open_maps` and its like.
    name
        ``"specindex"``; in DR17 also ``"specindex_bf"`` and ``"specindex_wgt"``.
    policy
        Mask policy, as in `mangaxr.maps.masks.good`.

    Returns
    -------
    xarray.DataArray
        Dimensions ``spectral_index, y, x``, each index in its own unit (coordinate
        ``spectral_index_unit``): the value times the correction for an index in Angstrom
        and for a ratio, plus the correction for one in magnitudes. NaN where masked.

    Raises
    ------
    UnknownNameError
        If the variable is not an index with a correction, or the policy does not exist.
    MissingExtensionError
        If the variable, its mask or its correction was not opened.
    NotMapsError
        If an index has a unit for which there is no rule, or the channels differ.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> dim = "spectral_index"
    >>> ds = xr.Dataset(
    ...     {
    ...         "specindex": (dim, np.float32([0.25, 2.0]), {"mask": "specindex_mask"}),
    ...         "specindex_mask": (dim, np.int32([0, 0])),
    ...         "specindex_corr": (dim, np.float32([0.5, 1.5])),
    ...     },
    ...     coords={dim: ["Mg1", "Mgb"], "spectral_index_unit": (dim, ["mag", "Angstrom"])},
    ... )
    >>> corrected_index(ds).values
    array([0.75, 3.  ], dtype=float32)
    """
    row = _row_of(dataset, name, "spectral index")
    index, correction = masked(dataset, name, policy), _correction(dataset, row)
    added = _in_magnitudes(dataset, name, index)
    result = (index + correction).where(added, index * correction)
    text = (
        f"{row.variable} * {row.correction.lower()} (Angstrom, ratios); "
        f"{row.variable} + {row.correction.lower()} (mag)"
    )
    return _describe(result.transpose(*index.dims), index, "corrected spectral index", text)


def _row_of(dataset: xr.Dataset, name: str, kind: Kind) -> Extension:
    """Return the table's row of a variable that has a correction of the kind wanted."""
    find_variable(dataset, name)
    rows = {row.variable: row for row in EXTENSIONS if row.correction and _kind(row) == kind}
    if name not in rows:
        msg = (
            f"{name_of_galaxy(dataset)}: {name} is not a {kind} with a correction: "
            f"use one of {', '.join(rows)}"
        )
        raise UnknownNameError(msg)
    return rows[name]


def _kind(row: Extension) -> Kind:
    return "spectral index" if row.channels == "spectral_index" else "velocity dispersion"


def _correction(dataset: xr.Dataset, row: Extension) -> xr.DataArray:
    """Return the map that corrects a variable, with the variable's dimensions."""
    correction = find_variable(dataset, row.correction.lower())
    if "sigmacorr" in correction.dims:
        correction = correction.isel(sigmacorr=0, drop=True)
    wanted = dataset[row.variable].dims
    if correction.dims != wanted:
        msg = (
            f"{name_of_galaxy(dataset)}: {row.correction} has dimensions {correction.dims}, "
            f"{row.name} has {wanted}: their channels differ, so one cannot correct the other"
        )
        raise NotMapsError(msg)
    return correction


def _in_magnitudes(dataset: xr.Dataset, name: str, index: xr.DataArray) -> xr.DataArray:
    """Tell, per index, whether its correction is added."""
    shared = index.coords.get("spectral_index_unit")
    unit: xr.DataArray | None = index.coords.get(f"{name}_unit", shared)
    if unit is None:
        msg = f"{name_of_galaxy(dataset)}: {name} has no coordinate spectral_index_unit"
        raise NotMapsError(msg)
    # A few words of the header: chunked like all coordinates, but no work for a scheduler.
    unit = unit.compute(scheduler="synchronous").reset_coords(drop=True)
    unruly = sorted(set(map(str, unit.values.ravel())) - {*_MULTIPLIED, _ADDED})
    if unruly:
        msg = (
            f"{name_of_galaxy(dataset)}: {name} has an index in {unruly[0]!r}; corrections are "
            f"known for {', '.join(_MULTIPLIED)} and {_ADDED}: select those"
        )
        raise NotMapsError(msg)
    return unit == _ADDED


def _describe(
    result: xr.DataArray, measured: xr.DataArray, long_name: str, text: str
) -> xr.DataArray:
    """Carry over what is still true of the measured variable, and say what was done."""
    attrs = {key: value for key, value in measured.attrs.items() if key not in _NO_LONGER_TRUE}
    result.attrs = attrs | {"long_name": long_name, "correction": text}
    return result.rename(measured.name)
