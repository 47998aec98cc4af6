"""Writing a lensed set: its images slab by slab, then what is known of each sample."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.lensed_sets.config import SetConfig
from mangaxr.lensed_sets.contract import (
    ATTRIBUTES,
    CHANNEL_COORDS,
    CHANNELS,
    CONTRACT,
    CONTRACT_VERSION,
    IMAGE,
    PIXEL_COORDS,
    SAMPLE_COORDS,
    UNSIGNED,
)
from mangaxr.lensed_sets.sample import grid_of
from mangaxr.store.arrays import (
    EmptyArray,
    SmallArray,
    column_of,
    create_arrays,
    finish_group,
    write_small,
)
from mangaxr.store.contract import Variable, auxiliary
from mangaxr.store.digest import content_digest, row_digests, signed
from mangaxr.store.layout import array_chunks

__all__ = [
    "content_of_columns",
    "create_set",
    "digests_of_samples",
    "finish_set",
    "fixed_columns",
    "signed_attributes",
    "variable_attributes",
]

Columns = dict[str, npt.NDArray[Any]]


def create_set(path: Path, config: SetConfig, samples: int) -> None:
    """Make an empty set of the right shape; what is there already is replaced."""
    npix = config["npix"]
    shape = (samples, len(CHANNELS), npix, npix)
    chunks = array_chunks(samples, npix)
    create_arrays(path, [EmptyArray(IMAGE, shape, chunks, math.nan, variable_attributes(IMAGE))])


def finish_set(
    path: Path,
    config: SetConfig,
    rows: Sequence[Mapping[str, Any]],
    *,
    flux_units: str,
    attributes: Mapping[str, str],
) -> str:
    """Write coordinates and attributes, after which the set is complete.

    Parameters
    ----------
    path
        A set whose slabs were all written.
    config
        What its samples were drawn from.
    rows
        One per sample, in order.
    flux_units
        Of the channels of flux.
    attributes
        Provenance, added to the attributes that the contract fixes.

    Returns
    -------
    str
        The set's ``content_sha256``.
    """
    specs = [spec for spec in SAMPLE_COORDS if spec.name not in UNSIGNED]
    columns = {spec.name: column_of(spec, [row.get(spec.name) for row in rows]) for spec in specs}
    columns["row_sha256"] = np.asarray(digests_of_samples(columns), dtype=np.dtypes.StringDType())
    columns |= fixed_columns(config, flux_units)
    every = (*SAMPLE_COORDS, *CHANNEL_COORDS, *PIXEL_COORDS)
    write_small(
        path, (SmallArray(one, columns[one.name], variable_attributes(one)) for one in every)
    )
    content = content_of_columns(columns)
    fixed = {
        "contract": CONTRACT,
        "contract_version": CONTRACT_VERSION,
        "config": json.dumps(config.to_dict()),
        "config_digest": config.digest(),
        "coordinates": " ".join(auxiliary((*SAMPLE_COORDS, *CHANNEL_COORDS))),
        "content_sha256": content,
    }
    finish_group(path, signed_attributes({**fixed, **attributes}))
    return content


def fixed_columns(config: SetConfig, flux_units: str) -> Columns:
    """Return the coordinates of channels and pixels."""
    axis = grid_of(config).axis()
    units = [flux_units if row.units == "flux" else row.units for row in CHANNELS]
    texts = ([row.name for row in CHANNELS], units, [row.long_name for row in CHANNELS])
    named = zip(CHANNEL_COORDS, texts, strict=True)
    return {spec.name: column_of(spec, text) for spec, text in named} | {"y": axis, "x": axis}


def digests_of_samples(columns: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """Return each sample's ``row_sha256``, from all its other coordinates."""
    names = [spec.name for spec in SAMPLE_COORDS if spec.name not in UNSIGNED]
    return row_digests({name: columns[name].tolist() for name in names})


def content_of_columns(columns: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the ``content_sha256`` that follows from the digests of the samples."""
    samples = map(str, columns["sample"].tolist())
    digests = (columns[name].tolist() for name in ("image_sha256", "row_sha256"))
    return content_digest(samples, *digests)


def signed_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Put the root's attributes in the contract's order, their digest behind them."""
    return signed(attributes, [row.name for row in ATTRIBUTES])


def variable_attributes(spec: Variable) -> dict[str, Any]:
    """Return the attributes of a variable."""
    return {"long_name": spec.long_name} | ({"units": spec.units} if spec.units else {})
