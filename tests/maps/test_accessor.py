"""The accessor: the same as the functions, and what belongs to the whole Dataset."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits
from astropy.wcs import WCS

from mangaxr.datamodel.extensions import Layout
from mangaxr.errors import BadPlateIFUError, NotMapsError
from mangaxr.maps.corrections import corrected_index, corrected_sigma
from mangaxr.maps.masks import good, masked
from mangaxr.maps.open import load_maps_file
from mangaxr.plateifu import PlateIFU

WriteMaps = Callable[..., Path]


@pytest.fixture
def small(small_bytes: dict[Layout, bytes], write_maps: WriteMaps) -> xr.Dataset:
    """Return a whole small file."""
    return load_maps_file(write_maps(small_bytes["DR17"]))


def test_methods_are_the_functions(small: xr.Dataset) -> None:
    """Masks and corrections by the accessor are those of the functions, arguments and all."""
    manga = small.manga
    same = xr.testing.assert_identical
    same(manga.good("stellar_vel"), good(small, "stellar_vel"))
    same(manga.good("stellar_vel", "dap"), good(small, "stellar_vel", "dap"))
    same(manga.masked("emline_gflux", ["NOVALUE"]), masked(small, "emline_gflux", ["NOVALUE"]))
    same(manga.sigma(), corrected_sigma(small, "emline_gsigma"))
    same(
        manga.sigma("stellar_sigma", policy="dap", squared=True),
        corrected_sigma(small, "stellar_sigma", policy="dap", squared=True),
    )
    same(manga.index(), corrected_index(small, "specindex"))
    same(
        manga.index("specindex_wgt", policy="marvin"),
        corrected_index(small, "specindex_wgt", policy="marvin"),
    )


def test_the_galaxy_is_named(small: xr.Dataset) -> None:
    """Plateifu is the header's, as an object; a Dataset without one says so."""
    assert small.manga.plateifu == PlateIFU(8138, 12704)
    with pytest.raises(BadPlateIFUError):
        xr.Dataset().manga.plateifu  # noqa: B018  (the property raises)


def test_the_wcs_is_that_of_astropy_without_a_warning(
    maps_file: Path, planes: fits.HDUList
) -> None:
    """Two celestial axes, the same everywhere as astropy's from the whole header."""
    dataset = load_maps_file(maps_file, variables=["spx_snr"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wcs = dataset.manga.wcs
    assert wcs.naxis == 2
    assert wcs.has_celestial
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = WCS(planes["SPX_SNR"].header)
    x, y = np.meshgrid(dataset.x, dataset.y)
    np.testing.assert_array_equal(
        wcs.pixel_to_world_values(x, y), expected.pixel_to_world_values(x, y)
    )
    assert wcs.wcs.radesys == expected.wcs.radesys


@pytest.mark.parametrize("cards", [None, "", "CTYPE1  = 'RA---XXX'\nCTYPE2  = 'DEC--XXX'"])
def test_a_dataset_without_a_wcs_says_so(small: xr.Dataset, cards: str | None) -> None:
    """Lost or senseless cards are an error that names the galaxy."""
    dataset = small.drop_attrs(deep=False) if cards is None else small.assign_attrs(wcs=cards)
    with pytest.raises(NotMapsError, match="WCS") as caught:
        dataset.manga.wcs  # noqa: B018  (the property raises)
    assert len(str(caught.value).splitlines()) == 1
    if cards is not None:
        assert "8138-12704" in str(caught.value)


def test_the_accessor_comes_with_the_reader_and_the_wcs_only_when_asked_for(
    small_bytes: dict[Layout, bytes], write_maps: WriteMaps
) -> None:
    """A fresh interpreter that opens a file by xarray alone has it, and no astropy.wcs."""
    path = write_maps(small_bytes["DR17"])
    code = (
        "import sys, xarray as xr\n"
        "dataset = xr.open_dataset(sys.argv[1], engine='mangaxr')\n"
        "assert dataset.manga.masked('stellar_vel').dims == ('y', 'x')\n"
        "assert 'astropy.wcs' not in sys.modules\n"
        "dataset.manga.wcs\n"
        "assert 'astropy.wcs' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=50)
