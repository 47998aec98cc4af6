"""A store is what its contract says, read by plain xarray."""

from __future__ import annotations

import json
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
import xarray as xr

from mangaxr.store.contract import (
    ARRAYS,
    CHANNEL_COORDS,
    GALAXY_COORDS,
    PIXEL_COORDS,
    QUALITY_COORDS,
    SCALINGS,
    Variable,
    all_variables,
)
from mangaxr.tensors.recipe import Recipe


@pytest.fixture(scope="module")
def plain(built: Path) -> xr.Dataset:
    """Return the store as xarray opens it, without any help of ours or any warning."""
    dataset: xr.Dataset = xr.open_zarr(built)
    return dataset


@pytest.mark.parametrize("spec", all_variables(), ids=lambda spec: spec.name)
def test_a_variable_is_as_the_contract_says(plain: xr.Dataset, spec: Variable) -> None:
    """Every row of the contract is a variable of its dimensions, type and attributes."""
    variable = plain.variables[spec.name]
    assert variable.dims == spec.dims
    if spec.dtype == "str":
        assert variable.dtype.kind in "OTU"
    else:
        assert variable.dtype == np.dtype(spec.dtype)
    assert variable.attrs["long_name"] == spec.long_name
    assert variable.attrs.get("units", "") == spec.units


def test_there_is_nothing_else(plain: xr.Dataset) -> None:
    """The store holds the contract's variables, data and coordinates told apart."""
    assert set(plain.variables) == {spec.name for spec in all_variables()}
    assert set(plain.data_vars) == {spec.name for spec in (*ARRAYS, *SCALINGS)}
    per_galaxy = (*GALAXY_COORDS, *QUALITY_COORDS)
    assert set(plain.coords) == {s.name for s in (*per_galaxy, *CHANNEL_COORDS, *PIXEL_COORDS)}


def test_dimensions_are_in_the_promised_order(plain: xr.Dataset) -> None:
    """A tensor is (galaxy, channel, y, x)."""
    assert plain.tensor.dims == ("galaxy", "channel", "y", "x")
    assert plain.tensor.shape == (3, 5, 24, 24)


def test_every_unit_parses(plain: xr.Dataset) -> None:
    """Units of variables and channels are astropy's."""
    for variable in plain.variables.values():
        u.Unit(variable.attrs.get("units", ""))
    for unit in plain.channel_units.values:
        u.Unit(str(unit))


def test_the_root_says_how_it_was_made(plain: xr.Dataset) -> None:
    """Recipe, digest, versions, command, times, licence and citation are attributes."""
    recipe = Recipe.from_dict(json.loads(plain.attrs["recipe"]))
    assert recipe.npix == 24
    assert plain.attrs["recipe_digest"] == recipe.digest()
    assert {"python", "numpy", "zarr"} <= set(json.loads(plain.attrs["software"]))
    assert json.loads(plain.attrs["split_rule"])["train"] == 0.7
    for name in ("contract_version", "command", "started", "finished", "license", "citation"):
        assert plain.attrs[name], name


def test_a_value_is_nan_exactly_where_too_little_was_measured(plain: xr.Dataset) -> None:
    """Tensor and coverage agree; only a dispersion may lack a value where there was light."""
    recipe = json.loads(plain.attrs["recipe"])
    for name in plain.channel.values:
        channel = plain.sel(channel=name).load()
        measured = (channel.coverage >= recipe["min_coverage"]) & (channel.coverage > 0)
        finite = np.isfinite(channel.tensor)
        assert measured.any()
        assert not (finite & ~measured).any()
        if str(channel.channel_quantity.values) != "dispersion":
            np.testing.assert_array_equal(finite, measured)
        assert not (np.isfinite(channel.ivar) & ~finite).any()
        assert (channel.ivar.values[np.isfinite(channel.ivar)] > 0).all()


def test_coverage_is_a_share(plain: xr.Dataset) -> None:
    """Coverage lies between 0 and 1, reaches both, and is never NaN."""
    values = plain.coverage.values
    assert values.min() == 0.0
    assert values.max() == 1.0


def test_a_failed_galaxy_has_no_value(plain: xr.Dataset) -> None:
    """Its row says why; tensor and ivar are NaN, coverage 0, scalings 0 and 1."""
    failed = plain.sel(galaxy="8009-1901").load()
    assert int(failed.status) == 2
    assert "no such file" in str(failed.failure.values)
    assert np.isnan(failed.tensor).all()
    assert np.isnan(failed.ivar).all()
    assert (failed.coverage == 0).all()
    assert (failed.scaling_offset == 0).all()
    assert (failed.scaling_scale == 1).all()
    assert int(failed.dapqual) == -1
    assert np.isnan(failed.ra)


def test_pixels_count_from_the_middle(plain: xr.Dataset) -> None:
    """The coordinates x and y are offsets from the middle in output pixels."""
    for axis in ("x", "y"):
        np.testing.assert_array_equal(plain[axis], np.arange(24) - 11.5)
