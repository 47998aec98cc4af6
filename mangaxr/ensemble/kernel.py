"""What a statistic has to know to be computed slab by slab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mangaxr.ensemble.sample import Sample

__all__ = ["Floats", "Kernel"]

Floats = npt.NDArray[np.float64]


class Kernel(Protocol):
    """A statistic over galaxies: slabs are reduced, the results merged, the last finished.

    Nothing of it may depend on anything but its arguments: it runs wherever dask runs it.
    """

    @property
    def outputs(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Name of each result -> sizes of the dimensions before the pixels', and type."""

    def reduce(
        self, values: npt.NDArray[Any], weights: npt.NDArray[Any] | None, slab: Sample
    ) -> Any:
        """Reduce the galaxies of a slab.

        Parameters
        ----------
        values, weights
            A chunk, (galaxy, ...) of values and their weights, NaN where there are none.
        slab
            Which of the chunk's galaxies count, and their groups.
        """

    def merge(self, parts: Sequence[Any]) -> Any:
        """Put the reductions of several slabs together, in their order."""

    def finish(self, part: Any, shape: tuple[int, ...]) -> dict[str, npt.NDArray[Any]]:
        """Return the results; `part` is None where there was no galaxy, `shape` the pixels'."""
