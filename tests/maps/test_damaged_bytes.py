"""Bytes flipped, cut off, joined and padded: an error, or the values of the sound file."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from contextlib import closing
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mangaxr.errors import CorruptFileError, MangaxrError
from mangaxr.fits.source import GzipSource, open_source
from mangaxr.maps import stream
from mangaxr.maps.open import load_maps_file
from mangaxr.maps.stream import read_maps

MakeHDUs = Callable[..., fits.HDUList]

NAME = "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
SMALL = (
    "SPX_SKYCOO",
    "SPX_ELLCOO",
    "STELLAR_VEL",
    "STELLAR_VEL_MASK",
    "EMLINE_GFLUX",
    "EMLINE_GFLUX_MASK",
    "SPECINDEX",
)
WANTED = {"SPX_SKYCOO": None, "STELLAR_VEL": None, "EMLINE_GFLUX": ("Ha-6564", "NII-6585")}

shared_folder = settings(
    max_examples=150,
    # Each example writes its own bytes to the one path.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def sound(make_hdus: MakeHDUs) -> bytes:
    """Return a small MAPS file, uncompressed."""
    buffer = io.BytesIO()
    make_hdus(only=SMALL).writeto(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def packed(sound: bytes) -> bytes:
    """Return a small MAPS file, compressed."""
    return gzip.compress(sound, 6, mtime=0)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a path in a folder of this module's own."""
    return tmp_path_factory.mktemp("damaged") / NAME


def load(path: Path, content: bytes) -> xr.Dataset:
    """Load some bytes as a file."""
    path.write_bytes(content)
    return load_maps_file(path)


def flipped(content: bytes, position: int, bits: int) -> bytes:
    """Change one byte."""
    return content[:position] + bytes([content[position] ^ bits]) + content[position + 1 :]


@given(share=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
@shared_folder
@example(share=2064 / 15042, bits=1)  # changes the stream, but not what it inflates to
def test_a_flipped_byte_in_a_compressed_file_never_passes(
    share: float, bits: int, packed: bytes, path: Path, sound: bytes
) -> None:
    """Any changed byte behind the gzip header is damage, unless nothing inflates otherwise."""
    start = 10  # the header's time, flags and system say nothing of the content
    position = start + int(share * (len(packed) - start))
    damaged = flipped(packed, position, bits)
    try:
        same = gzip.decompress(damaged) == sound
    except (OSError, EOFError, zlib.error):
        same = False
    if same:
        xr.testing.assert_identical(load(path, damaged), load(path, packed))
        return
    with pytest.raises(CorruptFileError) as caught:
        load(path, damaged)
    assert len(str(caught.value).splitlines()) == 1
    assert path.name in str(caught.value)


@pytest.mark.parametrize("lost", ["DATASUM", "CHECKSUM"])
def test_a_file_without_checksums_is_read_to_its_end(
    lost: str, make_hdus: MakeHDUs, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing else vouches for the planes, the CRC of the whole must: damage shows."""
    monkeypatch.setattr(stream, "_WORTH_STOPPING", -1)
    hdus = make_hdus(only=SMALL)
    buffer = io.BytesIO()
    hdus.writeto(buffer)
    path.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    assert not read_maps(path, WANTED).complete
    del hdus["STELLAR_VEL"].header[lost]
    buffer = io.BytesIO()
    hdus.writeto(buffer)
    content = gzip.compress(buffer.getvalue(), mtime=0)
    path.write_bytes(content)
    assert read_maps(path, WANTED).complete
    path.write_bytes(flipped(content, len(content) - 5, 1))
    with pytest.raises(CorruptFileError):
        read_maps(path, WANTED)


@pytest.mark.parametrize("position", range(10))
@pytest.mark.parametrize("bits", [1, 4, 16, 255])
def test_a_flipped_byte_in_the_gzip_header_is_harmless_or_an_error(
    position: int, bits: int, packed: bytes, sound: bytes, path: Path
) -> None:
    """The ten bytes before the stream either matter or do not change what is read."""
    try:
        dataset = load(path, flipped(packed, position, bits))
    except CorruptFileError:
        return
    xr.testing.assert_identical(dataset, load(path, packed))


@given(share=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
@shared_folder
def test_a_reader_that_stops_early_returns_sound_planes_or_an_error(
    share: float, bits: int, packed: bytes, path: Path
) -> None:
    """Without the CRC of the whole, the checksums of what was kept tell damage."""
    path.write_bytes(packed)
    expected = read_maps(path, WANTED)
    position = int(share * len(packed))
    path.write_bytes(flipped(packed, position, bits))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_WORTH_STOPPING", -1)
        try:
            found = read_maps(path, WANTED)
        except CorruptFileError:
            return
    assert not found.complete
    for name, extension in expected.extensions.items():
        assert found[name].channels == extension.channels
        np.testing.assert_array_equal(found[name].data, extension.data)


@given(share=st.floats(0, 1, exclude_max=True))
@shared_folder
def test_a_truncated_compressed_file_never_passes(share: float, packed: bytes, path: Path) -> None:
    """A download that broke off anywhere is damage, also within the gzip trailer."""
    with pytest.raises(CorruptFileError) as caught:
        load(path, packed[: int(share * len(packed))])
    assert path.name in str(caught.value)


@pytest.fixture(scope="module")
def ends(sound: bytes) -> list[int]:
    """Return where each HDU of the file ends, as astropy counts."""
    hdus = fits.HDUList.fromstring(sound)
    return np.cumsum([hdu.filebytes() for hdu in hdus]).tolist()


@given(share=st.floats(0, 1, exclude_max=True))
@shared_folder
def test_a_truncated_plain_file_passes_only_between_extensions(
    share: float, sound: bytes, ends: list[int], path: Path
) -> None:
    """A plain file has no length of its own: only a cut at the end of an HDU goes unseen."""
    cut = int(share * len(sound))
    if cut in ends[1:]:
        assert len(load(path, sound[:cut])) < len(SMALL)
        return
    with pytest.raises(MangaxrError) as caught:
        load(path, sound[:cut])
    assert path.name in str(caught.value)


@pytest.mark.parametrize("number", range(len(SMALL)))
def test_a_plain_file_cut_between_extensions_lacks_what_was_cut(
    number: int, sound: bytes, ends: list[int], path: Path
) -> None:
    """Who names the variables wanted learns that the rest is gone."""
    path.write_bytes(sound[: ends[number]])
    with pytest.raises(MangaxrError, match=r"SPECINDEX is missing|no extension"):
        load_maps_file(path, variables=["specindex"])


def test_zeros_behind_the_gzip_stream_do_no_harm(packed: bytes, sound: bytes, path: Path) -> None:
    """Padding to a block, of any length, is passed over."""
    expected = load(path, packed)
    for padding in (1, 511, 1 << 18, (1 << 18) + 1, 1 << 20):
        xr.testing.assert_identical(load(path, packed + bytes(padding)), expected)


@pytest.mark.parametrize("padding", [0, 1, 512, 1 << 20])
def test_two_gzip_members_are_one_stream(
    padding: int, sound: bytes, packed: bytes, path: Path
) -> None:
    """A file compressed in parts reads like one compressed at once."""
    expected = load(path, packed)
    for cut in (1, 2880, len(sound) // 2, len(sound) - 1):
        parts = [gzip.compress(part, mtime=0) for part in (sound[:cut], sound[cut:])]
        xr.testing.assert_identical(load(path, bytes(padding).join(parts)), expected)


class Short(FileIO):
    """A file that gives out its first bytes up to a place, and then the others, as pipes may."""

    place = 0

    def readinto(self, buffer: Any) -> int:
        ahead = self.place - self.tell()
        return super().readinto(memoryview(buffer)[:ahead] if ahead > 0 else buffer)


@pytest.mark.parametrize("short", range(-9, 12))
def test_a_gzip_member_may_begin_anywhere_in_a_piece(short: int, sound: bytes, path: Path) -> None:
    """What begins or ends a member is found when a piece of the file ends within it."""
    parts = [gzip.compress(part, mtime=0) for part in (sound[:9000], sound[9000:])]
    path.write_bytes(b"".join(parts))
    handle = Short(path)
    handle.place = len(parts[0]) + short
    with closing(GzipSource(path, handle, path.stat().st_size)) as source:
        assert bytes(source.read(len(sound) + 1)) == sound


def test_a_file_of_very_many_members_is_one_stream(sound: bytes, packed: bytes, path: Path) -> None:
    """Members are joined where they are inflated, and empty ones cost next to nothing."""
    many = gzip.compress(b"", mtime=0) * 100_000
    xr.testing.assert_identical(load(path, many + packed + many), load(path, packed))


def test_a_second_member_that_is_damaged_is_damage(sound: bytes, path: Path) -> None:
    """The CRC of every member counts."""
    parts = [gzip.compress(part, mtime=0) for part in (sound[:9000], sound[9000:])]
    content = b"".join(parts)
    with pytest.raises(CorruptFileError):
        load(path, flipped(content, len(content) - 6, 1))


def test_bytes_left_to_read_are_counted_over_members(sound: bytes, path: Path) -> None:
    """Going back to where a member begins does not count its bytes twice."""
    parts = [gzip.compress(part, mtime=0) for part in (sound[:9000], sound[9000:])]
    path.write_bytes(b"".join(parts))
    source = open_source(path)
    try:
        source.skip(9001)
        assert 0 <= source.unread_size() <= len(parts[1])
    finally:
        source.close()


@given(size=st.lists(st.integers(0, 20000), max_size=12), ahead=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pieces_of_any_size_are_the_bytes_of_the_file(
    size: list[int], ahead: bool, sound: bytes, packed: bytes, path: Path
) -> None:
    """Reading and skipping in turn gives what slicing the inflated bytes gives, packed or not."""
    for content in (packed, sound):
        path.write_bytes(content)
        source, at = open_source(path, ahead=ahead), 0
        try:
            for number, wanted in enumerate(size):
                if number % 2:
                    assert source.skip(wanted) == len(sound[at : at + wanted])
                else:
                    assert bytes(source.read(wanted)) == sound[at : at + wanted]
                at = min(at + wanted, len(sound))
                assert source.position == at
        finally:
            source.close()
