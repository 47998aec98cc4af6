"""The job with astropy, numpy and scipy alone, masks and areas respected.

``python -m benchmarks.survey.with_astropy OUT FILE...``

What a careful astronomer writes: the line by its name, bad spaxels left out, maps regridded by
the area that pixels share, velocities weighted by flux, scaled, and saved as one array.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from astropy.io import fits

__all__ = ["main", "maps_of", "tensor_of"]

Array = npt.NDArray[np.float64]

LINE = "Ha-6564"
NPIX = 64
LEAST_COVERAGE, LEAST_SNR = 0.5, 3.0
DONOTUSE = 1 << 30


def maps_of(path: str | Path) -> Array:
    """Return flux per arcsec2 and velocity of a galaxy, regridded, (2, 64, 64)."""
    with fits.open(path) as hdus:
        flux, error, seen = _map(hdus, "EMLINE_GFLUX")
        velocity, _, good = _map(hdus, "EMLINE_GVEL")
        west = np.asarray(hdus["SPX_SKYCOO"].data[0, 0], dtype=np.float64)
    good &= seen & (flux >= LEAST_SNR * error)
    spaxel = abs(float(west[1] - west[0]))
    step = max(flux.shape) / NPIX
    rows, columns = (_overlap(size, step) for size in flux.shape)

    def over_pixels(values: Array) -> Array:
        return rows @ values @ columns.T

    share, share_good = over_pixels(seen.astype(float)), over_pixels(good.astype(float))
    with np.errstate(invalid="ignore", divide="ignore"):
        light = over_pixels(np.where(seen, flux, 0.0)) / share / spaxel**2
        moment = over_pixels(np.where(good, flux * velocity, 0.0))
        mean = moment / over_pixels(np.where(good, flux, 0.0))
    light[share < LEAST_COVERAGE] = np.nan
    mean[share_good < LEAST_COVERAGE] = np.nan
    return np.stack([light, mean])


def tensor_of(path: str | Path) -> Array:
    """Return the same, scaled for a network."""
    light, mean = maps_of(path)
    low, high = np.nanpercentile(light, [5.0, 99.5])
    middle = np.nanmedian(mean)
    spread = np.nanpercentile(np.abs(mean - middle), 95.0)
    return np.stack([(light - low) / (high - low), (mean - middle) / spread])


def _row(hdu: fits.ImageHDU) -> int:
    keys = [key for key, value in hdu.header.items() if value == LINE and key[0] == "C"]
    return int(keys[0][1:]) - 1


def _map(hdus: fits.HDUList, name: str) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return a line's map, its error, and where both may be used."""
    at = _row(hdus[name])
    value = np.asarray(hdus[name].data[at], dtype=np.float64)
    ivar = np.asarray(hdus[f"{name}_IVAR"].data[at], dtype=np.float64)
    good = (ivar > 0) & ((hdus[f"{name}_MASK"].data[at] & DONOTUSE) == 0)
    return value, 1.0 / np.sqrt(np.where(good, ivar, np.inf)), good


def _overlap(size: int, step: float) -> Array:
    """Return the share of each pixel's side that lies in each spaxel; the middles agree."""
    edges = (np.arange(NPIX + 1) - NPIX / 2) * step + size / 2
    spaxels = np.arange(size)
    low = np.maximum(edges[:-1, np.newaxis], spaxels)
    high = np.minimum(edges[1:, np.newaxis], spaxels + 1)
    return np.maximum(high - low, 0.0) / step


def main() -> None:
    """Save the tensors of all files."""
    out, *paths = sys.argv[1:]
    np.save(out, np.stack([tensor_of(path) for path in paths]).astype(np.float32))


if __name__ == "__main__":
    main()
