"""Stores to export."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from noise_store import MakeStore, write_noise_store


@pytest.fixture(scope="session")
def make_store(tmp_path_factory: pytest.TempPathFactory) -> MakeStore:
    """Return a function that writes a store of noise, each only once."""

    @cache
    def make(**arguments: Any) -> Path:
        return write_noise_store(tmp_path_factory.mktemp("stores") / "tensors.zarr", **arguments)

    return make


@pytest.fixture(scope="session")
def store(make_store: MakeStore) -> Path:
    """Return a store of 150 galaxies in three slabs, of the default channels."""
    return make_store()
