"""The archive that the tests download from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from misbehaving_archive import ArchiveServer


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Serve an archive of its own to each test."""
    server = ArchiveServer()
    yield server
    server.close()
