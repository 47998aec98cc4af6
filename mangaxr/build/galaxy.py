"""One galaxy, from its file to its tensor and its row; a pure function of file and recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mangaxr.build.items import Source
from mangaxr.errors import MangaxrError, MissingFileError
from mangaxr.maps.attributes import header_values
from mangaxr.maps.geometry import SKY_EXTENSION
from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.maps.stream import RawMaps, Wanted, merge_wanted, read_maps
from mangaxr.quality.field import OPTIONAL, wanted_by_quality
from mangaxr.quality.measure import measure_quality
from mangaxr.quality.thresholds import load_thresholds
from mangaxr.store.contract import GALAXY_COORDS, STATUS
from mangaxr.store.provenance import split_of
from mangaxr.tensors.assemble import GalaxyTensor, assemble
from mangaxr.tensors.channels import wanted_planes
from mangaxr.tensors.recipe import Recipe

__all__ = ["BuiltGalaxy", "build_galaxy", "wanted_by"]

_COLUMNS = {spec.name for spec in GALAXY_COORDS}


@dataclass(frozen=True, slots=True)
class BuiltGalaxy:
    """What became of a galaxy: its row of the store, and its tensor unless it failed."""

    row: Mapping[str, Any]
    tensor: GalaxyTensor | None


@lru_cache(maxsize=8)
def wanted_by(recipe: Recipe) -> tuple[Wanted, frozenset[str]]:
    """Return what is read of each file for tensors and metrics, and what it may lack of that."""
    needed: Wanted = {SKY_EXTENSION: None, **wanted_planes(recipe.parsed_channels())}
    return merge_wanted((needed, wanted_by_quality())), OPTIONAL - needed.keys()


def build_galaxy(source: Source, recipe: Recipe, *, verify: bool, on_error: str) -> BuiltGalaxy:
    """Read one file and make its tensor.

    Parameters
    ----------
    source
        The galaxy and its file.
    recipe
        What to make.
    verify
        Check the whole file, not just what is used of it.
    on_error
        ``record`` turns an error into the row's ``failure``; ``raise`` lets it out.

    Raises
    ------
    MangaxrError
        If the galaxy cannot be built and ``on_error`` is ``raise``.
    """
    row: dict[str, Any] = {"galaxy": source.galaxy, "source_file": source.path.name}
    if source.plateifu is not None:
        row |= {"plate": source.plateifu.plate, "ifu": source.plateifu.ifu}
    try:
        if source.absent:
            msg = f"no MAPS file: {source.absent}"
            raise MissingFileError(msg)
        wanted, optional = wanted_by(recipe)
        raw = read_maps(source.path, wanted, optional=optional, verify=verify)
        values = header_values(raw)
        planes = MeasuredPlanes(raw, recipe.mask_bits)
        tensor = assemble(raw, recipe, values.get("reff", float("nan")), planes=planes)
        metrics = measure_quality(planes, values, min_snr=recipe.min_snr)
    except MangaxrError as error:
        if on_error == "raise":
            raise
        # A store is to be the same wherever it is built: the name, without directories.
        reason = str(error).replace(str(source.path), source.path.name)
        verdict = {"status": STATUS["failed"], "failure": reason, "reason": f"failed: {reason}"}
        return BuiltGalaxy(row | verdict, None)
    row |= {name: value for name, value in values.items() if name in _COLUMNS}
    row |= _derived(raw, values, tensor)
    row |= metrics | load_thresholds().judge(metrics)
    return BuiltGalaxy({**row, "status": STATUS["done"], "failure": ""}, tensor)


def _derived(raw: RawMaps, values: Mapping[str, Any], tensor: GalaxyTensor) -> dict[str, Any]:
    """Work out what the store says of a galaxy beyond its header."""
    grid = tensor.grid
    psf = values.get("psf_fwhm_r")
    sums = {name: ext.cards.text("DATASUM") for name, ext in raw.extensions.items()}
    return {
        "split": split_of(values["mangaid"]) if "mangaid" in values else "",
        "pixel_scale": grid.pixel_scale,
        "center_sky_x": grid.sky_x,
        "center_sky_y": grid.sky_y,
        "psf_fwhm": psf,
        "psf_fwhm_pixels": None if psf is None else psf / grid.pixel_scale,
        "source_size": raw.path.stat().st_size,
        "source_checksum": " ".join(f"{name}={text}" for name, text in sums.items() if text),
        "scaling_offset": [scaling.offset for scaling in tensor.scalings],
        "scaling_scale": [scaling.scale for scaling in tensor.scalings],
    }
