"""The xarray engine: ``xarray.open_dataset(path, engine="mangaxr")``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

import mangaxr.maps.accessor  # noqa: F401  (registers Dataset.manga)
from mangaxr.fits.indexing import take
from mangaxr.maps.dataset import build_dataset
from mangaxr.maps.inflated import FileKey, inflated
from mangaxr.maps.stream import RawExtension
from mangaxr.maps.variables import (
    coordinate_extensions,
    optional_extensions,
    variable_extensions,
)
from mangaxr.sas.layout import MAPS_NAME

__all__ = ["MangaxrBackend"]


class _LazyMap(BackendArray):
    """An extension, or one of its planes, read when indexed.

    Pickles as a path: a worker process that receives one reads the file itself.
    """

    def __init__(self, key: FileKey, extension: RawExtension, plane: int | None) -> None:
        data = extension.data if plane is None else extension.data[plane]
        self.shape = data.shape
        self.dtype = np.dtype(data.dtype.newbyteorder("="))
        self._key = key
        self._name = extension.name
        self._plane = plane

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        data = inflated(self._key)[self._name].data
        if self._plane is not None:
            data = data[self._plane]
        return take(data, key).astype(self.dtype)


class MangaxrBackend(BackendEntrypoint):
    """MAPS files of the MaNGA Data Analysis Pipeline, ``.fits`` or ``.fits.gz``."""

    description = "MaNGA DAP MAPS files, lazily, with lines by name and masks as attributes"
    open_dataset_parameters = ("filename_or_obj", "drop_variables", "variables", "verify")

    def open_dataset(  # type: ignore[override]
        self,
        filename_or_obj: str | os.PathLike[str],
        *,
        drop_variables: str | Iterable[str] | None = None,
        variables: Iterable[str] | None = None,
        verify: bool = False,
    ) -> xr.Dataset:
        """Open one file; see `mangaxr.open_maps_file`."""
        dropped = {drop_variables} if isinstance(drop_variables, str) else set(drop_variables or ())
        wanted = None if variables is None else variable_extensions(variables)
        read = None if wanted is None else (*coordinate_extensions(), *wanted)
        key = FileKey.of(
            filename_or_obj,
            None if read is None else tuple(sorted(set(read))),
            optional=optional_extensions(wanted),
            verify=verify,
        )

        def lazily(extension: RawExtension, plane: int | None = None, /) -> Any:
            return indexing.LazilyIndexedArray(_LazyMap(key, extension, plane))

        keep = None if wanted is None else frozenset(wanted)
        dataset = build_dataset(inflated(key), lazily, keep=keep)
        return dataset.drop_vars(dropped & set(dataset.variables))

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Say yes to files that are named as MAPS files are."""
        if not isinstance(filename_or_obj, str | os.PathLike):
            return False
        return MAPS_NAME.fullmatch(Path(filename_or_obj).name) is not None
