"""A file is hashed as it is read, and read once."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
from contextlib import closing
from pathlib import Path

import pytest

from mangaxr import synthetic
from mangaxr.errors import CorruptFileError
from mangaxr.fits.hashed import HashedFile
from mangaxr.fits.source import open_source
from mangaxr.maps.stream import read_maps
from mangaxr.maps.wanted import Wanted


@pytest.fixture(scope="module")
def path() -> Path:
    """Return a MAPS file."""
    return sorted(synthetic.example_survey().rglob("manga-*-MAPS-*.fits.gz"))[0]


@pytest.fixture(params=[False, True], ids=["alone", "with threads"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether this process may use threads."""
    if request.param:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return bool(request.param)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("wanted", [None, {"SPX_SKYCOO": None}], ids=["all", "one extension"])
@pytest.mark.parametrize("kind", ["as it is", "two members", "padded with zeros", "not compressed"])
def test_what_was_hashed_has_the_hash_of_the_file(
    path: Path, tmp_path: Path, kind: str, wanted: Wanted | None, verify: bool
) -> None:
    """As hashlib has it of the whole file, whatever its container and whatever is read of it."""
    plain = gzip.decompress(path.read_bytes())
    copy = tmp_path / (path.stem if kind == "not compressed" else path.name)
    copy.write_bytes(
        {
            "as it is": path.read_bytes(),
            "two members": gzip.compress(plain[:100_000]) + gzip.compress(plain[100_000:]),
            "padded with zeros": path.read_bytes() + bytes(1000),
            "not compressed": plain,
        }[kind]
    )
    assert read_maps(copy, wanted, verify=verify, sha256=True).sha256 == _sha256(copy)
    assert read_maps(copy, wanted, verify=verify).sha256 == ""


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("ahead", [False, True])
def test_what_was_not_read_is_read_for_the_hash(path: Path, ahead: bool) -> None:
    """Who asks after the first bytes gets that of the whole."""
    with closing(open_source(path, ahead=ahead, hashed=True)) as source:
        source.read(2880)
        assert source.sha256() == _sha256(path)


def test_what_is_read_for_the_hash_alone_is_not_inflated(path: Path, tmp_path: Path) -> None:
    """Damage behind what is wanted, which only who verifies can see, is no error of the hash."""
    copy = tmp_path / path.name
    content = path.read_bytes()
    rest = os.urandom(len(content))  # no gzip stream goes on like that
    copy.write_bytes(content[: len(content) // 2] + rest + rest)
    raw = read_maps(copy, {"SPX_SKYCOO": None}, sha256=True)
    assert (raw.complete, raw.sha256) == (False, _sha256(copy))
    with pytest.raises(CorruptFileError):
        read_maps(copy, {"SPX_SKYCOO": None}, verify=True, sha256=True)


def test_what_the_disk_refuses_to_the_hash_is_an_error_of_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where it is refused to the reader."""

    def refuse(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with closing(open_source(path, hashed=True)) as source:
        source.read(2880)
        monkeypatch.setattr(HashedFile, "readinto", refuse)
        with pytest.raises(CorruptFileError, match=r"cannot be read \(Input/output error\)"):
            source.sha256()


def test_what_was_not_hashed_has_no_hash(path: Path) -> None:
    """It is an error of whoever asks."""
    with closing(open_source(path)) as source, pytest.raises(TypeError, match="to be hashed"):
        source.sha256()


@pytest.mark.usefixtures("threads")
def test_a_damaged_file_is_closed_with_its_threads(path: Path, tmp_path: Path) -> None:
    """The error is the reader's; nothing waits for the rest."""
    copy = tmp_path / path.name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)
    with pytest.raises(CorruptFileError):
        read_maps(copy, verify=True, sha256=True)
