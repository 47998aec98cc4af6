"""A galaxy's tensor without its metrics: what is compared with tools that have none.

No user's way: every store has the metrics of its galaxies. Nothing heavier is imported than what
a build's worker imports.
"""

from __future__ import annotations

from mangaxr.build.galaxy import BuiltGalaxy, GalaxyArrays, tensor_row
from mangaxr.build.items import Source
from mangaxr.build.origin import size_row
from mangaxr.build.rows import done_row, header_row
from mangaxr.maps.attributes import header_values
from mangaxr.maps.geometry import SKY_EXTENSION
from mangaxr.maps.stream import read_maps
from mangaxr.tensors.assemble import assemble
from mangaxr.tensors.channels import wanted_planes
from mangaxr.tensors.recipe import Recipe

__all__ = ["RECIPE", "tensor_alone"]

RECIPE = Recipe()
WANTED = {SKY_EXTENSION: None, **wanted_planes(RECIPE.parsed_channels())}


def tensor_alone(source: Source, *, verify: bool = False) -> BuiltGalaxy:
    """Read what the tensor needs, make it, and the row without metrics."""
    raw = read_maps(source.path, WANTED, verify=verify)
    values = header_values(raw)
    tensor = assemble(raw, RECIPE, values.get("reff", float("nan")))
    origin = header_row(raw, values) | size_row(source, raw)
    row = done_row(source, origin, tensor_row(values, tensor, RECIPE))
    return BuiltGalaxy(row, GalaxyArrays(tensor.tensor, tensor.ivar, tensor.coverage))
