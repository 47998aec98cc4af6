"""The archive's checksum files: used where there are any, never needed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from misbehaving_archive import IMPATIENT, ArchiveServer, fits_gz, maps_path

from mangaxr.sas.download import download

GALAXY = "8138-12704"
CONTENT = fits_gz(1)
PLATE = maps_path(GALAXY).rsplit("/", 2)[0].lstrip("/")
VERSION = "dr17/manga/spectro/analysis/v3_1_1"
ROOM = "12704/" + maps_path(GALAXY).rpartition("/")[2]


def sums(content: bytes) -> bytes:
    """Return a checksum file of the plate's folder."""
    return f"{hashlib.sha1(content).hexdigest()}  ./{ROOM}\n".encode()


def listing(*names: str) -> bytes:
    """Return a page as a web server lists a folder."""
    return "".join(f'<a href="{name}">{name}</a>\n' for name in names).encode()


def fetch(archive: ArchiveServer, sas: Path) -> str:
    """Download, and return the status."""
    (record,) = download(GALAXY, sas=sas, base_urls=archive.url, patience=IMPATIENT)
    return f"{record.status} {record.reason}".strip()


def offer(archive: ArchiveServer, content: bytes) -> None:
    """Let the server list its folders, with a checksum file in that of the plate."""
    archive.add(GALAXY, CONTENT)
    folders = [f"/{folder}/" for folder in (VERSION, f"{VERSION}/3.1.0", PLATE.rpartition("/")[0])]
    archive.files |= {folder: listing("dapall.fits") for folder in folders}
    archive.files[f"/{PLATE}/"] = listing("?C=N;O=D", "../", "manga_8138.sha1sum", "12704/")
    archive.files[f"/{PLATE}/manga_8138.sha1sum"] = content


def test_a_checksum_that_agrees(archive: ArchiveServer, tmp_path: Path) -> None:
    """The file is kept."""
    offer(archive, sums(CONTENT))
    assert fetch(archive, tmp_path) == "downloaded"
    assert f"/{PLATE}/manga_8138.sha1sum" in [path for path, _ in archive.served.requests]


def test_a_checksum_that_does_not_agree(archive: ArchiveServer, tmp_path: Path) -> None:
    """A file that is sound in itself, but not the archive's, is not kept."""
    offer(archive, sums(b"another"))
    assert "the archive's checksum file says" in fetch(archive, tmp_path)
    assert not list(tmp_path.rglob("*.fits.gz"))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"nothing of use\n", sums(b"x")[:30]])
def test_a_checksum_file_of_no_use(archive: ArchiveServer, tmp_path: Path, content: bytes) -> None:
    """What it does not say is not missed."""
    offer(archive, content)
    assert fetch(archive, tmp_path) == "downloaded"


def test_a_server_without_listings_is_asked_once(archive: ArchiveServer, tmp_path: Path) -> None:
    """One request finds out, whatever the number of galaxies."""
    names = [GALAXY, "8138-12705", "8139-12701"]
    for name in names:
        archive.add(name, CONTENT)
    download(names, sas=tmp_path, base_urls=archive.url, patience=IMPATIENT)
    assert len(archive.served.requests) == len(names) + 1


def test_a_checksum_file_here_is_used(archive: ArchiveServer, tmp_path: Path) -> None:
    """One that was mirrored before serves too."""
    archive.add(GALAXY, CONTENT)
    (tmp_path / PLATE).mkdir(parents=True)
    (tmp_path / PLATE / "any.sha1sum").write_bytes(sums(b"another"))
    assert "checksum file says" in fetch(archive, tmp_path)
