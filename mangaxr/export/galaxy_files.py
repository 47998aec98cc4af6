"""The files of each galaxy of an export, and those that list them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.export.chosen import Chosen
from mangaxr.export.settings import fill_word
from mangaxr.export.sidecar import Sidecars, plain_values
from mangaxr.store.galaxies import file_stem
from mangaxr.store.physical import to_physical

__all__ = ["GalaxyFiles", "read_settings"]

_SETTINGS, _INDEX = "export.json", "index.csv"

_VALUES = "values"

_INDEXED = ("mangaid", "split", "usable", "z", "reff", "pixel_scale", "psf_fwhm_pixels")
"""Columns of the index, where the store has them."""

_WHAT = {
    "coverage": "share of the pixel's area that was measured",
    "ivar": "inverse variance of the physical value",
    "valid": "whether there is a value",
}

Array = npt.NDArray[Any]


class GalaxyFiles:
    """Writes the files of galaxies; a galaxy is done once its sidecar is there.

    Parameters
    ----------
    folder
        Where they go.
    sidecars
        What the sidecars say.
    extras
        Arrays to write besides the values.
    """

    def __init__(self, folder: Path, sidecars: Sidecars, extras: Sequence[str]) -> None:
        self._folder = folder
        self._sidecars = sidecars
        self._extras = tuple(extras)

    def make_folders(self) -> None:
        """Make the folder, and those of the extra arrays."""
        for name in ("", *self._extras):
            (self._folder / name).mkdir(parents=True, exist_ok=True)

    def done(self, chosen: Chosen) -> list[int]:
        """Return the positions of the galaxies whose files are here, and whole."""
        places = zip(chosen.positions, chosen.names, strict=True)
        return [i for i, name in places if self._is_whole(file_stem(name))]

    def _is_whole(self, stem: str) -> bool:
        try:
            sidecar = json.loads((self._folder / f"{stem}.json").read_text(encoding="utf-8"))
            return all(
                _sha256((self._folder / array["file"]).read_bytes()) == array["sha256"]
                for array in sidecar["arrays"].values()
            )
        except (OSError, ValueError):
            return False

    def write(self, block: xr.Dataset, *, physical: bool, fill: float) -> None:
        """Write the galaxies of a block."""
        arrays = dict(_arrays(block, self._extras, physical=physical, fill=fill))
        missing = ~np.isfinite(block["tensor"].values)
        lost = missing.sum(axis=(2, 3)).tolist()
        for i, sidecar in enumerate(self._sidecars.of_block(block)):
            stem = file_stem(sidecar["plateifu"])
            for name, values in arrays.items():
                file = f"{stem}.npy" if name == _VALUES else f"{name}/{stem}.npy"
                content = _npy(values[i])
                (self._folder / file).write_bytes(content)
                sidecar["arrays"][name] = {
                    "file": file,
                    "shape": list(values[i].shape),
                    "dtype": str(values.dtype),
                    "sha256": _sha256(content),
                    **_said_of(name, fill),
                }
            for channel, pixels in zip(sidecar["channels"], lost[i], strict=True):
                channel["missing_pixels"] = pixels
            text = json.dumps(sidecar, indent=1, allow_nan=False, ensure_ascii=False)
            self._put(f"{stem}.json", text + "\n")

    def finish(self, chosen: Chosen, settings: dict[str, Any]) -> None:
        """Write the index, and what decided the export."""
        rows = chosen.store.isel(galaxy=list(chosen.positions))
        shown = [name for name in _INDEXED if name in rows.variables]
        columns = [plain_values(rows[name].values) for name in shown]
        files = [f"{file_stem(name)}.npy" for name in chosen.names]
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["plateifu", "file", *shown])
        table.writerows(zip(chosen.names, files, *columns, strict=True))
        self._put(_INDEX, text.getvalue())
        content = {"settings": settings, "failures": chosen.failures, "left_out": chosen.left_out}
        self._put(_SETTINGS, json.dumps(content, indent=1) + "\n")

    def _put(self, name: str, text: str) -> None:
        """Write a text so that it is there whole or not at all."""
        temporary = self._folder / f"{name}.tmp"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(self._folder / name)


def _arrays(
    block: xr.Dataset, extras: Sequence[str], *, physical: bool, fill: float
) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of a block, (galaxy, channel, y, x), by name."""
    tensor = block["tensor"].values
    values = to_physical(block).values.astype(np.float32) if physical else tensor
    yield _VALUES, _filled(values, fill)
    made: dict[str, Callable[[], Array]] = {
        "coverage": lambda: block["coverage"].values,
        "ivar": lambda: _filled(block["ivar"].values, fill),
        "valid": lambda: np.isfinite(tensor),
    }
    for name in extras:
        yield name, made[name]()


def _filled(values: Array, fill: float) -> Array:
    return values if math.isnan(fill) else np.where(np.isfinite(values), values, np.float32(fill))


def _said_of(name: str, fill: float) -> dict[str, Any]:
    said = {"what": _WHAT[name]} if name in _WHAT else {}
    return {**said, "fill_value": fill_word(fill)} if name in (_VALUES, "ivar") else said


def _npy(values: Array) -> bytes:
    """Return the content of a NumPy file, the same on every machine."""
    buffer = io.BytesIO()
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    np.save(buffer, little, allow_pickle=False)
    return buffer.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_settings(folder: Path) -> dict[str, Any] | None:
    """Return what decided the export in a folder; None if it is none."""
    try:
        content = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        settings: dict[str, Any] = content["settings"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return settings
