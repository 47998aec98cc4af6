"""Finishing a store: what is known of each galaxy, digests and attributes are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.store.arrays import SmallArray, column_of, finish_group, write_small
from mangaxr.store.contract import (
    ATTRIBUTES,
    CHANNEL_COORDS,
    CONTRACT,
    CONTRACT_VERSION,
    GALAXY_COORDS,
    PIXEL_COORDS,
    QUALITY_COORDS,
    SCALINGS,
    UNSIGNED,
    auxiliary,
)
from mangaxr.store.digest import content_digest, row_digests, signed
from mangaxr.store.writer import variable_attributes
from mangaxr.tensors.recipe import Recipe

__all__ = [
    "channel_columns",
    "coordinate_names",
    "digests_of_rows",
    "finish_store",
    "signed_attributes",
]

Columns = dict[str, npt.NDArray[Any]]


def finish_store(
    path: Path,
    recipe: Recipe,
    rows: Sequence[Mapping[str, Any]],
    attributes: Mapping[str, str],
) -> str:
    """Write coordinates and attributes, after which the store is complete.

    Parameters
    ----------
    path
        A store whose slabs were all written.
    recipe
        What it was made with.
    rows
        One per galaxy, in order: values of the galaxy coordinates by name, and the lists
        ``scaling_offset`` and ``scaling_scale``. What a row lacks is stored as missing.
    attributes
        Provenance, added to the attributes that the contract fixes.

    Returns
    -------
    str
        The store's ``content_sha256``.
    """
    columns = _galaxy_columns(recipe, rows)
    for spec, values in zip(CHANNEL_COORDS, channel_columns(recipe), strict=True):
        columns[spec.name] = column_of(spec, values)
    for spec in PIXEL_COORDS:
        columns[spec.name] = np.arange(recipe.npix) - (recipe.npix - 1) / 2
    every = (*GALAXY_COORDS, *QUALITY_COORDS, *SCALINGS, *CHANNEL_COORDS, *PIXEL_COORDS)
    write_small(
        path,
        (SmallArray(one, columns[one.name], variable_attributes(one, recipe)) for one in every),
    )
    digests = (columns[name].tolist() for name in ("galaxy", "arrays_sha256", "row_sha256"))
    content = content_digest(*digests)
    fixed = {
        "contract": CONTRACT,
        "contract_version": CONTRACT_VERSION,
        "recipe": json.dumps(recipe.to_dict()),
        "recipe_digest": recipe.digest(),
        # Tells xarray which variables are coordinates.
        "coordinates": " ".join(coordinate_names()),
        "content_sha256": content,
    }
    finish_group(path, signed_attributes({**fixed, **attributes}))
    return content


def coordinate_names() -> list[str]:
    """Return the variables that are coordinates besides those named as their dimension."""
    return auxiliary((*GALAXY_COORDS, *QUALITY_COORDS, *CHANNEL_COORDS))


def signed_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Put the root's attributes in the contract's order, their digest behind them."""
    return signed(attributes, [row.name for row in ATTRIBUTES])


def _galaxy_columns(recipe: Recipe, rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Return everything that is stored of each galaxy, by variable."""
    specs = [spec for spec in (*GALAXY_COORDS, *QUALITY_COORDS) if spec.name != "row_sha256"]
    columns = {spec.name: column_of(spec, [row.get(spec.name) for row in rows]) for spec in specs}
    channels = len(recipe.channels)
    for spec, default in zip(SCALINGS, (0.0, 1.0), strict=True):
        values = [row.get(spec.name) or [default] * channels for row in rows]
        columns[spec.name] = column_of(spec, values)
    columns["row_sha256"] = np.asarray(digests_of_rows(columns), dtype=np.dtypes.StringDType())
    return columns


def digests_of_rows(columns: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """Return each galaxy's ``row_sha256``, from everything that is stored of galaxies."""
    return row_digests({n: values.tolist() for n, values in columns.items() if n not in UNSIGNED})


def channel_columns(recipe: Recipe) -> list[list[str]]:
    """Return the values of the channel coordinates, in the order of their rows."""
    channels = recipe.parsed_channels()
    return [
        [channel.name for channel in channels],
        [channel.units for channel in channels],
        [channel.long_name for channel in channels],
        [channel.family.quantity for channel in channels],
        [channel.family.extension for channel in channels],
        [channel.line for channel in channels],
        [channel.family.weight for channel in channels],
        [recipe.mask for _ in channels],
    ]
