"""Files of other kinds, and MAPS files with strange extensions: opened, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.errors import (
    MangaxrError,
    MissingExtensionError,
    NotMapsError,
)

Open = Callable[..., xr.Dataset]
MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]

NAME = "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
SMALL = ("SPX_SKYCOO", "SPX_ELLCOO", "STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK")


def complaint(error: MangaxrError, path: Path) -> str:
    """Return an error's text, having checked that it is one line that names the file."""
    text = str(error)
    assert len(text.splitlines()) == 1
    assert path.name in text
    return text


def test_a_drp_cube_is_not_a_maps_file(tmp_path: Path, open_file: Open) -> None:
    """A DRP LOGCUBE, given by mistake, is named as what it is not."""
    primary = fits.PrimaryHDU()
    primary.header["PLATEIFU"] = "8138-12704"
    cube = fits.ImageHDU(np.zeros((3, 4, 4), ">f4"), name="FLUX")
    path = tmp_path / "manga-8138-12704-LOGCUBE.fits.gz"
    fits.HDUList([primary, cube]).writeto(path)
    with pytest.raises(NotMapsError, match="not a MAPS file") as caught:
        open_file(path)
    assert "FLUX" in complaint(caught.value, path)


def test_a_dap_model_cube_is_not_a_maps_file(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """The DAP's model LOGCUBE has a DAPFRMT of its own, which is named."""
    hdus = make_hdus(only=SMALL)
    hdus[0].header["DAPFRMT"] = "LOGCUBE"
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="LOGCUBE") as caught:
        open_file(path)
    complaint(caught.value, path)


@pytest.mark.parametrize("maps_like", [True, False])
def test_a_file_without_extensions_is_not_a_maps_file(
    maps_like: bool, make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A primary header alone does not make an empty Dataset."""
    primary = make_hdus(only=())[0] if maps_like else fits.PrimaryHDU()
    path = write_maps(fits.HDUList([primary]))
    with pytest.raises(NotMapsError, match="no extension") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_file_without_a_galaxy_is_refused(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A MAPS file that does not say of which galaxy it is cannot be used."""
    hdus = make_hdus(only=SMALL)
    del hdus[0].header["PLATEIFU"]
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="PLATEIFU") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_file_of_another_galaxy_than_its_name_says_is_refused(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A renamed file is an error that holds both names."""
    path = write_maps(five_extensions, name="manga-7443-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz")
    with pytest.raises(NotMapsError, match="7443-1901") as caught:
        open_file(path)
    assert "8138-12704" in complaint(caught.value, path)


def test_a_header_value_of_the_wrong_type_is_named(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """Text where a number should be names the keyword and what it holds."""
    hdus = make_hdus(only=SMALL)
    hdus[0].header["REFF"] = "large"
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="REFF = 'large'") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_file_without_emission_lines_opens_without_them(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """What is not in the file is missed only by who asks for it, and by name."""
    path = write_maps(five_extensions)
    assert "emline_gflux" not in open_file(path)
    with pytest.raises(MissingExtensionError, match="EMLINE_GFLUX is missing") as caught:
        open_file(path, variables=["emline_gflux"])
    complaint(caught.value, path)


def test_an_empty_extension_is_passed_over(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """An analysis that was switched off leaves no variable, and says so when asked for."""
    hdus = make_hdus(only=(*SMALL, "STELLAR_SIGMA"))
    hdus["STELLAR_SIGMA"] = fits.ImageHDU(name="STELLAR_SIGMA")
    path = write_maps(hdus)
    assert "stellar_sigma" not in open_file(path)
    assert "stellar_vel" in open_file(path)
    with pytest.raises(MissingExtensionError, match="STELLAR_SIGMA is empty") as caught:
        open_file(path, variables=["stellar_sigma"])
    complaint(caught.value, path)


@pytest.mark.parametrize("lost", ["SPX_SKYCOO", "SPX_ELLCOO"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_file_without_coordinates_gives_what_it_has(
    lost: str, empty: bool, make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A lost coordinate extension is no reason to refuse a variable, whole or in part."""
    hdus = make_hdus(only=SMALL)
    if empty:
        hdus[lost] = fits.ImageHDU(name=lost)
    else:
        del hdus[lost]
    path = write_maps(hdus)
    whole, part = open_file(path), open_file(path, variables=["stellar_vel"])
    of_the_coordinate_extensions = {"sky_coordinate", "ell_coordinate", "ell_coordinate_unit"}
    assert set(part.coords) == set(whole.coords) - of_the_coordinate_extensions
    assert ("sky_x" in part.coords) == (lost != "SPX_SKYCOO")
    assert ("r_re" in part.coords) == (lost != "SPX_ELLCOO")
    xr.testing.assert_equal(part.stellar_vel, whole.stellar_vel)
    with pytest.raises(MissingExtensionError, match=lost):
        open_file(path, variables=[lost.lower()])


def test_a_table_among_the_maps_is_passed_over(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A binary table is no map; the maps around it open."""
    hdus = make_hdus(only=SMALL)
    columns = [fits.Column("A", "J", array=[1, 2, 3])]
    hdus.insert(3, fits.BinTableHDU.from_columns(columns, name="NOTES"))
    dataset = open_file(write_maps(hdus))
    assert "notes" not in dataset
    assert {"spx_skycoo", "stellar_vel"} <= set(dataset)


def test_an_extension_of_ones_own_opens_beside_the_others(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """Images that no release has become variables; one of another size has its own axes."""
    hdus = make_hdus(only=SMALL)
    hdus.append(fits.ImageHDU(np.ones((6, 6), ">f4"), name="MY_MAP"))
    hdus.append(fits.ImageHDU(np.ones((2, 6, 6), ">f4"), name="MY_CUBE"))
    hdus.append(fits.ImageHDU(np.ones((9, 9), ">f4"), name="MY_PSF"))
    hdus.append(fits.ImageHDU(np.ones(9, ">f4"), name="MY_SPECTRUM"))
    dataset = open_file(write_maps(hdus))
    assert dataset.my_map.dims == ("y", "x")
    assert dataset.my_cube.dims == ("my_cube_channel", "y", "x")
    assert dataset.my_psf.dims == ("my_psf_y", "my_psf_x")
    assert "my_spectrum" not in dataset


def test_an_extension_named_as_a_coordinate_is_an_error_of_ours(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A name that is taken is reported with the extension that has it."""
    hdus = make_hdus(only=SMALL)
    hdus.append(fits.ImageHDU(np.ones((6, 6), ">f4"), name="SKY_X"))
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="SKY_X") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_map_of_another_size_is_an_error(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A known extension that does not lie on the others' spaxels cannot be placed."""
    hdus = make_hdus(only=SMALL)
    hdus["STELLAR_VEL"].data = np.ones((5, 6), ">f4")
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="STELLAR_VEL") as caught:
        open_file(path)
    complaint(caught.value, path)


@pytest.mark.parametrize("ndim", [1, 4])
def test_a_map_that_is_not_two_dimensional_is_not_taken(
    ndim: int, make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """An extension of one or four axes is no map; asking for it says so."""
    hdus = make_hdus(only=SMALL)
    hdus["STELLAR_VEL"].data = np.ones((6,) * ndim, ">f4")
    path = write_maps(hdus)
    assert "stellar_vel" not in open_file(path)
    with pytest.raises(MissingExtensionError, match="STELLAR_VEL") as caught:
        open_file(path, variables=["stellar_vel"])
    complaint(caught.value, path)


def test_planes_that_their_header_does_not_name_get_no_other_extensions_names(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A cube with a channel key lost has an axis of its own: lines go by name, not position."""
    hdus = make_hdus(only=("SPX_SKYCOO", "SPX_ELLCOO", "EMLINE_GFLUX", "EMLINE_GVEL"))
    del hdus["EMLINE_GVEL"].header["C05"]
    dataset = open_file(write_maps(hdus))
    assert dataset.emline_gflux.dims == ("line", "y", "x")
    assert "line" not in dataset.emline_gvel.dims


def test_lines_that_differ_between_extensions_are_kept_apart(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """Other lines, in name or number, get an axis and labels of their own."""
    hdus = make_hdus(only=("SPX_SKYCOO", "SPX_ELLCOO", "EMLINE_GFLUX", "EMLINE_GVEL"))
    gvel = hdus["EMLINE_GVEL"]
    kept = gvel.data[:34].copy()
    del gvel.header["C35"]
    gvel.data = kept
    gvel.add_checksum()
    dataset = open_file(write_maps(hdus))
    (dim,) = set(dataset.emline_gvel.dims) - {"x", "y"}
    assert dim != "line"
    np.testing.assert_array_equal(dataset.emline_gvel.sel({dim: "Ha-6564"}), kept[23])


def test_units_that_differ_between_extensions_are_kept_apart(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """An extension whose channels have other units does not change those of the first."""
    hdus = make_hdus(only=("SPX_SKYCOO", "SPX_ELLCOO", "SPECINDEX", "SPECINDEX_BF"))
    hdus["SPECINDEX_BF"].header["U01"] = "ang"
    dataset = open_file(write_maps(hdus))
    assert dataset.specindex.spectral_index_unit.values[0] == "mag"
    assert dataset.specindex_bf_unit.values[0] == "Angstrom"


def test_numbers_that_stand_for_others_are_refused(
    make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """Unsigned masks, which astropy writes with an offset, are not read as if they had none."""
    hdus = make_hdus(only=SMALL)
    hdus["STELLAR_VEL_MASK"].data = np.full((6, 6), 2**30, dtype=np.uint32)
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match=r"STELLAR_VEL_MASK is scaled \(BZERO") as caught:
        open_file(path)
    complaint(caught.value, path)
