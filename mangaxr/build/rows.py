"""The parts of a galaxy's row: what names it, what its header and its metrics say, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mangaxr.build.items import Source
from mangaxr.build.origin import place_row
from mangaxr.errors import MissingFileError
from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.maps.stream import RawMaps
from mangaxr.quality.measure import measure_quality
from mangaxr.quality.thresholds import Thresholds
from mangaxr.store.contract import GALAXY_COORDS, STATUS

__all__ = ["done_row", "failed_row", "header_row", "name_row", "quality_row", "require_file"]

Row = dict[str, Any]

_COLUMNS = {spec.name for spec in GALAXY_COORDS}


def name_row(source: Source) -> Row:
    """Name a galaxy and its file."""
    row: Row = {"galaxy": source.galaxy, **place_row(source.path)}
    if source.plateifu is not None:
        row |= {"plate": source.plateifu.plate, "ifu": source.plateifu.ifu}
    return row


def require_file(source: Source) -> Path:
    """Return a galaxy's file.

    Raises
    ------
    MissingFileError
        If it is known that there is none.
    """
    if source.absent:
        msg = f"no MAPS file: {source.absent}"
        raise MissingFileError(msg)
    return source.path


def header_row(raw: RawMaps, values: Mapping[str, Any]) -> Row:
    """Take over what the header says, and the checksums of what was read."""
    row = {name: value for name, value in values.items() if name in _COLUMNS}
    sums = {name: ext.cards.text("DATASUM") for name, ext in raw.extensions.items()}
    row["psf_fwhm"] = values.get("psf_fwhm_r")
    row["source_checksum"] = " ".join(f"{name}={text}" for name, text in sums.items() if text)
    return row


def quality_row(
    planes: MeasuredPlanes,
    values: Mapping[str, Any],
    *,
    min_snr: float,
    thresholds: Thresholds,
) -> Row:
    """Compute the metrics, and judge by them."""
    metrics = measure_quality(planes, values, min_snr=min_snr)
    return metrics | thresholds.judge(metrics)


def done_row(source: Source, *parts: Mapping[str, Any]) -> Row:
    """Return the row of a galaxy for which all went well."""
    row = name_row(source)
    for part in parts:
        row |= part
    return row | {"status": STATUS["done"], "failure": ""}


def failed_row(source: Source, reason: str) -> Row:
    """Return the row of a galaxy that failed.

    A table is to be the same wherever it is made: files are named without their folders.
    """
    words = reason.replace(str(source.path), source.path.name)
    verdict = {"status": STATUS["failed"], "failure": words, "reason": f"failed: {words}"}
    return name_row(source) | verdict
