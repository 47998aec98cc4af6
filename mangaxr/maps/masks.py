"""Which spaxels of a variable are good, by the policies of ``datamodel.maskbits``.

A masked spaxel holds 0.0, or a fitted number that is not to be used: its value says
nothing of its validity, so nothing here looks at a value.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import xarray as xr

from mangaxr.datamodel.extensions import find_extension
from mangaxr.datamodel.maskbits import DEFAULT_POLICY, bits_of_policy
from mangaxr.errors import MissingExtensionError, NotMapsError, UnknownNameError

__all__ = ["Policy", "find_variable", "good", "masked", "name_of_galaxy", "policy_text"]

Policy = str | Sequence[str]
"""``"donotuse"``, ``"marvin"``, ``"dap"``, or a list of DAPPIXMASK flag names."""

_NO_MASK_POLICY = "ivar > 0"


def good(dataset: xr.Dataset, name: str, policy: Policy = DEFAULT_POLICY) -> xr.DataArray:
    """Return where a variable is to be used.

    The mask is the one the variable's attribute ``mask`` names; an inverse variance has
    that of its quantity. ``SPX_MFLUX`` has no mask extension: where a variable has an
    inverse variance but no mask, good is an inverse variance above zero, as the DAP
    advises, and the attribute ``mask_policy`` says so.

    Parameters
    ----------
    dataset
        From `mangaxr.open_maps` and its like.
    name
        A variable of it, such as ``"emline_gflux"``.
    policy
        Which bits make a spaxel bad: a policy's name or a list of flag names.

    Returns
    -------
    xarray.DataArray
        Boolean, dimensions of the mask (those of the variable, or ``y, x`` where one mask
        serves all its channels). Lazy if the Dataset is.

    Raises
    ------
    UnknownNameError
        If the Dataset has no such variable, or the policy does not exist.
    MissingExtensionError
        If the variable's mask was not opened, or if it has none.
    NotMapsError
        If the mask has other channels than the variable.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> ds = xr.Dataset({
    ...     "stellar_vel": ("x", np.float32([12.5, 0.0, 31.0]), {"mask": "stellar_vel_mask"}),
    ...     "stellar_vel_mask": ("x", np.int32([0, 1073741840, 32])),
    ... })
    >>> good(ds, "stellar_vel").values
    array([ True, False,  True])
    >>> good(ds, "stellar_vel", "dap").values
    array([ True, False, False])
    """
    bits = bits_of_policy(policy)
    variable = find_variable(dataset, name)
    mask_name = _mask_of(dataset, variable, name)
    if mask_name:
        flags = _paired(dataset, name, mask_name, "mask")
        result, text = (flags & bits) == 0, policy_text(policy)
    else:
        ivar_name = _inverse_variance_of(dataset, variable, name)
        result, text = _paired(dataset, name, ivar_name, "inverse variance") > 0, _NO_MASK_POLICY
    result.attrs = {"long_name": f"whether {name} is to be used", "mask_policy": text}
    return result.rename(f"{name}_good")


def masked(dataset: xr.Dataset, name: str, policy: Policy = DEFAULT_POLICY) -> xr.DataArray:
    """Return a variable with NaN where it is not to be used.

    Parameters
    ----------
    dataset, name, policy
        As in `good`.

    Returns
    -------
    xarray.DataArray
        The variable in its own unit, dimensions and floating type, with its attributes and
        ``mask_policy``, the policy as text. Lazy if the Dataset is.

    Raises
    ------
    UnknownNameError, MissingExtensionError, NotMapsError
        As `good`.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> ds = xr.Dataset({
    ...     "stellar_vel": ("x", np.float32([12.5, 0.0, 31.0]), {"mask": "stellar_vel_mask"}),
    ...     "stellar_vel_mask": ("x", np.int32([0, 1073741840, 32])),
    ... })
    >>> masked(ds, "stellar_vel").values
    array([12.5, nan, 31. ], dtype=float32)
    >>> masked(ds, "stellar_vel", ["NOVALUE", "UNRELIABLE"]).attrs["mask_policy"]
    'NOVALUE|UNRELIABLE'
    """
    valid = good(dataset, name, policy)
    result = find_variable(dataset, name).where(valid)
    result.attrs["mask_policy"] = valid.attrs["mask_policy"]
    return result


def policy_text(policy: Policy) -> str:
    """Write a policy as one word, for attributes.

    Examples
    --------
    >>> policy_text("marvin"), policy_text(["NOCOV", "FORESTAR"])
    ('marvin', 'NOCOV|FORESTAR')
    """
    return policy if isinstance(policy, str) else "|".join(policy)


def find_variable(dataset: xr.Dataset, name: str) -> xr.DataArray:
    """Return a variable of a Dataset.

    Raises
    ------
    MissingExtensionError
        If it exists in MAPS files but not in this Dataset.
    UnknownNameError
        If there is no such thing.
    """
    if name in dataset.data_vars:
        return dataset[name]
    where = name_of_galaxy(dataset)
    if find_extension(name) is not None:
        msg = (
            f"{where}: {name} is not in this Dataset: add it to variables= when opening, "
            f"or use a file that has it"
        )
        raise MissingExtensionError(msg)
    known = [str(variable) for variable in dataset.data_vars]
    close = difflib.get_close_matches(name.lower(), known, n=3)
    hint = f"did you mean {', '.join(close)}?" if close else "see its data_vars"
    msg = f"{where}: the Dataset has no variable {name!r}: {hint}"
    raise UnknownNameError(msg)


def name_of_galaxy(dataset: xr.Dataset) -> str:
    """Return what an error message calls the Dataset: its galaxy, or its file."""
    return str(dataset.attrs.get("plateifu") or dataset.attrs.get("source") or "Dataset")


def _mask_of(dataset: xr.Dataset, variable: xr.DataArray, name: str) -> str:
    """Name the mask of a variable, or of the quantity whose inverse variance it is."""
    stated = variable.attrs.get("mask")
    if stated:
        return str(stated)
    quantity = _quantity_of(dataset, name)
    return str(dataset[quantity].attrs.get("mask", "")) if quantity else ""


def _quantity_of(dataset: xr.Dataset, ivar_name: str) -> str:
    """Name the variable whose inverse variance this is; empty if it is none's."""
    for other, variable in dataset.data_vars.items():
        if variable.attrs.get("ivar") == ivar_name:
            return str(other)
    return ""


def _inverse_variance_of(dataset: xr.Dataset, variable: xr.DataArray, name: str) -> str:
    stated = variable.attrs.get("ivar")
    if stated:
        return str(stated)
    row = find_extension(name)
    if _quantity_of(dataset, name) or (row is not None and row.role == "ivar"):
        return name
    is_mask = "flag_masks" in variable.attrs
    reason = "is itself a mask" if is_mask else "has neither a mask nor an inverse variance"
    msg = (
        f"{name_of_galaxy(dataset)}: {name} {reason} in MAPS files: "
        f"choose the policy by the quantity it belongs to"
    )
    raise MissingExtensionError(msg)


def _paired(dataset: xr.Dataset, name: str, paired: str, kind: str) -> xr.DataArray:
    """Return the variable that goes with another, spaxel by spaxel."""
    if paired not in dataset.data_vars:
        msg = (
            f"{name_of_galaxy(dataset)}: {paired}, the {kind} of {name}, is not in this "
            f"Dataset: add {paired!r} to variables= when opening"
        )
        raise MissingExtensionError(msg)
    other = dataset[paired]
    if not set(other.dims) <= set(dataset[name].dims):
        msg = (
            f"{name_of_galaxy(dataset)}: {paired} has dimensions {other.dims}, {name} has "
            f"{dataset[name].dims}: their channels differ, so one cannot mask the other"
        )
        raise NotMapsError(msg)
    return other
