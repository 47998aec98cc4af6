"""Opening some variables only, and naming ones that are not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.datamodel.extensions import EXTENSIONS
from mangaxr.datamodel.releases import find_release
from mangaxr.errors import MissingExtensionError, NotMapsError, UnknownNameError
from mangaxr.maps import stream
from mangaxr.maps.open import load_maps_file, open_maps
from mangaxr.maps.stream import read_maps
from mangaxr.maps.variables import variable_extensions
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import maps_path

MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]
Open = Callable[..., xr.Dataset]


@pytest.fixture
def path(make_hdus: MakeHDUs, write_maps: WriteMaps) -> Path:
    """Return a file with some of DR17's extensions."""
    names = (
        "SPX_SKYCOO",
        "SPX_ELLCOO",
        "BINID",
        "STELLAR_VEL",
        "STELLAR_VEL_MASK",
        "EMLINE_GVEL",
        "EMLINE_GVEL_MASK",
    )
    return write_maps(make_hdus(only=names))


def test_only_the_variables_named_are_opened(path: Path, open_file: Open) -> None:
    """They and the spatial coordinates are as in the whole file; nothing else is there."""
    part = open_file(path, variables=["emline_gvel", "stellar_vel"])
    whole = open_file(path)
    assert set(part.data_vars) == {"emline_gvel", "stellar_vel"}
    for name in ("sky_x", "sky_y", "r_arcsec", "r_re", "r_kpc_h", "azimuth", "line_wave"):
        xr.testing.assert_identical(part[name].variable.load(), whole[name].variable.load())
    np.testing.assert_array_equal(part.emline_gvel, whole.emline_gvel)
    attrs = dict(whole.attrs)
    assert part.attrs == attrs


def test_names_may_be_in_either_case_one_or_many(path: Path, open_file: Open) -> None:
    """An EXTNAME, a single word and any iterable will do; a coordinate's extension too."""
    assert set(open_file(path, variables="BINID")) == {"binid"}
    assert set(open_file(path, variables=(n for n in ("binid", "Stellar_Vel")))) == {
        "binid",
        "stellar_vel",
    }
    assert set(open_file(path, variables=["spx_skycoo", "binid", "binid"])) == {
        "spx_skycoo",
        "binid",
    }
    assert set(open_file(path, variables=[])) == set()
    assert "sky_x" in open_file(path, variables=[]).coords


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("emline_gfulx", "emline_gflux"),
        ("STELAR_VEL", "stellar_vel"),
        ("emline_sigma", "emline_gsigma"),
        ("", "spx_skycoo"),
        ("特", "spx_skycoo"),
    ],
)
def test_an_unknown_name_is_an_error_with_a_suggestion(
    path: Path, open_file: Open, name: str, meant: str
) -> None:
    """A typing error is told from an extension that this file lacks, and put right."""
    with pytest.raises(UnknownNameError, match=meant) as caught:
        open_file(path, variables=[name])
    assert len(str(caught.value).splitlines()) == 1


def test_an_extension_that_the_file_lacks_is_an_error(path: Path, open_file: Open) -> None:
    """The message names file and extension; the class is also a KeyError."""
    with pytest.raises(MissingExtensionError, match="EMLINE_GFLUX is missing") as caught:
        open_file(path, variables=["binid", "emline_gflux"])
    assert path.name in str(caught.value)
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("row", EXTENSIONS, ids=lambda row: row.name)
def test_every_row_of_the_table_may_be_named(row: object) -> None:
    """Variable names and EXTNAMEs lead to each other."""
    name = row.name  # type: ignore[attr-defined]
    assert variable_extensions([name.lower()]) == variable_extensions([name]) == (name,)


def test_variables_may_be_dropped(path: Path) -> None:
    """Xarray's own drop_variables works, also for names that are not there."""
    found = xr.open_dataset(path, engine="mangaxr", drop_variables=["binid", "absent"])
    assert set(found) == {
        "spx_skycoo",
        "spx_ellcoo",
        "stellar_vel",
        "stellar_vel_mask",
        "emline_gvel",
        "emline_gvel_mask",
    }
    assert "stellar_vel" not in xr.open_dataset(
        path, engine="mangaxr", drop_variables="stellar_vel"
    )


def test_fewer_variables_read_less_of_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader stops behind the last wanted extension where that is worth while."""
    monkeypatch.setattr(stream, "_WORTH_STOPPING", -1)
    assert not read_maps(path, {"SPX_SKYCOO": None, "BINID": None}).complete
    assert read_maps(path, {"SPX_SKYCOO": None, "BINID": None}, verify=True).complete
    assert read_maps(path).complete


def test_planes_are_kept_by_the_names_of_channels(path: Path) -> None:
    """Channels come in the order wanted, whatever their order in the file."""
    whole = read_maps(path)["EMLINE_GVEL"]
    wanted = ("NII-6585", "Hb-4862", "Ha-6564")
    part = read_maps(path, {"EMLINE_GVEL": wanted})["EMLINE_GVEL"]
    assert part.channels == wanted
    for plane, name in zip(part.data, wanted, strict=True):
        np.testing.assert_array_equal(plane, whole.data[whole.channels.index(name)])


@pytest.mark.parametrize("wanted", [{"EMLINE_GVEL": ("Ha-6563",)}, {"STELLAR_VEL": ("Ha-6564",)}])
def test_a_channel_that_is_not_there_is_an_error(
    path: Path, wanted: dict[str, tuple[str, ...]]
) -> None:
    """A line the file lacks, or a line of a map that has none, is named with what there is."""
    with pytest.raises(MissingExtensionError, match="has no channel 'Ha-656") as caught:
        read_maps(path, wanted)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("lost", ["C05", "C24"])
def test_a_channel_key_that_was_lost_does_not_shift_the_others(
    lost: str, make_hdus: MakeHDUs, write_maps: WriteMaps
) -> None:
    """A plane is found by the number of its key, not by counting keys."""
    hdus = make_hdus(only=("SPX_SKYCOO", "EMLINE_GVEL"))
    del hdus["EMLINE_GVEL"].header[lost]
    found = read_maps(write_maps(hdus), {"EMLINE_GVEL": ("NII-6585",)})["EMLINE_GVEL"]
    np.testing.assert_array_equal(found.data[0], hdus["EMLINE_GVEL"].data[24])


@pytest.mark.parametrize("change", ["lost", "added"])
def test_as_many_names_as_planes_or_none_is_taken(
    change: str, make_hdus: MakeHDUs, write_maps: WriteMaps
) -> None:
    """Where names and planes do not match in number, none is guessed."""
    hdus = make_hdus(only=("SPX_SKYCOO", "EMLINE_GVEL"))
    if change == "lost":
        del hdus["EMLINE_GVEL"].header["C35"]
    else:
        hdus["EMLINE_GVEL"].header["C36"] = "Lya-1215"
    path = write_maps(hdus)
    with pytest.raises(NotMapsError, match="EMLINE_GVEL has 35 planes") as caught:
        read_maps(path, {"EMLINE_GVEL": ("NII-6585",)})
    assert path.name in str(caught.value)
    assert "line" not in load_maps_file(path).emline_gvel.dims


def test_a_galaxy_is_opened_by_its_name_in_the_tree(path: Path, tmp_path: Path) -> None:
    """Numbers, text or an object; the tree given or in the environment."""
    daptype = "HYB10-MILESHC-MASTARSSP"
    place = maps_path(tmp_path / "sas", find_release("DR17"), PlateIFU(8138, 12704), daptype)
    place.parent.mkdir(parents=True)
    path.rename(place)
    expected = load_maps_file(place)
    for names in ((8138, 12704), ("8138-12704",), (PlateIFU(8138, 12704),)):
        found = open_maps(*names, sas=tmp_path / "sas")
        xr.testing.assert_identical(found.load(), expected)
    part = open_maps("8138-12704", sas=tmp_path / "sas", variables=["binid"], chunks={})
    assert set(part) == {"binid"}
