"""One galaxy, from its file to its tensor and its row; a pure function of file and recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.build.items import Source
from mangaxr.build.origin import size_row
from mangaxr.build.rows import done_row, failed_row, header_row, quality_row, require_file
from mangaxr.errors import MangaxrError, UnreachableError
from mangaxr.maps.attributes import header_values
from mangaxr.maps.geometry import SKY_EXTENSION
from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.maps.stream import read_maps
from mangaxr.maps.wanted import Wanted, merge_wanted
from mangaxr.quality.field import OPTIONAL, wanted_by_quality
from mangaxr.quality.thresholds import load_thresholds
from mangaxr.store.digest import arrays_digest
from mangaxr.store.provenance import split_of
from mangaxr.tensors.assemble import GalaxyTensor, assemble
from mangaxr.tensors.channels import wanted_planes
from mangaxr.tensors.recipe import Recipe

__all__ = ["BuiltGalaxy", "GalaxyArrays", "build_galaxy", "tensor_row", "wanted_by"]


class GalaxyArrays(NamedTuple):
    """The arrays of one galaxy, each (channel, y, x) float32."""

    tensor: npt.NDArray[np.float32]
    ivar: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BuiltGalaxy:
    """What became of a galaxy: its row of the store, and its arrays unless it failed."""

    row: Mapping[str, Any]
    arrays: GalaxyArrays | None


@lru_cache(maxsize=8)
def wanted_by(recipe: Recipe) -> tuple[Wanted, frozenset[str]]:
    """Return what is read of each file for tensors and metrics, and what it may lack of that."""
    needed: Wanted = {SKY_EXTENSION: None, **wanted_planes(recipe.parsed_channels())}
    return merge_wanted((needed, wanted_by_quality())), OPTIONAL - needed.keys()


def build_galaxy(
    source: Source, recipe: Recipe, *, verify: bool = False, sha256: bool = False, on_error: str
) -> BuiltGalaxy:
    """Read one file and make its tensor.

    Parameters
    ----------
    source
        The galaxy and its file.
    recipe
        What to make.
    verify
        Check the whole file, not just what is used of it.
    sha256
        Hash the file.
    on_error
        ``record`` turns an error into the row's ``failure``; ``raise`` lets it out.

    Raises
    ------
    MangaxrError
        If the galaxy cannot be built and ``on_error`` is ``raise``.
    UnreachableError
        If the server of its file cannot be reached, which is no fault of the galaxy.
    """
    try:
        path = require_file(source)
        wanted, optional = wanted_by(recipe)
        raw = read_maps(path, wanted, optional=optional, verify=verify, sha256=sha256)
        values = header_values(raw)
        planes = MeasuredPlanes(raw, recipe.mask_bits)
        tensor = assemble(raw, recipe, values.get("reff", float("nan")), planes=planes)
        quality = quality_row(planes, values, min_snr=recipe.min_snr, thresholds=load_thresholds())
    except UnreachableError:
        raise
    except MangaxrError as error:
        if on_error == "raise":
            raise
        return BuiltGalaxy(failed_row(source, str(error)), None)
    origin = header_row(raw, values) | size_row(source, raw)
    parts = (origin, tensor_row(values, tensor, recipe), quality)
    return BuiltGalaxy(done_row(source, *parts), _arrays(tensor))


def tensor_row(values: Mapping[str, Any], tensor: GalaxyTensor, recipe: Recipe) -> dict[str, Any]:
    """Describe a tensor: where it lies on the sky, how it was scaled, and its digest."""
    grid = tensor.grid
    psf = values.get("psf_fwhm_r")
    return {
        "split": split_of(values["mangaid"], recipe.split) if "mangaid" in values else "",
        "pixel_scale": grid.pixel_scale,
        "center_sky_x": grid.sky_x,
        "center_sky_y": grid.sky_y,
        "psf_fwhm_pixels": None if psf is None else psf / grid.pixel_scale,
        "scaling_offset": [scaling.offset for scaling in tensor.scalings],
        "scaling_scale": [scaling.scale for scaling in tensor.scalings],
        "arrays_sha256": arrays_digest(*_arrays(tensor)),
    }


def _arrays(tensor: GalaxyTensor) -> GalaxyArrays:
    return GalaxyArrays(tensor.tensor, tensor.ivar, tensor.coverage)
