"""A lensed set as rules see it: metadata as they stand in the files, and its coordinates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr

from mangaxr.errors import MangaxrError, StoreError, one_line
from mangaxr.lensed_sets.config import SetConfig
from mangaxr.lensed_sets.contract import all_variables
from mangaxr.lensed_sets.reader import open_set, plan_of

__all__ = ["SetEvidence", "read_set"]


@dataclass(slots=True)
class SetEvidence:
    """What could be read of a set.

    Parameters
    ----------
    path
        The directory.
    attributes
        Of the root.
    metadata
        Variable -> its own metadata.
    unreadable
        Variable -> why its metadata cannot be read.
    dataset
        The set, its images lazily.
    config
        What it was drawn from; None if that cannot be read.
    """

    path: Path
    attributes: Mapping[str, Any]
    dataset: xr.Dataset
    config: SetConfig | None
    metadata: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.dataset.sizes.get("sample", 0))

    @property
    def known_config(self) -> SetConfig:
        """The configuration; only for rules that need it."""
        if self.config is None:
            msg = f"{self.path}: its configuration cannot be read"
            raise StoreError(msg)
        return self.config


def read_set(path: Path) -> SetEvidence:
    """Read everything but the images.

    Raises
    ------
    MissingFileError, StoreError
        If there is no set that can be opened.
    """
    dataset = open_set(path, chunks=None)
    try:
        config = plan_of(dataset).config
    except MangaxrError:
        config = None
    # xarray takes some attributes for itself.
    root = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
    evidence = SetEvidence(path, root["attributes"], dataset, config)
    for spec in all_variables():
        try:
            text = (path / spec.name / "zarr.json").read_text(encoding="utf-8")
            found = json.loads(text)
            if not isinstance(found, dict):
                raise ValueError("no JSON object")  # noqa: EM101
            evidence.metadata[spec.name] = found
        except (OSError, ValueError) as error:
            evidence.unreadable[spec.name] = one_line(error, 120)
    return evidence
