"""Files that are damaged, or not what their name says: one error, one line, naming the file."""

from __future__ import annotations

import gzip
import io
import logging
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.errors import (
    CorruptFileError,
    MangaxrError,
    MissingFileError,
    NotMapsError,
)
from mangaxr.fits import source
from mangaxr.maps.open import load_maps_file

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


def edit_header(raw: bytes, hdu: int, keyword: str, value: str) -> bytes:
    """Overwrite the value of a card in an uncompressed file, right-justified to column 30."""
    with fits.HDUList.fromstring(raw) as hdus:
        start = sum(h.filebytes() for h in hdus[:hdu])
    at = raw.index(keyword.ljust(8).encode() + b"=", start)
    card = f"{keyword:8}= {value:>20}".ljust(80).encode()
    return raw[:at] + card + raw[at + 80 :]


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
    tmp_path: Path, open_file: Open, five_extensions: bytes, write_maps: WriteMaps
) -> None:
    """A path through a file does not exist, and says so."""
    path = write_maps(five_extensions) / "maps.fits"
    with pytest.raises((MissingFileError, CorruptFileError)) as caught:
        open_file(path)
    complaint(caught.value, path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused(tmp_path: Path, five_extensions: bytes) -> None:
    """A named pipe cannot be read twice, nor mapped: it is refused, not waited for."""
    path = tmp_path / NAME
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(writer, five_extensions[:2880])
    try:
        with pytest.raises(CorruptFileError) as caught:
            load_maps_file(path)
    finally:
        os.close(writer)
    complaint(caught.value, path)


def test_a_file_without_permission_says_so(
    monkeypatch: pytest.MonkeyPatch, open_file: Open, five_extensions: bytes, write_maps: WriteMaps
) -> None:
    """What the system refuses to open is reported with its reason."""
    path = write_maps(five_extensions)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(CorruptFileError, match="Permission denied") as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_fits_file_named_gz_that_is_not_compressed_opens(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """The bytes decide whether a file is compressed, not its name."""
    path = write_maps(five_extensions, name=NAME, compress=False)
    assert open_file(path).sizes["x"] == 6


def test_an_uncompressed_file_is_mapped_not_read(
    five_extensions: bytes, write_maps: WriteMaps
) -> None:
    """Planes of a plain file equal those of its compressed twin."""
    plain = load_maps_file(write_maps(five_extensions, compress=False))
    packed = load_maps_file(write_maps(five_extensions))
    plain.attrs.pop("source"), packed.attrs.pop("source")
    xr.testing.assert_identical(plain, packed)


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
    five_extensions: bytes,
    write_maps: WriteMaps,
    open_file: Open,
    hdu: int,
    keyword: str,
    value: str,
) -> None:
    """Sizes beyond belief and cards beyond parsing name the file, and never crash."""
    path = write_maps(edit_header(five_extensions, hdu, keyword, value), compress=False)
    with pytest.raises((CorruptFileError, NotMapsError)) as caught:
        open_file(path)
    complaint(caught.value, path)


def test_a_header_without_an_end_is_an_error(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A file whose END card was lost is damaged, whatever follows it."""
    end = five_extensions.index(b"END".ljust(80))
    path = write_maps(five_extensions[:end] + b"ENX".ljust(80) + five_extensions[end + 80 :])
    with pytest.raises(CorruptFileError) as caught:
        open_file(path)
    complaint(caught.value, path)


def test_zeros_where_an_extension_should_start_are_an_error(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """A hole in a plain file does not end it early; zeros behind the last HDU do no harm."""
    with fits.HDUList.fromstring(five_extensions) as hdus:
        start = sum(hdu.filebytes() for hdu in hdus[:3])
    holed = five_extensions[:start] + bytes(2880) + five_extensions[start + 2880 :]
    path = write_maps(holed, compress=False)
    with pytest.raises(CorruptFileError) as caught:
        open_file(path)
    complaint(caught.value, path)
    padded = write_maps(five_extensions + bytes(5 * 2880), compress=False)
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


def test_verify_accepts_a_sound_file(
    five_extensions: bytes, write_maps: WriteMaps, open_file: Open
) -> None:
    """Checksums that astropy wrote hold, in whole and in part."""
    path = write_maps(five_extensions)
    assert "stellar_vel" in open_file(path, verify=True)
    assert "stellar_vel" in open_file(path, variables=["stellar_vel"], verify=True)


def test_a_disk_that_fails_while_reading_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, five_extensions: bytes, write_maps: WriteMaps
) -> None:
    """An input/output error in the middle of a file names the file."""
    path = write_maps(five_extensions)

    class Failing(FileIO):
        def readinto(self, buffer: Any) -> int:
            raise OSError(5, "Input/output error")

    def open_failing(path: Path, **how: bool) -> source.ByteSource:
        return source.GzipSource(path, Failing(path), path.stat().st_size, **how)

    monkeypatch.setattr("mangaxr.maps.stream.open_source", open_failing)
    for verify in (False, True):
        with pytest.raises(CorruptFileError, match="Input/output error") as caught:
            load_maps_file(path, verify=verify)
        complaint(caught.value, path)
