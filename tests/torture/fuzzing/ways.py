"""Every public way to read a MAPS file, each giving what it saw in one form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy.typing as npt
import xarray as xr

from mangaxr.build.galaxy import build_galaxy, wanted_by
from mangaxr.build.items import Source
from mangaxr.datamodel.extensions import COORDINATES
from mangaxr.datamodel.keywords import KEYWORDS
from mangaxr.maps import inflated
from mangaxr.maps.describe import describe_maps
from mangaxr.maps.open import load_maps_file, open_maps_file
from mangaxr.maps.stream import RawMaps, read_maps
from mangaxr.tensors.recipe import Recipe

__all__ = ["COORDINATE_NAMES", "WAYS", "Seen", "Way"]

COORDINATE_NAMES = tuple(row.name for row in COORDINATES)
_ATTRIBUTES = tuple(row.attribute for row in KEYWORDS)
_NAMED_DIMS = ("line", "moment_line", "spectral_index")
_PART = ("stellar_vel", "stellar_vel_mask")
_RECIPE = Recipe()


@dataclass(slots=True)
class Seen:
    """What a read gave.

    ``arrays`` by EXTNAME, or by a coordinate's name; ``channels`` of those whose planes have
    names; ``facts`` of the primary header, or whatever else there is to compare.
    """

    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    channels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read.

    Parameters
    ----------
    read
        Reads a path.
    whole
        Whether it reads to the end of the file and gives all that is there, so that a CRC
        that fails must be an error.
    verify
        Whether it has to hold what it read against the checksums.
    judged
        Whether its arrays are the file's, as another reader of FITS sees them.
    """

    read: Callable[[Path], Seen]
    whole: bool
    verify: bool = False
    judged: bool = True


def _dataset(read: Callable[[Path], xr.Dataset], path: Path) -> Seen:
    inflated._cache.clear()
    with read(path) as dataset:
        dataset.load()
        seen = Seen(facts={k: dataset.attrs[k] for k in _ATTRIBUTES if k in dataset.attrs})
        for name, variable in dataset.data_vars.items():
            seen.arrays[str(name).upper()] = variable.values
            dim = variable.dims[0]
            named = dim in _NAMED_DIMS and dim in dataset.coords
            if variable.ndim == 3 and named:
                seen.channels[str(name).upper()] = tuple(dataset[dim].values.tolist())
        for name in COORDINATE_NAMES:
            if name in dataset.coords:
                seen.arrays[name] = dataset.coords[name].values
    return seen


def _planes(path: Path, *, verify: bool) -> Seen:
    wanted, optional = wanted_by(_RECIPE)
    return _raw(read_maps(path, wanted, optional=optional, verify=verify))


def _verified(path: Path) -> Seen:
    return _raw(read_maps(path, verify=True))


def _raw(raw: RawMaps) -> Seen:
    seen = Seen()
    for name, extension in raw.extensions.items():
        seen.arrays[name] = extension.native()
        seen.channels[name] = extension.channels
    return seen


def _build(path: Path) -> Seen:
    source = Source("galaxy", path)
    built = build_galaxy(source, _RECIPE, on_error="raise")
    assert built.arrays is not None
    arrays = built.arrays._asdict()
    for array in arrays.values():
        assert array.shape == (2, _RECIPE.npix, _RECIPE.npix)
    # The digests of the file itself are not results.
    row = {k: v for k, v in built.row.items() if not k.startswith("source_")}
    return Seen(arrays, facts=row)


def _inspect(path: Path, *, verify: bool) -> Seen:
    found = describe_maps(path, verify=verify)
    json.dumps(found)
    found["file"] = ""
    return Seen(facts=found)


WAYS: Mapping[str, Way] = {
    "open_maps_file": Way(partial(_dataset, open_maps_file), whole=True),
    "load_maps_file": Way(partial(_dataset, load_maps_file), whole=True),
    "the whole file, verified": Way(_verified, whole=True, verify=True),
    "load_maps_file, two variables": Way(
        partial(_dataset, partial(load_maps_file, variables=_PART)), whole=False
    ),
    "planes of a build": Way(partial(_planes, verify=False), whole=False),
    "planes of a build, verified": Way(partial(_planes, verify=True), whole=False, verify=True),
    "tensor and metrics": Way(_build, whole=False, judged=False),
    "inspect": Way(partial(_inspect, verify=False), whole=True, judged=False),
}
"""Name -> way."""
