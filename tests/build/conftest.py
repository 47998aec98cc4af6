"""Small surveys, and ways to look at stores byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from torture.cases import Site
from torture.commands import Starter

import mangaxr
from mangaxr.store import layout
from mangaxr.synthetic import SurveyFiles, write_survey

Digest = Callable[[Path], dict[str, bytes]]

GALAXIES = 7
SLAB = 3


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SurveyFiles:
    """Return a survey of seven galaxies in the smallest bundle."""
    return write_survey(tmp_path_factory.mktemp("small"), galaxies=GALAXIES, fibres=(19,))


@pytest.fixture(scope="session")
def all_sizes(tmp_path_factory: pytest.TempPathFactory) -> SurveyFiles:
    """Return a survey with one galaxy in each of the five bundle sizes."""
    return write_survey(tmp_path_factory.mktemp("sizes"), galaxies=5)


@pytest.fixture
def small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make slabs of three galaxies, so that a small survey has several."""
    monkeypatch.setattr(layout, "SLAB", SLAB)


@pytest.fixture(scope="session")
def reference(
    small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory, contents: Digest
) -> dict[str, bytes]:
    """Return the bytes of the small survey's store, npix 32, built by one worker in slabs."""
    path = tmp_path_factory.mktemp("reference") / "t.zarr"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "SLAB", SLAB)
        assert mangaxr.build_store(path, small.root, npix=32).done == GALAXIES
    found = contents(path)
    # Three slabs of 3, 3 and 1 galaxies, two channels.
    assert sum(name.startswith("tensor/c/") for name in found) == 6
    return found


@pytest.fixture(scope="session")
def contents() -> Digest:
    """Return a function that reads every file of a store but the root's attributes."""

    def read(store: Path) -> dict[str, bytes]:
        root = store / "zarr.json"  # tells when and by which command
        files = [file for file in store.rglob("*") if file.is_file() and file != root]
        return {file.relative_to(store).as_posix(): file.read_bytes() for file in files}

    return read


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Return what starts command lines that are to be killed, or whose writes are refused."""
    with Starter(tmp_path_factory.mktemp("starter")) as started:
        yield started


@pytest.fixture(scope="session")
def site(starter: Starter, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return files that these build from, and the stores that they find."""
    return Site(tmp_path_factory.mktemp("site"), starter, cases=("first", "append"))
