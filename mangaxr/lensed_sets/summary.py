"""What a lensed set holds, in a few numbers."""

from __future__ import annotations

import json
import os
from typing import Any

from mangaxr.lensed_sets.config import load_config
from mangaxr.lensed_sets.reader import open_set, plan_of

__all__ = ["summarise_set"]


def summarise_set(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Describe a set in plain JSON values.

    Raises
    ------
    MissingFileError, StoreError
        If there is no set, or it cannot be read.

    Examples
    --------
    >>> import mangaxr, tempfile
    >>> from mangaxr.lensed_sets import make_set
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = make_set(f"{folder}/s.zarr", mangaxr.synthetic.example_store(), samples=4).path
    ...     summary = summarise_set(path)
    >>> summary["samples"]["with a subhalo"], summary["differs from the default"]
    (2, [])
    """
    dataset = open_set(path, chunks=None)
    splits = dataset.split.to_series().value_counts()
    return {
        "set": str(path),
        "contract": f"{dataset.attrs['contract']} {dataset.attrs['contract_version']}",
        "created": str(dataset.attrs["finished"]),
        "from": f"store of content {dataset.attrs['store_content_sha256'][:12]}",
        "content_sha256": str(dataset.attrs["content_sha256"]),
        "samples": {
            "samples": dataset.sizes["sample"],
            "with a subhalo": int(dataset.subhalo.sum()),
            "debug": int(dataset.debug.sum()),
            "galaxies": len(set(dataset.galaxy.values.tolist())),
            "splits": ", ".join(f"{name} {number}" for name, number in splits.items()),
            "image": f"{dataset.sizes['y']} x {dataset.sizes['x']} pixels",
        },
        "channels": [
            {"channel": str(name), "units": str(units)}
            for name, units in zip(
                dataset.channel.values, dataset.channel_units.values, strict=True
            )
        ],
        "differs from the default": plan_of(dataset).config.differences(load_config()),
        "software": json.loads(dataset.attrs["software"]),
    }
