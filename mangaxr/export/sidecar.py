"""The JSON file beside the array of a galaxy: all that is needed to understand it alone."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr._version import __version__
from mangaxr.export.chosen import Chosen, galaxy_columns
from mangaxr.store.contract import ATTRIBUTES, CHANNEL_COORDS, MISSING, QUALITY_COORDS
from mangaxr.store.physical import scaling_function

__all__ = ["Sidecars", "parsed_attributes", "plain_values"]

_HOW = {
    "to_physical": "physical = function(value) * scale + offset, in units of the channel; "
    "function is identity or sinh; of the values in this file",
    "scaling": "the same of the store's tensor, whatever this file holds",
    "pixel": "array axes are channel, y, x; y rises to the North, x to the West; the middle of "
    "the tensor is (npix - 1) / 2 in both",
    "sky": "offset in arcsec from the object, East and North: center_sky_x - (x - middle) * "
    "pixel_scale, center_sky_y + (y - middle) * pixel_scale",
    "velocity": "relative to the redshift z of the galaxy; positive is receding",
    "missing": "fill_value stands where there is no value; a number that is null is not known",
}
"""What the rest of the file means."""

_PREFIX = "channel_"

_DOCUMENTS = frozenset(row.name for row in ATTRIBUTES if row.json)


class Sidecars:
    """Writes the sidecars of an export; what they share is made once.

    Parameters
    ----------
    chosen
        What is exported.
    form
        Name and version of the form.
    physical
        Whether the values are physical.
    """

    def __init__(self, chosen: Chosen, form: str, *, physical: bool) -> None:
        store = chosen.store
        names = galaxy_columns(store)
        quality = {spec.name for spec in QUALITY_COORDS}
        self._known = {
            "galaxy": [name for name in names if name not in quality],
            "quality": [name for name in names if name in quality],
        }
        self._physical = physical
        self._function = scaling_function(store["tensor"])
        self._channels = _channel_rows(store)
        attributes = parsed_attributes(store.attrs)
        units = {name: str(store[name].attrs.get("units", "")) for name in names}
        self._head = {
            "format": form,
            "written_by": f"mangaxr {__version__}",
            "values": "physical" if physical else "scaled",
        }
        self._tail = {
            "units": {name: unit for name, unit in units.items() if unit},
            "meaning": _HOW,
            "license": attributes.pop("license", ""),
            "citation": attributes.pop("citation", ""),
            "store": attributes,
        }

    def of_block(self, block: xr.Dataset) -> Iterable[dict[str, Any]]:
        """Yield the sidecar of each galaxy of a block, but for its arrays."""
        columns = {
            group: {name: plain_values(block[name].values) for name in names}
            for group, names in self._known.items()
        }
        scales = block["scaling_scale"].values.tolist()
        offsets = block["scaling_offset"].values.tolist()
        for i, name in enumerate(columns["galaxy"]["galaxy"]):
            groups = {
                group: {column: values[i] for column, values in known.items()}
                for group, known in columns.items()
            }
            del groups["galaxy"]["galaxy"]  # which stands at the top
            yield {
                **self._head,
                "plateifu": name,
                "arrays": {},
                "channels": self._scaled_channels(scales[i], offsets[i]),
                **groups,
                **self._tail,
            }

    def _scaled_channels(
        self, scales: Sequence[float], offsets: Sequence[float]
    ) -> list[dict[str, Any]]:
        """Return the channels with the way from the values to physical ones."""
        rows = []
        for channel, scale, offset in zip(self._channels, scales, offsets, strict=True):
            scaling = {"function": self._function, "scale": scale, "offset": offset}
            as_they_are = {"function": "identity", "scale": 1.0, "offset": 0.0}
            back = as_they_are if self._physical else scaling
            rows.append({**channel, "to_physical": back, "scaling": scaling})
        return rows


def plain_values(values: npt.NDArray[Any]) -> list[Any]:
    """Return values as JSON has them; a number that is not known is None.

    Examples
    --------
    >>> plain_values(np.array([1.5, np.nan])), plain_values(np.array([-1, 7]))
    ([1.5, None], [None, 7])
    """
    if values.dtype.kind in "OTU":
        return [str(value) for value in values.tolist()]
    listed = values.tolist()
    if values.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in listed]
    if values.dtype == np.int64:
        return [None if value == MISSING["int64"] else value for value in listed]
    return list(listed)


def _channel_rows(store: xr.Dataset) -> list[dict[str, Any]]:
    """Return what the store says of each channel, its name first."""
    names = [spec.name for spec in CHANNEL_COORDS if spec.name in store.variables]
    columns = {
        name.removeprefix(_PREFIX) if name != "channel" else "name": plain_values(
            store[name].values
        )
        for name in names
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def parsed_attributes(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a store's attributes as JSON values; those that hold a document as what it holds.

    Examples
    --------
    >>> parsed_attributes({"title": "tensors", "recipe": '{"npix": 64}'})
    {'title': 'tensors', 'recipe': {'npix': 64}}
    """
    return {str(name): _parsed(str(name), value) for name, value in attributes.items()}


def _parsed(name: str, value: Any) -> Any:
    if name in _DOCUMENTS and isinstance(value, str):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)
