"""A small store, and a configuration whose samples are made in no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sets import configured

import mangaxr
from mangaxr.lensed_sets import make_set
from mangaxr.store import layout


@pytest.fixture(scope="session")
def store() -> Path:
    """Return the path of a store of synthetic galaxies."""
    return Path(mangaxr.synthetic.example_store())


@pytest.fixture
def small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make slabs of three samples."""
    monkeypatch.setattr(layout, "SLAB", 3)


@pytest.fixture(scope="session")
def made(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a set of 20 samples."""
    path = tmp_path_factory.mktemp("made") / "set.zarr"
    return make_set(path, store, samples=20, config=configured()).path
