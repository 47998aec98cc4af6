"""Finding files in a local tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from mangaxr.datamodel.releases import find_release
from mangaxr.errors import MissingFileError, UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import maps_path
from mangaxr.sas.local import find_maps, sas_root

GALAXY = PlateIFU(8138, 12704)
DAPTYPE = "HYB10-MILESHC-MASTARSSP"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the path of a galaxy's file, in a folder that exists."""
    path = maps_path(tmp_path, find_release("DR17"), GALAXY, DAPTYPE)
    path.parent.mkdir(parents=True)
    return path


def test_a_file_is_found_in_its_place(tmp_path: Path, place: Path) -> None:
    """The root may be text or a path, the release an alias."""
    place.write_bytes(b"maps")
    assert find_maps(GALAXY, sas=tmp_path) == place
    assert find_maps(GALAXY, sas=str(tmp_path), release="mpl-11", daptype=DAPTYPE) == place


def test_an_uncompressed_file_is_found_too(tmp_path: Path, place: Path) -> None:
    """People unpack files; the compressed one comes first where both are."""
    unpacked = place.with_suffix("")
    unpacked.write_bytes(b"maps")
    assert find_maps(GALAXY, sas=tmp_path) == unpacked
    place.write_bytes(b"maps")
    assert find_maps(GALAXY, sas=tmp_path) == place


def test_a_missing_file_is_an_error_that_holds_its_path(tmp_path: Path, place: Path) -> None:
    """The message names the galaxy, the path tried and how to name the root; a folder is none."""
    place.mkdir()
    with pytest.raises(MissingFileError) as caught:
        find_maps(GALAXY, sas=tmp_path)
    text = str(caught.value)
    assert str(place) in text
    assert "8138-12704" in text
    assert "SAS_BASE_DIR" in text
    assert len(text.splitlines()) == 1
    assert isinstance(caught.value, FileNotFoundError)


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    """The command and the URL are in the message, with what is not the default."""
    galaxy = PlateIFU.parse("8138-12704")
    with pytest.raises(MissingFileError) as caught:
        find_maps(galaxy, sas=tmp_path, release="DR15")
    message = str(caught.value)
    assert f"`mangaxr download 8138-12704 --sas {tmp_path} --release DR15`" in message
    assert "https://data.sdss.org/sas/dr15/manga/spectro/analysis/v2_4_3/2.2.1/" in message


def test_a_file_that_does_not_exist_says_why(tmp_path: Path) -> None:
    """Nobody is sent to download what the DAP could not make."""
    with pytest.raises(MissingFileError, match="DAP analysis failed"):
        find_maps(PlateIFU.parse("8312-6101"), sas=tmp_path)


def test_another_type_or_release_is_another_file(tmp_path: Path, place: Path) -> None:
    """A file of one analysis is not given for another."""
    place.write_bytes(b"maps")
    with pytest.raises(MissingFileError, match="SPX-MILESHC-MASTARSSP"):
        find_maps(GALAXY, sas=tmp_path, daptype="SPX-MILESHC-MASTARSSP")
    with pytest.raises(MissingFileError, match="dr15"):
        find_maps(GALAXY, sas=tmp_path, release="DR15")


@pytest.mark.parametrize("wrong", [{"release": "DR14"}, {"daptype": "../../etc"}])
def test_a_name_that_does_not_exist_is_an_error(tmp_path: Path, wrong: dict[str, str]) -> None:
    """A release without files, or a type that is no name, is not looked for."""
    with pytest.raises(UnknownNameError):
        find_maps(GALAXY, sas=tmp_path, **wrong)


def test_the_root_is_given_or_from_the_environment_or_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An argument goes before $SAS_BASE_DIR, which goes before ~/sas; ~ is expanded."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SAS_BASE_DIR", raising=False)
    assert sas_root() == tmp_path / "sas"
    monkeypatch.setenv("SAS_BASE_DIR", "")
    assert sas_root() == tmp_path / "sas"
    monkeypatch.setenv("SAS_BASE_DIR", "~/archive")
    assert sas_root() == tmp_path / "archive"
    assert sas_root("~/mine") == tmp_path / "mine"
