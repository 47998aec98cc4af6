"""One galaxy's planes -> its tensor: an eager, pure function of a file and a recipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.extensions import find_extension
from mangaxr.maps.measured import Measured, MeasuredPlanes
from mangaxr.maps.raw import RawMaps
from mangaxr.regrid.masked import Resampled, resample
from mangaxr.regrid.overlap import Overlap, overlap_of
from mangaxr.tensors.channels import Channel
from mangaxr.tensors.geometry import TensorGrid, tensor_grid
from mangaxr.tensors.recipe import Recipe
from mangaxr.tensors.scaling import Scaling, fit_scaling

__all__ = ["GalaxyTensor", "assemble"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GalaxyTensor:
    """One galaxy of the store: arrays (channel, y, x) float32, scalings per channel."""

    tensor: npt.NDArray[np.float32]
    ivar: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]
    scalings: tuple[Scaling, ...]
    grid: TensorGrid


def assemble(
    raw: RawMaps,
    recipe: Recipe,
    reff: float = float("nan"),
    *,
    planes: MeasuredPlanes | None = None,
) -> GalaxyTensor:
    """Regrid and scale the channels of one galaxy.

    Parameters
    ----------
    raw
        The planes that the recipe's channels want, and SPX_SKYCOO.
    recipe
        Channels, grid, mask policy, limits, scaling.
    reff
        Effective radius in arcsec; NaN if unknown.
    planes
        Those of `raw` by the recipe's mask policy, if they were decoded already.

    Returns
    -------
    GalaxyTensor
        NaN where there is no value: too little of the output pixel was measured.

    Raises
    ------
    NotMapsError
        If the spaxels are not square, if the extensions are of different shapes, or if
        R_e is needed and missing.
    """
    planes = planes or MeasuredPlanes(raw, recipe.mask_bits)
    geometry = planes.geometry
    grid = tensor_grid(geometry, recipe, reff)
    overlap = overlap_of(grid.grid, geometry.shape)
    maps = _Maps(planes, recipe)
    channels = recipe.parsed_channels()
    shape = (len(channels), recipe.npix, recipe.npix)
    tensor, ivar, coverage = (np.empty(shape, dtype=np.float32) for _ in range(3))
    scalings = []
    for i, channel in enumerate(channels):
        value, sigma, share = _regrid(maps, channel, overlap, geometry.spaxel**2)
        coverage[i] = share
        # As the reader of the store sees it, and free of rounding where a share is exactly
        # the limit: 1 - 1e-16 is a pixel that was measured wholly.
        missing = (coverage[i] < np.float32(recipe.min_coverage)) | np.isnan(value)
        value[missing] = sigma[missing] = np.nan
        scaling = fit_scaling(recipe.scaling, value, channel.family.quantity)
        scalings.append(scaling)
        tensor[i] = scaling.forward(value)
        with np.errstate(divide="ignore", over="ignore"):
            ivar[i] = 1.0 / (sigma * sigma)
    # As float32 holds it: what became 0 has no finite variance.
    ivar[~(np.isfinite(ivar) & (ivar > 0))] = np.nan
    return GalaxyTensor(tensor, ivar, coverage, tuple(scalings), grid)


def _regrid(maps: _Maps, channel: Channel, overlap: Overlap, area: float) -> Resampled:
    """Average one channel over the output pixels, by the rule of its quantity."""
    measured = maps.measured(channel)
    if channel.family.quantity == "surface_brightness":
        return resample(measured.value / area, measured.valid, overlap, sigma=measured.sigma / area)
    weight = maps.weight(channel)
    valid = measured.valid & weight.valid
    if channel.family.quantity != "dispersion":
        return resample(measured.value, valid, overlap, sigma=measured.sigma, weights=weight.value)
    # Squares are averaged: they may be negative where the correction exceeds the
    # measurement, and dropping those would bias the mean.
    correction = np.where(valid, maps.correction(channel), 0.0)
    square = measured.value**2 - correction**2
    mean, error, share = resample(
        square,
        valid,
        overlap,
        sigma=2 * np.abs(measured.value) * measured.sigma,
        weights=weight.value,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.where(mean > 0, np.sqrt(mean), np.nan)
        return Resampled(root, error / (2 * root), share)


class _Maps:
    """The maps of one file by channel."""

    def __init__(self, planes: MeasuredPlanes, recipe: Recipe) -> None:
        self._planes = planes
        self._min_snr = recipe.min_snr

    def measured(self, channel: Channel) -> Measured:
        """Return a channel's map, without the spaxels of too low a signal."""
        found = self._sum(channel.family.extension, channel.lines)
        weight = channel.family.weight
        of_line = weight and _has_lines(weight)
        if not of_line or channel.family.quantity not in ("velocity", "dispersion"):
            return found
        flux = self._sum(weight, channel.lines)
        strong = flux.value >= self._min_snr * flux.sigma
        return Measured(found.value, found.sigma, found.valid & strong)

    def weight(self, channel: Channel) -> Measured:
        """Return the light that weights a channel."""
        lines = channel.lines if _has_lines(channel.family.weight) else ()
        return self._sum(channel.family.weight, lines)

    def correction(self, channel: Channel) -> Floats:
        """Return the map to subtract in quadrature from a dispersion."""
        row = find_extension(channel.family.extension)
        # Position 0 is the correction to apply; DR17 swapped the labels.
        which = channel.lines[0] if channel.lines else 0
        return self._planes.floats(row.correction if row else "", which)

    def _sum(self, name: str, lines: tuple[str, ...]) -> Measured:
        """Add maps of several lines: valid where all are, errors in quadrature."""
        parts = [self._planes.measured(name, line) for line in lines or ("",)]
        if len(parts) == 1:
            return parts[0]
        return Measured(
            np.sum([part.value for part in parts], axis=0),
            np.sqrt(np.sum([part.sigma**2 for part in parts], axis=0)),
            np.all([part.valid for part in parts], axis=0),
        )


def _has_lines(name: str) -> bool:
    row = find_extension(name)
    return row is not None and bool(row.channels)
