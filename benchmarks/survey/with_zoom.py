"""The script that is written today: masked becomes zero, and zoom does the rest.

``python -m benchmarks.survey.with_zoom OUT FILE...``

Kept to be timed. What is wrong with it: the zeros of masked spaxels are smeared into their
neighbours, flux is not conserved, and no scale is kept to take a tensor back to km/s.
"""

from __future__ import annotations

import sys

import numpy as np
from astropy.io import fits
from scipy.ndimage import zoom

__all__ = ["main"]

HALPHA = 23
"""Of the emission lines of DR17, counted from 0."""
NPIX = 64


def main() -> None:
    """Save the tensors of all files."""
    out, *paths = sys.argv[1:]
    tensors = []
    for path in paths:
        maps = []
        for name in ("EMLINE_GFLUX", "EMLINE_GVEL"):
            values = fits.getdata(path, name)[HALPHA].copy()
            values[fits.getdata(path, f"{name}_MASK")[HALPHA] != 0] = 0.0
            resized = zoom(values, NPIX / np.array(values.shape), order=1)
            maps.append(resized / max(np.abs(resized).max(), 1e-9))
        tensors.append(np.stack(maps))
    np.save(out, np.stack(tensors).astype(np.float32))


if __name__ == "__main__":
    main()
