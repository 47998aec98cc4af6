"""Regridding the default pair of a galaxy: mangaxr against `reproject.reproject_exact`.

``python -m benchmarks.regridding`` times both on the same maps in one run, and compares them.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.files import survey_files
from benchmarks.timing import median_times
from mangaxr.build.galaxy import wanted_by
from mangaxr.maps.measured import Measured, MeasuredPlanes
from mangaxr.maps.stream import read_maps
from mangaxr.regrid import Overlap, PixelGrid, overlap_of, resample
from mangaxr.tensors.recipe import Recipe
from mangaxr.tensors.scaling import fit_scaling

__all__ = ["Pair", "TimeRegridding", "compare", "pair_of", "with_mangaxr", "with_reproject"]

NPIX = 64
LINE = "Ha-6564"
SPAXEL = 0.5 / 3600.0
Array = npt.NDArray[np.float64]


class Pair(NamedTuple):
    """Flux and velocity of a galaxy, and the grid that they go to."""

    flux: Measured
    velocity: Measured
    grid: PixelGrid
    overlap: Overlap


def pair_of(fibres: int) -> Pair:
    """Read the pair of a galaxy with a bundle of so many fibres."""
    recipe = Recipe()
    wanted, optional = wanted_by(recipe)
    raw = read_maps(survey_files(1, fibres)[0], wanted, optional=optional)
    planes = MeasuredPlanes(raw, recipe.mask_bits)
    flux, velocity = (planes.measured(name, LINE) for name in ("EMLINE_GFLUX", "EMLINE_GVEL"))
    grid = PixelGrid.field(flux.value.shape, NPIX)
    return Pair(flux, velocity, grid, overlap_of(grid, flux.value.shape))


def with_mangaxr(pair: Pair) -> tuple[Array, ...]:
    """Regrid both, with errors and coverage; the velocity weighted by the flux."""
    flux, velocity = pair.flux, pair.velocity
    light = resample(flux.value, flux.valid, pair.overlap, sigma=flux.sigma)
    both = flux.valid & velocity.valid & (flux.value > 0.0)
    weights = np.where(both, flux.value, 0.0)
    mean = resample(velocity.value, both, pair.overlap, sigma=velocity.sigma, weights=weights)
    return light.value, light.sigma, mean.value, mean.sigma


def with_reproject(pair: Pair) -> tuple[Array, ...]:
    """Regrid both and their errors with reproject: moments over the share that counts."""
    flux, velocity = pair.flux, pair.velocity
    both = flux.valid & velocity.valid & (flux.value > 0.0)
    weights = np.where(both, flux.value, 0.0)
    share = _exact(flux.valid.astype(np.float64), pair.grid)
    light, error = (_exact(part * flux.valid, pair.grid) for part in (flux.value, flux.sigma))
    weight = _exact(weights, pair.grid)
    moment, spread = (
        _exact(part * weights, pair.grid) for part in (velocity.value, velocity.sigma)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return light / share, error / share, moment / weight, spread / weight


def _exact(layer: Array, grid: PixelGrid) -> Array:
    from astropy.wcs import WCS
    from reproject import reproject_exact

    def tangent(scale: float, size: int) -> WCS:
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = "RA---TAN", "DEC--TAN"
        wcs.wcs.crval = 150.0, 30.0
        wcs.wcs.cdelt = -SPAXEL * scale, SPAXEL * scale
        wcs.wcs.crpix = (size + 1) / 2, (size + 1) / 2
        return wcs

    mean, covered = reproject_exact(
        (layer, tangent(1.0, layer.shape[0])),
        tangent(grid.scale, NPIX),
        shape_out=grid.shape,
        parallel=False,
    )
    return np.asarray(np.nan_to_num(mean) * covered)


class TimeRegridding:
    """One galaxy of each end of the bundle sizes (asv)."""

    params = (19, 127)
    param_names = ("fibres",)

    def setup(self, fibres: int) -> None:
        self.pair = pair_of(fibres)
        self.light, *_ = with_mangaxr(self.pair)

    def time_regrid(self, fibres: int) -> None:  # noqa: ARG002
        with_mangaxr(self.pair)

    def time_scale(self, fibres: int) -> None:  # noqa: ARG002
        fit_scaling("robust", self.light, "surface_brightness").forward(self.light)


def compare(fibres: int, *, repeats: int) -> dict[str, float]:
    """Return median seconds of both sides, and how many times the other takes.

    Raises
    ------
    AssertionError
        If the two do not agree.
    """
    pair = pair_of(fibres)
    for ours, theirs in zip(with_mangaxr(pair), with_reproject(pair), strict=True):
        both = np.isfinite(ours) & np.isfinite(theirs)
        # Where next to no light of a pixel counts, reproject's rounding is all there is.
        off = np.abs(ours - theirs)[both] / np.max(np.abs(ours[both]))
        assert np.percentile(off, 99.0) < 1e-3
    times = median_times(
        {"reproject": lambda: with_reproject(pair), "mangaxr": lambda: with_mangaxr(pair)},
        repeats=repeats,
    )
    return {**times, "ratio": times["reproject"] / times["mangaxr"]}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    for fibres in (19, 61, 127):
        found = compare(fibres, repeats=arguments.repeats)
        print(
            f"{fibres:4} fibres  reproject {found['reproject'] * 1e3:7.1f} ms  "
            f"mangaxr {found['mangaxr'] * 1e3:7.3f} ms  {found['ratio']:6.0f} times"
        )


if __name__ == "__main__":
    main()
