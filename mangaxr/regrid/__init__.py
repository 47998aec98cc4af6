"""Move masked maps between square pixel grids by exact area overlap; numpy only.

Lay a `PixelGrid` over the input, ask `overlap_of` for its two small matrices, and hand
them to `resample` with any stack of maps. Nothing here knows what a map measures.

Examples
--------
>>> import numpy as np
>>> from mangaxr.regrid import PixelGrid, overlap_of, resample
>>> overlap = overlap_of(PixelGrid.field((4, 4), npix=2), (4, 4))
>>> valid = np.ones((4, 4), dtype=bool)
>>> valid[:2, :2] = False
>>> result = resample(np.full((4, 4), 3.0), valid, overlap)
>>> result.value
array([[nan,  3.],
       [ 3.,  3.]])
"""

from __future__ import annotations

from mangaxr.regrid.grid import PixelGrid
from mangaxr.regrid.masked import Resampled, coverage, mean, resample
from mangaxr.regrid.overlap import Overlap, overlap_matrix, overlap_of

__all__ = [
    "Overlap",
    "PixelGrid",
    "Resampled",
    "coverage",
    "mean",
    "overlap_matrix",
    "overlap_of",
    "resample",
]
