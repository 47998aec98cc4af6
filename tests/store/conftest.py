"""A small store, and copies of it to break."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import mangaxr
from mangaxr import synthetic

CHANNELS = ("ha_flux", "ha_vel", "sii_flux", "stellar_sigma", "d4000")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of three galaxies, one of which failed, with several channels."""
    folder = tmp_path_factory.mktemp("store")
    path = folder / "tensors.zarr"
    items = ["8001-1901", "8001-1902", "8009-1901"]
    report = mangaxr.build_store(
        path, items, sas=synthetic.example_survey(), channels=CHANNELS, npix=24
    )
    assert list(report.failures) == ["8009-1901"]
    return path


class Restored:
    """A copy of a store that is put back after each use; copying it anew takes far longer."""

    def __init__(self, original: Path, path: Path) -> None:
        self.path = path
        files = (f for f in original.rglob("*") if f.is_file())
        self._content = {f.relative_to(original): f.read_bytes() for f in files}
        shutil.rmtree(path, ignore_errors=True)
        self.restore()

    def restore(self) -> None:
        """Write again what was changed or removed; remove what was added."""
        present = {f.relative_to(self.path) for f in self.path.rglob("*") if f.is_file()}
        for top in {name.parts[0] for name in present - self._content.keys()}:
            changed = self.path / top
            shutil.rmtree(changed) if changed.is_dir() else changed.unlink()
            present = {name for name in present if name.parts[0] != top}
        for name, content in self._content.items():
            file = self.path / name
            if name not in present or file.stat().st_mtime_ns:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                os.utime(file, ns=(0, 0))  # any later write changes it


@pytest.fixture(scope="session")
def restored(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Restored:
    """Return the copy that `scratch` lends out."""
    return Restored(built, tmp_path_factory.mktemp("scratch") / "copy.zarr")


@pytest.fixture
def scratch(restored: Restored) -> Iterator[Path]:
    """Lend out a copy of the store that a test may break, and put it back."""
    yield restored.path
    restored.restore()


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """Return a copy of the store that a test may break."""
    return Path(shutil.copytree(built, tmp_path / "copy.zarr"))
