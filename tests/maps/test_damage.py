"""Files that are damaged, or not what their name says: one error, one line, naming the file."""

from __future__ import annotations

import gzip
import io
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.errors import (
    CorruptFileError,
    MangaxrError,
    MissingExtensionError,
    MissingFileError,
    NotMapsError,
)
from mangaxr.maps import source
from mangaxr.maps.open import load_maps_file, open_maps_file

Open = Callable[..., xr.Dataset]
MakeHDUs = Callable[..., fits.HDUList]
WriteMaps = Callable[..., Path]

NAME = "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
SMALL = ("SPX_SKYCOO", "SPX_ELLCOO", "STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK")


@pytest.fixture(params=[open_maps_file, load_maps_file], ids=["open", "load"])
def open_file(request: pytest.FixtureRequest) -> Open:
    """Return each of the two ways to open a file."""
    return request.param  # type: ignore[no-any-return]


def complaint(error: MangaxrError, path: Path) -> str:
    """Return an error's text, having checked that it is one line that names the file."""
    text = str(error)
    assert len(text.splitlines()) == 1
    assert path.name in text
    return text


def edit_header(raw: bytes, hdu: int, keyword: str, value: str) -> bytes:
    """Overwrite the value of a card in an uncompressed file, right-justified to column 30."""
    with fits.HDUList.fromstring(raw) as hdus:
        start = sum(h.filebytes() for h in hdus[:hdu])
    at = raw.index(keyword.ljust(8).encode() + b"=", start)
    card = f"{keyword:8}= {value:>20}".ljust(80).encode()
    return raw[:at] + card + raw[at + 80 :]


@pytest.fixture(scope="module")
def small(make_hdus: MakeHDUs) -> bytes:
    """Return a file of five extensions, uncompressed."""
    buffer = io.BytesIO()
    make_hdus(only=SMALL).writeto(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", "HTML"),
        (b"\n\n  <HTML><head><title>Login</title></head></HTML>", "HTML"),
        (b"PK\x03\x04 something else", "neither FITS nor gzip"),
        (b"\x1f", "neither FITS nor gzip"),
        (b"\x1f\x8b", "gzip"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "gzip"),
        (gzip.compress(b""), "empty"),
        (gzip.compress(b"<html>404</html>"), "truncated in the header"),
        (gzip.compress(b"no FITS" * 1000), "no FITS header"),
        (b"SIMPLE  =", "truncated in the header"),
        (b"SIMPLE  =".ljust(2880 * 300), "no END card"),
    ],
)
def test_what_is_no_fits_file_says_so(
    tmp_path: Path, open_file: Open, content: bytes, said: str
) -> None:
    """An empty file, a web page, a stump of gzip: an error that says what the file is."""
    path = tmp_path / NAME
    path.write_bytes(content)
    with pytest.raises(CorruptFileError) as caught:
        open_file(path)
    assert said in complaint(caught.value, path)


def test_a_directory_says_so(tmp_path: Path, open_file: Open) -> None:
    """A directory where a file should be is an error that says it is one."""
    path = tmp_path / NAME
    path.mkdir()
    with pytest.raises(CorruptFileError, match="directory") as caught:
        open_file(path)
    complaint(caught.value, path)


@pytest.mark.parametrize("below", ["absent.fits.gz", "x" * 300, "a\0b"])
def test_a_path_that_leads_nowhere_is_an_error_of_ours(
    tmp_path: Path, open_file: Open, below: str
) -> None:
    """A missing file, a name too long for the system, a null byte: never a bare OSError."""
    with pytest.raises((MissingFileError, CorruptFileError)) as caught:
        open_file(str(tmp_path / below))
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_used_as_a_folder_is_missing(
    tmp_path: Path, open_file: Open, small: bytes, write_maps: WriteMaps
) -> None:
    """A path through a file does not exist, and says so."""
    path = write_maps(small) / "maps.fits"
    with pytest.raises((MissingFileError, CorruptFileError)) as caught:
        open_file(path)
    complaint(caught.value, path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused(tmp_path: Path, small: bytes) -> None:
    """A named pipe cannot be read twice, nor mapped: it is refused, not waited for."""
    path = tmp_path / NAME
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(writer, small[:2880])
    try:
        with pytest.raises(CorruptFileError) as caught:
            load_maps_file(path)
    finally:
        os.close(writer)
    complaint(caught.value, path)


def test_a_file_without_permission_says_so(
    monkeypatch: pytest.MonkeyPatch, open_file: Open, small: bytes, write_maps: WriteMaps
) -> None:
    """What the system refuses to open is reported with its reason."""
    path = write_maps(small)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(CorruptFileError, match="Permission denied") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_fits_file_named_gz_that_is_not_compressed_opens(
    small: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """The bytes decide whether a file is compressed, not its name."""
    path = write_maps(small, name=NAME, compress=False)
    assert open_file(path).sizes["x"] == 6


def test_an_uncompressed_file_is_mapped_not_read(small: bytes, write_maps: WriteMaps) -> None:
    """Planes of a plain file equal those of its compressed twin."""
    plain = load_maps_file(write_maps(small, compress=False))
    packed = load_maps_file(write_maps(small))
    plain.attrs.pop("source"), packed.attrs.pop("source")
    xr.testing.assert_identical(plain, packed)


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
    small: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A renamed file is an error that holds both names."""
    path = write_maps(small, name="manga-7443-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz")
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
    small: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """What is not in the file is missed only by who asks for it, and by name."""
    path = write_maps(small)
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


@pytest.mark.parametrize(
    ("hdu", "keyword", "value"),
    [
        (3, "NAXIS1", "99999999999"),
        (3, "NAXIS1", "-6"),
        (3, "NAXIS1", "6.5"),
        (3, "NAXIS", "999"),
        (3, "NAXIS", "'two'"),
        (3, "NAXIS", "3"),
        (3, "BITPIX", "-33"),
        (3, "BITPIX", "T"),
        (3, "BITPIX", "?!"),
        (3, "PCOUNT", "-1"),
        (3, "PCOUNT", "-100000"),
        (3, "GCOUNT", "-1"),
        (3, "GCOUNT", "99999999"),
        (3, "EXTNAME", "'\x01\n\x02'"),
        (0, "PLATEIFU", "'unclosed"),
        (0, "DAPFRMT", "'unclosed"),
        (0, "SCINPVEL", "'unclosed"),
        (0, "REFF", "=?="),
        (0, "BITPIX", ""),
    ],
)
def test_a_header_that_cannot_be_true_is_an_error(
    small: bytes, write_maps: WriteMaps, open_file: Open, hdu: int, keyword: str, value: str
) -> None:
    """Sizes beyond belief and cards beyond parsing name the file, and never crash."""
    path = write_maps(edit_header(small, hdu, keyword, value), compress=False)
    with pytest.raises((CorruptFileError, NotMapsError)) as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_header_without_an_end_is_an_error(
    small: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A file whose END card was lost is damaged, whatever follows it."""
    end = small.index(b"END".ljust(80))
    path = write_maps(small[:end] + b"ENX".ljust(80) + small[end + 80 :])
    with pytest.raises(CorruptFileError) as caught:
        open_file(path)
    complaint(caught.value, path)


def test_zeros_where_an_extension_should_start_are_an_error(
    small: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A hole in a plain file does not end it early; zeros behind the last HDU do no harm."""
    with fits.HDUList.fromstring(small) as hdus:
        start = sum(hdu.filebytes() for hdu in hdus[:3])
    holed = small[:start] + bytes(2880) + small[start + 2880 :]
    path = write_maps(holed, compress=False)
    with pytest.raises(CorruptFileError) as caught:
        open_file(path)
    complaint(caught.value, path)
    padded = write_maps(small + bytes(5 * 2880), compress=False)
    assert "stellar_vel_mask" in open_file(padded)


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_edited_without_renewing_its_checksums_opens_unless_asked_to_verify(
    make_hdus: MakeHDUs,
    compress: bool,
    write_maps: WriteMaps,
    open_file: Open,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An edited file is opened and logged; with verify it is an error naming the extension."""
    hdus = make_hdus(only=SMALL)
    hdus["STELLAR_VEL"].data[2, 3] = 123.0
    path = write_maps(hdus, compress=compress)
    with caplog.at_level(logging.INFO, logger="mangaxr"):
        assert open_file(path).stellar_vel.values[2, 3] == 123.0
    assert "STELLAR_VEL" in caplog.text
    with pytest.raises(CorruptFileError, match="STELLAR_VEL") as caught:
        open_file(path, verify=True)
    complaint(caught.value, path)


@pytest.mark.parametrize("wanted", [None, ["binid"]])
def test_verify_finds_damage_in_a_plain_file_wherever_it_is(
    wanted: list[str] | None, make_hdus: MakeHDUs, write_maps: WriteMaps, open_file: Open
) -> None:
    """A changed byte of an extension nobody asked for is found through its checksum."""
    buffer = io.BytesIO()
    make_hdus(only=(*SMALL, "BINID")).writeto(buffer)
    raw = bytearray(buffer.getvalue())
    raw[-2880] ^= 1  # the first byte of the last extension's data
    path = write_maps(bytes(raw), compress=False)
    assert "binid" in open_file(path, variables=wanted)
    with pytest.raises(CorruptFileError, match="STELLAR_VEL_MASK") as caught:
        open_file(path, variables=wanted, verify=True)
    complaint(caught.value, path)


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


def test_verify_accepts_a_sound_file(small: bytes, write_maps: WriteMaps, open_file: Open) -> None:
    """Checksums that astropy wrote hold, in whole and in part."""
    path = write_maps(small)
    assert "stellar_vel" in open_file(path, verify=True)
    assert "stellar_vel" in open_file(path, variables=["stellar_vel"], verify=True)


def test_a_disk_that_fails_while_reading_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, small: bytes, write_maps: WriteMaps
) -> None:
    """An input/output error in the middle of a file names the file."""
    path = write_maps(small)

    class Failing:
        def read(self, size: int) -> bytes:
            raise OSError(5, "Input/output error")

        def close(self) -> None:
            """Nothing to do."""

    opened = source.open_source

    def open_failing(path: Path) -> source.ByteSource:
        found = opened(path)
        assert isinstance(found, source.GzipSource)
        found.close()
        found._file = Failing()  # type: ignore[assignment]
        return found

    monkeypatch.setattr("mangaxr.maps.stream.open_source", open_failing)
    with pytest.raises(CorruptFileError, match="Input/output error") as caught:
        load_maps_file(path)
    complaint(caught.value, path)
