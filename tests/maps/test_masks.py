"""Mask policies against plain numpy; a masked value never shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mangaxr.datamodel.extensions import EXTENSIONS, Layout, find_extension
from mangaxr.datamodel.maskbits import DAPPIXMASK, POLICIES, bits_of_policy
from mangaxr.errors import MangaxrError, MissingExtensionError, NotMapsError, UnknownNameError
from mangaxr.maps.masks import good, masked
from mangaxr.maps.open import load_maps_file

WriteMaps = Callable[..., Path]

FLAGS = [flag.name for flag in DAPPIXMASK]
policies = st.one_of(
    st.sampled_from(sorted(POLICIES)),
    st.lists(st.sampled_from(FLAGS), unique=True),
    st.lists(st.sampled_from(FLAGS), unique=True).map(tuple),
)
MASKED_ROWS = [row for row in EXTENSIONS if row.mask and row.role != "mask"]


@pytest.fixture(scope="module")
def real(maps_file: Path) -> xr.Dataset:
    """Return a file of the survey's pipeline."""
    return load_maps_file(maps_file)


@pytest.fixture
def small(small_bytes: dict[Layout, bytes], write_maps: WriteMaps) -> xr.Dataset:
    """Return a whole small file."""
    return load_maps_file(write_maps(small_bytes["DR17"]))


@pytest.mark.parametrize("policy", [*POLICIES, ["NOVALUE"], ["UNRELIABLE", "NEARBOUND"], []])
def test_good_is_that_of_plain_numpy_on_real_files(
    policy: str | list[str], real: xr.Dataset, planes: fits.HDUList
) -> None:
    """For every quantity with a mask: (mask & bits) == 0 on the planes astropy reads."""
    bits = {"donotuse": 2**30, "marvin": 2**30 | 2**5 | 1, "dap": 2**31 - 1}.get(
        policy if isinstance(policy, str) else "",
        sum(2**flag.bit for flag in DAPPIXMASK if flag.name in policy),
    )
    for row in MASKED_ROWS:
        if row.variable in real and row.ivar:
            expected = (planes[row.mask].data.astype(np.int64) & bits) == 0
            np.testing.assert_array_equal(good(real, row.variable, policy), expected)


def test_masked_is_that_of_plain_numpy_on_real_files(
    real: xr.Dataset, planes: fits.HDUList
) -> None:
    """Every variable with a mask keeps its good values and is NaN elsewhere, in float32."""
    for row in MASKED_ROWS:
        if row.variable in real:
            bad = (planes[row.mask].data & 2**30) != 0
            found = masked(real, row.variable)
            expected = np.where(bad, np.float32(np.nan), planes[row.name].data)
            np.testing.assert_array_equal(found, expected, err_msg=row.name)
            assert found.dtype == np.float32
            assert found.dims == real[row.variable].dims


def test_the_default_policy_is_donotuse(real: xr.Dataset) -> None:
    """Without a word, spaxels are dropped as the DAPall catalogue drops them."""
    found, expected = masked(real, "specindex"), masked(real, "specindex", "donotuse")
    xr.testing.assert_identical(found, expected)
    assert not found.equals(masked(real, "specindex", "dap"))


@given(
    values=hnp.arrays(np.float32, 12, elements=st.floats(width=32)),
    flags=hnp.arrays(np.int32, 12, elements=st.integers(-(2**31), 2**31 - 1)),
    policy=policies,
)
def test_a_value_under_the_mask_never_shows(
    values: np.ndarray, flags: np.ndarray, policy: str | list[str]
) -> None:
    """Bad spaxels are NaN, good ones are the very value, whatever the value is: 0, NaN, inf."""
    dataset = xr.Dataset(
        {
            "stellar_vel": ("x", values, {"mask": "stellar_vel_mask", "units": "km / s"}),
            "stellar_vel_mask": ("x", flags),
        }
    )
    bits = bits_of_policy(policy)
    bad = np.array([bool(int(flag) & bits) for flag in flags])
    found = masked(dataset, "stellar_vel", policy)
    assert np.isnan(found.values[bad]).all()
    np.testing.assert_array_equal(found.values[~bad].view(np.int32), values[~bad].view(np.int32))
    np.testing.assert_array_equal(good(dataset, "stellar_vel", policy), ~bad)
    # Another value under the mask changes nothing.
    other = dataset.copy(deep=True)
    other.stellar_vel.values[bad] = 12345.0
    xr.testing.assert_identical(masked(other, "stellar_vel", policy), found)


@given(st.lists(st.sampled_from(FLAGS), unique=True), st.sampled_from(FLAGS))
def test_more_flags_never_make_more_spaxels_good(flags: list[str], more: str) -> None:
    """A policy with a flag added is good only where the one without is."""
    bits = np.arange(2**11, dtype=np.int32)
    both = np.concatenate([bits, bits | 2**30])
    dataset = xr.Dataset(
        {
            "binned": ("x", np.ones(both.size, np.float32), {"mask": "binned_mask"}),
            "binned_mask": ("x", both),
        }
    )
    loose, strict = good(dataset, "binned", flags), good(dataset, "binned", [*flags, more])
    assert not (strict & ~loose).any()


def test_what_was_done_is_in_the_attributes(small: xr.Dataset) -> None:
    """Attributes stay, and the policy is added as text; the Dataset itself does not change."""
    before = small.copy(deep=True)
    for policy, text in (
        ("marvin", "marvin"),
        (["NOCOV", "FORESTAR"], "NOCOV|FORESTAR"),
        (("NOCOV",), "NOCOV"),
    ):
        found = masked(small, "emline_gflux", policy)
        assert found.attrs == {**small.emline_gflux.attrs, "mask_policy": text}
        assert found.name == "emline_gflux"
        assert good(small, "emline_gflux", policy).attrs["mask_policy"] == text
        assert good(small, "emline_gflux", policy).dtype == bool
    xr.testing.assert_identical(small, before)


def test_an_inverse_variance_has_the_mask_of_its_quantity(small: xr.Dataset) -> None:
    """The two are masked alike, also where only the quantity names the mask."""
    expected = good(small, "emline_gflux").values
    np.testing.assert_array_equal(good(small, "emline_gflux_ivar"), expected)
    del small.emline_gflux_ivar.attrs["mask"]
    np.testing.assert_array_equal(good(small, "emline_gflux_ivar"), expected)


def test_flux_without_a_mask_goes_by_its_inverse_variance(small: xr.Dataset) -> None:
    """SPX_MFLUX is good where its inverse variance is positive; its own value says nothing."""
    small.spx_mflux_ivar.values[:] = 1.0
    small.spx_mflux_ivar.values[2, 3] = 0.0
    small.spx_mflux_ivar.values[2, 4] = np.nan
    small.spx_mflux.values[0, 0] = 0.0
    expected = np.ones((6, 6), bool)
    expected[2, 3:5] = False
    for name in ("spx_mflux", "spx_mflux_ivar"):
        np.testing.assert_array_equal(good(small, name), expected)
        assert masked(small, name).attrs["mask_policy"] == "ivar > 0"
    assert masked(small, "spx_mflux").values[0, 0] == 0.0
    with pytest.raises(UnknownNameError):
        good(small, "spx_mflux", "no such policy")


def test_one_mask_may_serve_all_channels(small: xr.Dataset) -> None:
    """Bin coordinates are masked by the mask of the bin's flux, in each of their channels."""
    assert good(small, "bin_lwskycoo").dims == ("y", "x")
    found = masked(small, "bin_lwskycoo")
    assert found.dims == ("sky_coordinate", "y", "x")
    bad = (small.bin_mflux_mask.values & 2**30) != 0
    assert np.isnan(found.values[:, bad]).all()
    assert np.isfinite(found.values[:, ~bad]).all()


def test_a_mask_that_was_not_opened_is_asked_for(
    small_bytes: dict[Layout, bytes], write_maps: WriteMaps
) -> None:
    """The message says which variable to add to variables=."""
    path = write_maps(small_bytes["DR17"])
    for name, needed in (("emline_gflux", "emline_gflux_mask"), ("spx_mflux", "spx_mflux_ivar")):
        dataset = load_maps_file(path, variables=[name])
        with pytest.raises(MissingExtensionError, match=rf"'{needed}' to variables=") as caught:
            good(dataset, name)
        assert "8138-12704" in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        assert good(load_maps_file(path, variables=[name, needed]), name).dtype == bool


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("binid", "neither"),
        ("spx_snr", "neither"),
        ("emline_fom", "neither"),
        ("stellar_vel_mask", "itself a mask"),
    ],
)
def test_a_variable_without_a_mask_says_so(small: xr.Dataset, name: str, said: str) -> None:
    """What has no mask is not declared good everywhere."""
    with pytest.raises(MissingExtensionError, match=said) as caught:
        good(small, name)
    assert len(str(caught.value).splitlines()) == 1


def test_a_name_that_is_not_there_is_an_error(small: xr.Dataset) -> None:
    """A typing error gets a suggestion; a variable of other files is told from it."""
    with pytest.raises(UnknownNameError, match="did you mean emline_gflux"):
        good(small, "emline_gfulx")
    with pytest.raises(UnknownNameError, match="data_vars"):
        good(small, "something else")
    with pytest.raises(UnknownNameError):
        good(small, "sky_x")
    with pytest.raises(MissingExtensionError, match="variables="):
        good(small, "stellar_cont_rchi2")
    with pytest.raises(UnknownNameError, match="Dataset has no variable"):
        good(xr.Dataset(), "anything")


def test_a_mask_of_other_channels_is_not_used(small: xr.Dataset) -> None:
    """Channels that differ are not broadcast against each other."""
    other = small.emline_gflux_mask.rename(line="other_line").drop_vars("other_line")
    dataset = small.drop_vars("emline_gflux_mask").assign(emline_gflux_mask=other)
    with pytest.raises(NotMapsError, match="channels differ"):
        good(dataset, "emline_gflux")


def test_every_variable_is_masked_or_an_error_of_ours(real: xr.Dataset) -> None:
    """For each variable of a real file, the pairing of the table is the one that is used."""
    for name in map(str, real.data_vars):
        row = find_extension(name)
        assert row is not None
        try:
            valid = good(real, name)
        except MangaxrError:
            assert row.role == "mask" or not (row.mask or row.ivar or row.role == "ivar")
        else:
            pair = row.mask or row.ivar or row.name
            expected = real[pair.lower()].values
            expected = expected > 0 if not row.mask else (expected & 2**30) == 0
            np.testing.assert_array_equal(valid, expected)


def test_a_selection_is_masked_like_the_whole(real: xr.Dataset) -> None:
    """Choosing a line first and masking then is the same as the other way round."""
    first = masked(real.sel(line="Ha-6564"), "emline_gvel")
    xr.testing.assert_identical(first, masked(real, "emline_gvel").sel(line="Ha-6564"))
