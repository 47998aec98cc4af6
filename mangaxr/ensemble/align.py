"""Galaxies turned to a common axis, and brought to a common scale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import xarray as xr

from mangaxr.ensemble.blocks import map_slabs
from mangaxr.ensemble.galaxies import galaxy_numbers
from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.rotate import Turn, Wanted, turned
from mangaxr.ensemble.sample import Sample, slabs_of
from mangaxr.ensemble.source import in_slabs
from mangaxr.errors import EnsembleError, UnknownNameError
from mangaxr.store.physical import to_physical

__all__ = ["AlignUnit", "align"]

AlignUnit = Literal["re", "arcsec", "pixel"]
"""What the side of an aligned pixel is measured in."""

_SCALES = {"re": 5 / 64, "arcsec": 0.5, "pixel": 1.0}

RECEDING = 270.0
"""Position angle of +x, deg: columns run to the West of the aligned galaxies' own sky."""


def align(
    store: xr.Dataset,
    *,
    unit: AlignUnit = "re",
    pixel_scale: float | None = None,
    npix: int | None = None,
    kinematic_pa: Any = "kinematic_pa",
    systemic: Any = "systemic_velocity",
    reff: Any = "reff",
    min_coverage: float = 0.5,
) -> xr.Dataset:
    """Turn every galaxy so that the receding side of its kinematic axis is along +x, lazily.

    The object comes to the middle, and every galaxy to the same scale, so that pixels can be
    stacked. The maps are turned, not mirrored: as the position angle points to the receding
    side, turning by it also flips those galaxies that would recede along -x.

    Values are interpolated bilinearly, each weighted with its coverage, missing ones with 0; a
    new pixel that is larger than the old ones is the mean of several points in it. Inclination
    stays as it is.

    Parameters
    ----------
    store
        An open store.
    unit
        Unit of `pixel_scale`: ``re``, so that radii in R_e agree; ``arcsec``; or ``pixel``, each
        galaxy's own.
    pixel_scale
        Side of an aligned pixel: by default 5/64 R_e (64 pixels reach 2.5 R_e to each
        side), 0.5 arcsec, or 1 pixel.
    npix
        Pixels along each side; by default as many as the tensors have.
    kinematic_pa
        Position angle of the receding side, deg, N through E: name of a coordinate or numbers
        over ``galaxy``. Galaxies where it is NaN have no aligned values.
    systemic
        v_sys in km/s, likewise; subtracted from velocities. None: velocities stay as they are.
    reff
        R_e in arcsec, likewise.
    min_coverage
        Share of an aligned pixel that must be measured for it to have a value.

    Returns
    -------
    xarray.Dataset
        As a store: ``tensor`` holds physical values (its scalings are 1 and 0), ``ivar`` their
        inverse variance, the errors of neighbours taken as fully correlated, and
        ``coverage``. ``x`` and ``y`` are offsets in aligned pixels; ``pixel_scale`` is their
        side in arcsec. Position angles are in the new frame, where +x is 270 deg.

    Raises
    ------
    UnknownNameError
        If there is no such unit.
    EnsembleError
        If the store lacks a coordinate, or if an argument does not fit it.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> turned = mangaxr.align(st, kinematic_pa=st.pa, systemic=0.0)
    >>> stacked = mangaxr.stack(turned, channel="ha_vel")
    >>> stacked.value.dims, stacked.value.units
    (('y', 'x'), 'km / s')
    """
    if unit not in _SCALES or unit not in get_args(AlignUnit):
        msg = f"unknown unit of pixel_scale {unit!r}: use one of {', '.join(_SCALES)}"
        raise UnknownNameError(msg)
    store = in_slabs(store)
    missing = [n for n in ("coverage", "x", "y") if n not in store.variables]
    if missing or "channel" not in store.dims:
        what = f"the variable {missing[0]!r}" if missing else "the dimension 'channel'"
        msg = f"align needs {what} of a store, which the Dataset lacks: give the whole store"
        raise EnsembleError(msg)
    store = store.transpose("galaxy", "channel", "y", "x")
    angle = galaxy_numbers(store, kinematic_pa, argument="kinematic_pa")
    old = galaxy_numbers(store, "pixel_scale", argument="pixel_scale")
    side = _SCALES[unit] if pixel_scale is None else pixel_scale
    number = store.sizes["x"] if npix is None else npix
    if not (side > 0 and number >= 1 and 0 <= min_coverage <= 1):
        msg = (
            f"pixel_scale={side!r}, npix={number!r}, min_coverage={min_coverage!r}: expected a "
            f"size above 0, at least 1 pixel, and a share from 0 to 1"
        )
        raise EnsembleError(msg)
    each = {"re": lambda: galaxy_numbers(store, reff, argument="reff"), "pixel": lambda: old}
    new = side * each.get(unit, lambda: np.ones_like(old))()
    new = np.where(new > 0, new, np.nan)
    turn = Turn(
        np.arange(old.size), angle, _centers(store, old), new / old, number, min_coverage, "tensor"
    )
    result = _turned_store(store, turn, systemic)
    return _relabelled(result, store, angle, new, systemic)


def _centers(store: xr.Dataset, pixel: Floats) -> Floats:
    """Return row and column of the object in each tensor: (galaxy, 2)."""
    east, north = (
        galaxy_numbers(store, name, argument=name) for name in ("center_sky_x", "center_sky_y")
    )
    row = -north / pixel - float(store.y.values[0])
    column = east / pixel - float(store.x.values[0])
    return np.stack([row, column], axis=1)


def _turned_store(store: xr.Dataset, turn: Turn, systemic: Any) -> xr.Dataset:
    """Turn the three arrays of a store, a task for each chunk."""
    values = to_physical(store)
    if systemic is not None and "channel_quantity" in store:
        center = galaxy_numbers(store, systemic, argument="systemic")
        moves = (store.channel_quantity.values == "velocity").astype(np.float64)
        # Not a product: where v_sys is missing, other quantities stay as they are.
        shift = np.where(moves > 0, center[:, np.newaxis], 0.0)
        values = values - xr.DataArray(shift, dims=("galaxy", "channel"))
    whole = values.variable.chunk({"y": -1, "x": -1})
    arrays = {"values": whole, "coverage": store.coverage.variable}
    if "ivar" in store:
        arrays["ivar"] = store.ivar.variable
    data = {name: a.chunk(whole.chunksizes).data for name, a in arrays.items()}
    every = Sample(turn.rows, np.zeros_like(turn.rows))
    slabs = list(slabs_of(every, whole.chunksizes["galaxy"]))
    sizes = [slab.positions.size for _, slab in slabs]
    starts = np.cumsum([0, *sizes])
    wanted: dict[Wanted, list[str]] = {
        "tensor": ["values", "coverage"],
        "ivar": ["values", "coverage", "ivar"],
        "coverage": ["values", "coverage"],
    }
    variables = {}
    for name, needs in wanted.items():
        if name not in store:
            continue
        parts = [
            (chunk, _part(turn, slice(start, start + size), name))
            for (chunk, _), start, size in zip(slabs, starts, sizes, strict=False)
        ]
        shape = (turn.npix, turn.npix)
        array = map_slabs(turned, [data[n] for n in needs], parts, sizes, shape=shape, dtype="f4")
        variables[name] = (("galaxy", "channel", "y", "x"), array, store[name].attrs)
    return xr.Dataset(variables)


def _part(turn: Turn, some: slice, wanted: Wanted) -> Turn:
    return replace(
        turn,
        rows=turn.rows[some] - turn.rows[some.start],
        pa=turn.pa[some],
        center=turn.center[some],
        ratio=turn.ratio[some],
        wanted=wanted,
    )


def _relabelled(
    result: xr.Dataset, store: xr.Dataset, angle: Floats, pixel: Floats, systemic: Any
) -> xr.Dataset:
    """Give aligned arrays the coordinates of the store, as they are after turning."""
    keep = {name: c for name, c in store.coords.items() if not {"x", "y"} & set(c.dims)}
    number = result.sizes["x"]
    offsets = np.arange(number) - (number - 1) / 2
    along = {"x": "receding side of the major axis", "y": "90 deg from it, counterclockwise"}
    pixels = {
        name: (name, offsets, {"units": "pix", "long_name": f"offset along the {words}"})
        for name, words in along.items()
    }
    result = result.assign_coords({**keep, **pixels})
    new: dict[str, Floats] = {
        "pixel_scale": pixel,
        "center_sky_x": np.zeros_like(pixel),
        "center_sky_y": np.zeros_like(pixel),
        "kinematic_pa": np.where(np.isnan(angle), np.nan, RECEDING),
    }
    for name in ("pa", "stellar_pa"):
        if name in store.coords:
            new[name] = (store[name].values - angle + RECEDING) % 360.0
    if "psf_fwhm" in store.coords:
        new["psf_fwhm_pixels"] = store.psf_fwhm.values / pixel
    if systemic is not None:
        new["systemic_velocity"] = np.zeros_like(pixel)
    for name, values in new.items():
        attrs = store[name].attrs if name in store.coords else {}
        result = result.assign_coords({name: ("galaxy", values, attrs)})
    shape = (result.sizes["galaxy"], result.sizes["channel"])
    for name, value in (("scaling_offset", 0.0), ("scaling_scale", 1.0)):
        result[name] = (("galaxy", "channel"), np.full(shape, value))
    result.tensor.attrs.update(
        scaling_function="identity", long_name="physical value, aligned; NaN where there is none"
    )
    # What it was made of is said; a store of that recipe it is no more.
    of_store = ("contract", "contract_version", "recipe_digest")
    kept = {name: value for name, value in store.attrs.items() if name not in of_store}
    result.attrs = {**kept, "frame": "aligned: +x is the receding side, the object at 0"}
    return result
