"""The netCDF file of an export: its variables, made empty and filled block by block."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr._version import __version__
from mangaxr.export.cf import CONVENTIONS, attributes_of, encode, inverse_square, udunits
from mangaxr.export.chosen import Chosen
from mangaxr.store.contract import ARRAYS
from mangaxr.store.physical import to_physical

__all__ = ["MapVariable", "NetcdfFile", "map_variables", "read_settings"]

_SETTINGS = "mangaxr_export"

_LARGE = tuple(spec.name for spec in ARRAYS)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class MapVariable:
    """A large variable of the file.

    Parameters
    ----------
    name
        Its name.
    dims
        ``galaxy`` first.
    source
        Array of the store that it is made of.
    channel
        Number of the channel that it holds; None if it holds all.
    attributes
        What is said of it.
    """

    name: str
    dims: tuple[str, ...]
    source: str
    channel: int | None
    attributes: dict[str, Any]

    def values(self, block: xr.Dataset) -> Array:
        """Return its values for a block of galaxies, in single precision."""
        if self.channel is None:
            return np.asarray(block[self.source].values)
        one = block.isel(channel=self.channel)
        values = to_physical(one) if self.source == "tensor" else one[self.source]
        return values.values.astype(np.float32)

    @property
    def fill(self) -> float | None:
        """What stands for a missing value; coverage is never missing."""
        return None if self.source == "coverage" else np.nan


def map_variables(chosen: Chosen, *, physical: bool) -> list[MapVariable]:
    """List the large variables: the store's own, or three for each channel."""
    store = chosen.store
    if not physical:
        return [_stored(store, name) for name in _LARGE]
    return [
        variable
        for i, channel in enumerate(chosen.channels)
        for variable in _of_channel(store.isel(channel=i), channel, i)
    ]


def _stored(store: xr.Dataset, name: str) -> MapVariable:
    attributes = attributes_of(store[name].attrs)
    if name == "tensor":
        attributes["ancillary_variables"] = " ".join(n for n in _LARGE if n != name)
    return MapVariable(name, tuple(map(str, store[name].dims)), name, None, attributes)


def _of_channel(one: xr.Dataset, channel: str, number: int) -> Iterator[MapVariable]:
    """Yield the variables of one channel: values, inverse variance, coverage."""
    dims = ("galaxy", "y", "x")
    # CF recommends letters, digits and underscores; the attribute keeps the channel's own name.
    name = re.sub(r"\W", "_", channel)
    said = {
        str(known).removeprefix("channel_"): str(one[known].values)
        for known, variable in one.variables.items()
        if variable.dims == () and str(known).startswith("channel")
    }
    said = {key: text for key, text in said.items() if text}
    units = said.pop("units", "1")
    values = {
        **said,
        "units": udunits(units),
        "ancillary_variables": f"{name}_ivar {name}_coverage",
    }
    yield MapVariable(name, dims, "tensor", number, values)
    for array, unit in (("ivar", inverse_square(units)), ("coverage", "1")):
        long_name = f"{said.get('long_name', channel)}: {one[array].attrs.get('long_name', array)}"
        attributes = {"long_name": long_name, "units": unit, "channel": channel}
        yield MapVariable(f"{name}_{array}", dims, array, number, attributes)


class NetcdfFile:
    """A file that is being written.

    Parameters
    ----------
    path
        Where; what is there is replaced.
    chosen
        What is exported.
    variables
        The large variables.
    settings
        What decides the export; the file keeps it.
    """

    def __init__(
        self,
        path: Path,
        chosen: Chosen,
        variables: list[MapVariable],
        settings: dict[str, Any],
    ) -> None:
        self._variables = variables
        self._written = 0
        self._file = netCDF4.Dataset(path, "w", format="NETCDF4")
        known = self._describe(chosen)
        self._file.setncatts(
            {
                **attributes_of(chosen.store.attrs),
                "Conventions": CONVENTIONS,
                "history": f"exported by mangaxr {__version__}",
                "references": str(chosen.store.attrs.get("citation", "")),
                # Tells xarray which variables are coordinates.
                "coordinates": " ".join(known),
                _SETTINGS: json.dumps(settings),
            }
        )
        for variable in variables:
            self._create(variable)

    def _describe(self, chosen: Chosen) -> list[str]:
        """Write all but the large variables; return the names of the auxiliary coordinates."""
        used = {dim for variable in self._variables for dim in variable.dims}
        small = chosen.store.drop_vars(_LARGE).isel(galaxy=list(chosen.positions))
        small = small.drop_dims([dim for dim in small.dims if dim not in used])
        for dim, size in small.sizes.items():
            self._file.createDimension(str(dim), size)
        for name in small.variables:
            encoded = encode(small[name])
            dims = tuple(map(str, small[name].dims))
            made = self._file.createVariable(
                str(name), encoded.dtype, dims, fill_value=encoded.fill
            )
            made.setncatts(encoded.attributes)
            made[...] = encoded.values
        return [str(name) for name in small.coords if name not in small.dims]

    def _create(self, variable: MapVariable) -> None:
        sizes = [self._file.dimensions[dim].size for dim in variable.dims]
        made = self._file.createVariable(
            variable.name,
            np.float32,
            variable.dims,
            fill_value=variable.fill,
            chunksizes=[1] * (len(sizes) - 2) + sizes[-2:],
            zlib=True,
            complevel=1,
            shuffle=True,
        )
        made.setncatts(variable.attributes)

    def write(self, block: xr.Dataset) -> int:
        """Write the next galaxies; return how many are written."""
        stop = self._written + block.sizes["galaxy"]
        for variable in self._variables:
            self._file[variable.name][self._written : stop] = variable.values(block)
        self._written = stop
        return stop

    def close(self) -> None:
        """Write what is left in memory, and end."""
        if self._file.isopen():
            self._file.close()


def read_settings(path: Path) -> dict[str, Any] | None:
    """Return what decided the export in a file; None if it is none."""
    try:
        with netCDF4.Dataset(path) as file:
            settings: dict[str, Any] = json.loads(file.getncattr(_SETTINGS))
    except (OSError, RuntimeError, AttributeError, ValueError):
        return None
    return settings
