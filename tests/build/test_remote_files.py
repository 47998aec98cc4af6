"""Files behind URLs: read, built from and measured as those on this machine."""

from __future__ import annotations

import hashlib
import importlib
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import mangaxr
from mangaxr.errors import (
    BuildError,
    CatalogError,
    CorruptFileError,
    DownloadError,
    MissingDependencyError,
    MissingFileError,
)
from mangaxr.location import is_local, locate
from mangaxr.maps.stream import read_maps
from mangaxr.synthetic import SurveyFiles

fsspec = pytest.importorskip("fsspec")
pytest.importorskip("upath")

Digest = Callable[[Path], dict[str, bytes]]

ROOT = "memory://bucket/sas"


@pytest.fixture(autouse=True, scope="module")
def bucket(small: SurveyFiles) -> Iterator[None]:
    """Put the small survey's files where only fsspec finds them."""
    files = fsspec.filesystem("memory")
    for path in small.maps:
        files.pipe(f"/bucket/sas/{path.relative_to(small.root)}", path.read_bytes())
    yield
    files.rm("/bucket", recursive=True)


def url_of(small: SurveyFiles, number: int = 0) -> str:
    """Return the URL of a file."""
    return f"{ROOT}/{small.maps[number].relative_to(small.root)}"


def test_a_file_is_read_as_the_one_here(small: SurveyFiles) -> None:
    """Every plane is the same, compressed or not, and early stops work."""
    remote, here = read_maps(url_of(small)), read_maps(small.maps[0])
    assert remote.extensions.keys() == here.extensions.keys()
    for name in here.extensions:
        np.testing.assert_array_equal(remote[name].data, here[name].data)
    import gzip

    plain = gzip.decompress(small.maps[0].read_bytes())
    name = small.maps[0].name.removesuffix(".gz")
    fsspec.filesystem("memory").pipe(f"/plain/{name}", plain)
    again = read_maps(f"memory://plain/{name}", {"EMLINE_GVEL": ("Ha-6564",)})
    np.testing.assert_array_equal(
        again["EMLINE_GVEL"].data,
        read_maps(small.maps[0], {"EMLINE_GVEL": ("Ha-6564",)})["EMLINE_GVEL"].data,
    )


@pytest.mark.parametrize("verify", [False, True])
def test_a_file_that_is_hashed_is_transferred_once(
    small: SurveyFiles, monkeypatch: pytest.MonkeyPatch, verify: bool
) -> None:
    """For its metrics, its checks and its fingerprint together."""
    kind = type(fsspec.filesystem("memory"))
    opened: list[str] = []
    before = kind._open

    def counting(self: Any, path: str, *others: Any, **more: Any) -> Any:
        opened.append(path)
        return before(self, path, *others, **more)

    monkeypatch.setattr(kind, "_open", counting)
    table = mangaxr.compute_quality([url_of(small)], verify=verify, sha256=True)
    digest = hashlib.sha256(small.maps[0].read_bytes()).hexdigest()
    assert str(table.source_sha256.values[0]) == digest
    assert len(opened) == 1


def test_maps_open_by_name_and_by_url(small: SurveyFiles) -> None:
    """As a labelled Dataset, from a remote SAS tree too."""
    name = str(small.galaxies[0].plateifu)
    here = mangaxr.open_maps(name, sas=small.root, variables=["stellar_vel"])
    for opened in (
        mangaxr.open_maps(name, sas=ROOT, variables=["stellar_vel"]),
        mangaxr.open_maps_file(url_of(small), variables=["stellar_vel"]),
    ):
        xr.testing.assert_identical(opened.load(), here.load())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_store_is_the_same_bytes(
    small: SurveyFiles, tmp_path: Path, contents: Digest, workers: int
) -> None:
    """Built from a folder's URL, from names in a remote tree, and from files here."""
    mangaxr.build_store(tmp_path / "here.zarr", small.root, npix=16)
    names = [str(galaxy.plateifu) for galaxy in small.galaxies]
    mangaxr.build_store(tmp_path / "url.zarr", ROOT, npix=16, workers=workers)
    mangaxr.build_store(tmp_path / "name.zarr", names, sas=ROOT, npix=16, workers=workers)
    expected = contents(tmp_path / "here.zarr")
    assert contents(tmp_path / "url.zarr") == expected
    assert contents(tmp_path / "name.zarr") == expected


def test_quality_is_the_same(small: SurveyFiles) -> None:
    """The table does not tell where the files were."""
    xr.testing.assert_identical(mangaxr.compute_quality(ROOT), mangaxr.compute_quality(small.root))


def test_what_is_not_there_is_a_failed_row(small: SurveyFiles) -> None:
    """With the name of the file, not of the bucket."""
    table = mangaxr.compute_quality([url_of(small), "9999-12701"], sas=ROOT)
    assert table.failure.values[0] == ""
    assert "manga-9999-12701" in table.failure.values[1]
    assert "bucket" not in table.failure.values[1]


def test_errors_name_the_url(small: SurveyFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there, one that breaks off, and a folder without maps."""
    with pytest.raises(MissingFileError, match=r"memory://bucket/none\.fits\.gz: no such file"):
        read_maps("memory://bucket/none.fits.gz")
    fsspec.filesystem("memory").pipe("/cut/" + small.maps[0].name, b"\x1f\x8b" + bytes(50))
    with pytest.raises(CorruptFileError, match="memory://cut/"):
        read_maps(f"memory://cut/{small.maps[0].name}")
    with pytest.raises(BuildError, match="no MAPS file"):
        mangaxr.compute_quality("memory://bucket/empty")

    class Strange(Exception):  # noqa: N818
        """What no OSError is, as clients of web services raise."""

    def fail(*_: object, **__: object) -> Any:
        reason = "denied"
        raise Strange(reason)

    monkeypatch.setattr(type(locate(ROOT)), "open", fail)
    with pytest.raises(CorruptFileError, match=r"cannot be read \(Strange: denied\)"):
        read_maps(url_of(small))


def test_what_is_brought_here_needs_a_place_here() -> None:
    """Downloads and catalogs say so."""
    with pytest.raises(DownloadError, match="downloaded to this machine"):
        mangaxr.download("8138-12704", sas=ROOT, dry_run=True)
    with pytest.raises(CatalogError, match="read from this machine"):
        mangaxr.open_catalog(sas=ROOT)


def test_a_path_here_stays_a_path() -> None:
    """URLs alone need the other package; a location goes to worker processes."""
    assert is_local(locate("sas"))
    assert is_local(locate(Path("C:/sas")))
    remote = locate(ROOT)
    assert not is_local(remote)
    assert locate(remote) == pickle.loads(pickle.dumps(remote))


def test_without_the_package_a_url_is_an_error_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the command that installs it."""
    original = importlib.import_module

    def absent(name: str, *rest: Any) -> Any:
        if name == "upath":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(MissingDependencyError, match=r"mangaxr\[remote\]"):
        locate(ROOT)
