"""Corrected dispersions and indices against plain numpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy import units as u
from astropy.io import fits
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mangaxr.datamodel.extensions import Layout
from mangaxr.errors import MissingExtensionError, NotMapsError, UnknownNameError
from mangaxr.maps.corrections import corrected_index, corrected_sigma
from mangaxr.maps.open import load_maps_file

WriteMaps = Callable[..., Path]
DONOTUSE = 1 << 30

SIGMAS = {"EMLINE_GSIGMA": "EMLINE_INSTSIGMA", "STELLAR_SIGMA": "STELLAR_SIGMACORR"}
dispersions = st.one_of(st.just(0.0), st.floats(2**-10, 1024, width=32))


@pytest.fixture(scope="module")
def real(maps_file: Path) -> xr.Dataset:
    """Return a file of the survey's pipeline."""
    return load_maps_file(maps_file)


@pytest.fixture
def small(small_bytes: dict[Layout, bytes], write_maps: WriteMaps) -> xr.Dataset:
    """Return a whole small file."""
    return load_maps_file(write_maps(small_bytes["DR17"]))


@pytest.mark.parametrize("name", SIGMAS)
def test_dispersions_of_real_files_are_those_of_plain_numpy(
    name: str, real: xr.Dataset, planes: fits.HDUList
) -> None:
    """sqrt(sigma^2 - correction^2) in float64 on astropy's planes; position 0 of SIGMACORR."""
    sigma, correction = (planes[n].data.astype(np.float64) for n in (name, SIGMAS[name]))
    bad = (planes[f"{name}_MASK"].data & DONOTUSE) != 0
    if correction.ndim > sigma.ndim:
        correction = correction[0]
    square = np.where(bad, np.nan, sigma**2 - correction**2)
    with np.errstate(invalid="ignore"):
        expected = np.sqrt(square)
    found = corrected_sigma(real, name.lower())
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)
    assert found.dtype == np.float32
    signed = corrected_sigma(real, name.lower(), squared=True)
    np.testing.assert_array_equal(np.isnan(signed), bad)
    np.testing.assert_allclose(signed, square, rtol=1e-5, atol=0.02)


def test_the_correction_of_dr17s_stars_is_position_0_whatever_its_label(
    dr17_file: Path,
) -> None:
    """The labels of STELLAR_SIGMACORR are swapped: the plane is not chosen by them."""
    real = load_maps_file(dr17_file)
    first, second = real.stellar_sigmacorr.values
    good = (real.stellar_sigma_mask.values & DONOTUSE) == 0
    assert not np.array_equal(first[good], second[good])
    found = corrected_sigma(real, "stellar_sigma", squared=True).values[good]
    sigma = real.stellar_sigma.values[good].astype(np.float64)
    assert np.abs(found - (sigma**2 - first[good].astype(np.float64) ** 2)).max() < 0.01
    assert "sigmacorr" not in corrected_sigma(real, "stellar_sigma").dims


@given(
    sigma=hnp.arrays(np.float32, 9, elements=dispersions),
    correction=hnp.arrays(np.float32, 9, elements=dispersions),
    flags=hnp.arrays(np.int32, 9, elements=st.sampled_from([0, 32, DONOTUSE, DONOTUSE | 16])),
)
@example(  # 1e-5 above the correction: the difference of float32 squares has lost all digits
    sigma=np.full(9, 100.00001, np.float32),
    correction=np.full(9, 100, np.float32),
    flags=np.zeros(9, np.int32),
)
def test_a_corrected_dispersion_is_that_of_exact_arithmetic(
    sigma: np.ndarray, correction: np.ndarray, flags: np.ndarray
) -> None:
    """To float32 rounding, also where sigma is hardly above its correction; no sign is lost."""
    dataset = xr.Dataset(
        {
            "emline_gsigma": ("x", sigma, {"mask": "emline_gsigma_mask", "units": "km / s"}),
            "emline_gsigma_mask": ("x", flags),
            "emline_instsigma": ("x", correction),
        }
    )
    bad = (flags & DONOTUSE) != 0
    exact = sigma.astype(np.float64) ** 2 - correction.astype(np.float64) ** 2
    squared = corrected_sigma(dataset, "emline_gsigma", squared=True).values
    np.testing.assert_allclose(squared[~bad], exact[~bad], rtol=1e-6, atol=1e-37)
    assert np.isnan(squared[bad]).all()
    root = corrected_sigma(dataset, "emline_gsigma").values
    real = ~bad & (exact >= 0)
    np.testing.assert_allclose(root[real], np.sqrt(exact[real]), rtol=1e-6, atol=1e-18)
    assert np.isnan(root[~real]).all()


def test_indices_of_real_files_are_those_of_plain_numpy(
    real: xr.Dataset, planes: fits.HDUList
) -> None:
    """Value times CORR for Angstrom and ratios, plus CORR for magnitudes, by the header's U."""
    names = [n for n in ("SPECINDEX", "SPECINDEX_BF", "SPECINDEX_WGT") if n.lower() in real]
    for name in names:
        value, correction = planes[name].data, planes[f"{name}_CORR"].data
        bad = (planes[f"{name}_MASK"].data & DONOTUSE) != 0
        header = planes[name].header
        found = corrected_index(real, name.lower())
        assert found.dtype == np.float32
        assert found.dims == ("spectral_index", "y", "x")
        for plane in range(46):
            unit = header[f"U{plane + 1:02d}"]
            assert unit in ("mag", "ang", "")
            both = value[plane], correction[plane]
            expected = both[0] + both[1] if unit == "mag" else both[0] * both[1]
            expected = np.where(bad[plane], np.float32(np.nan), expected)
            np.testing.assert_array_equal(found.values[plane], expected)


def test_one_index_is_corrected_like_all(real: xr.Dataset) -> None:
    """Choosing an index first is the same as choosing it from the corrected ones."""
    for name in ("Mg1", "Mgb", "Dn4000"):
        chosen = real.sel(spectral_index=name)
        xr.testing.assert_identical(
            corrected_index(chosen), corrected_index(real).sel(spectral_index=name)
        )


def test_what_was_done_is_in_the_attributes(small: xr.Dataset) -> None:
    """Correction and policy are text, units are right, and what no longer holds is gone."""
    sigma = corrected_sigma(small, "emline_gsigma", policy=["NOVALUE"])
    assert sigma.attrs["correction"] == "sqrt(emline_gsigma^2 - emline_instsigma^2)"
    assert sigma.attrs["mask_policy"] == "NOVALUE"
    assert u.Unit(sigma.attrs["units"]) == u.km / u.s
    assert "not corrected" not in sigma.attrs["long_name"]
    assert not {"ivar", "ancillary_variables", "fits_bunit"} & set(sigma.attrs)
    squared = corrected_sigma(small, "stellar_sigma", squared=True)
    assert squared.attrs["correction"] == "stellar_sigma^2 - stellar_sigmacorr^2"
    assert u.Unit(squared.attrs["units"]) == (u.km / u.s) ** 2
    index = corrected_index(small, policy="dap")
    assert index.attrs["mask_policy"] == "dap"
    assert "specindex * specindex_corr" in index.attrs["correction"]
    assert "specindex + specindex_corr" in index.attrs["correction"]
    assert (index.name, sigma.name) == ("specindex", "emline_gsigma")


def test_the_policy_decides_what_is_dropped(small: xr.Dataset) -> None:
    """A stricter policy leaves fewer dispersions and indices."""
    for function, name in ((corrected_sigma, "emline_gsigma"), (corrected_index, "specindex")):
        loose = function(small, name).notnull()
        strict = function(small, name, policy="dap").notnull()
        assert strict.sum() < loose.sum()
        assert not (strict & ~loose).any()


@pytest.mark.parametrize(
    ("function", "name", "meant"),
    [
        (corrected_sigma, "stellar_vel", "stellar_sigma"),
        (corrected_sigma, "specindex", "emline_gsigma"),
        (corrected_sigma, "emline_instsigma", "emline_gsigma"),
        (corrected_sigma, "emline_gsigma_ivar", "emline_gsigma"),
        (corrected_sigma, "stelar_sigma", "stellar_sigma"),
        (corrected_index, "stellar_sigma", "specindex"),
        (corrected_index, "specindex_model", "specindex_bf"),
    ],
)
def test_a_variable_without_a_correction_is_an_error(
    function: Callable[..., xr.DataArray], name: str, meant: str, small: xr.Dataset
) -> None:
    """Nothing is returned uncorrected under the name of a correction."""
    with pytest.raises(UnknownNameError, match=meant) as caught:
        function(small, name)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("function", "name", "needed"),
    [
        (corrected_sigma, "emline_gsigma", "emline_instsigma"),
        (corrected_sigma, "stellar_sigma", "stellar_sigmacorr"),
        (corrected_sigma, "emline_gsigma", "emline_gsigma_mask"),
        (corrected_index, "specindex", "specindex_corr"),
        (corrected_index, "specindex", "specindex"),
    ],
)
def test_what_was_not_opened_is_asked_for(
    function: Callable[..., xr.DataArray], name: str, needed: str, small: xr.Dataset
) -> None:
    """The message names what to add to variables=."""
    with pytest.raises(MissingExtensionError, match=f"{needed}.*variables=") as caught:
        function(small.drop_vars(needed), name)
    assert len(str(caught.value).splitlines()) == 1


def test_an_index_in_an_unknown_unit_is_an_error(small: xr.Dataset) -> None:
    """There is no rule for a unit that no file has, and none is made up."""
    units = small.spectral_index_unit.values.astype("U20")
    units[7] = "furlong"
    strange = small.assign_coords(spectral_index_unit=("spectral_index", units))
    with pytest.raises(NotMapsError, match="furlong"):
        corrected_index(strange)
    known = strange.isel(spectral_index=slice(0, 7))
    xr.testing.assert_equal(
        corrected_index(known), corrected_index(small).isel(spectral_index=slice(0, 7))
    )
    with pytest.raises(NotMapsError, match="spectral_index_unit"):
        corrected_index(small.drop_vars("spectral_index_unit"))


def test_units_of_its_own_go_before_shared_ones(small: xr.Dataset) -> None:
    """Where an extension's units differ from the others', its own decide."""
    units = ["Angstrom"] * 46
    own = small.assign_coords(specindex_bf_unit=("spectral_index", units))
    found, shared = corrected_index(own, "specindex_bf"), corrected_index(small, "specindex_bf")
    mag = small.spectral_index_unit.values == "mag"
    xr.testing.assert_equal(
        found.drop_vars("specindex_bf_unit").isel(spectral_index=~mag),
        shared.isel(spectral_index=~mag),
    )
    product = small.specindex_bf * small.specindex_bf_corr
    valid = found.notnull()
    np.testing.assert_array_equal(found.where(valid), product.where(valid))


def test_channels_that_differ_are_not_broadcast(small: xr.Dataset) -> None:
    """A correction over other lines than the dispersion's is refused."""
    other = small.emline_instsigma.rename(line="other_line").drop_vars("other_line")
    dataset = small.drop_vars("emline_instsigma").assign(emline_instsigma=other)
    with pytest.raises(NotMapsError, match="channels differ"):
        corrected_sigma(dataset, "emline_gsigma")
