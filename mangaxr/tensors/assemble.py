"""One galaxy's planes -> its tensor: an eager, pure function of a file and a recipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.extensions import find_extension
from mangaxr.errors import NotMapsError
from mangaxr.maps.stream import RawMaps
from mangaxr.regrid.masked import Resampled, resample
from mangaxr.regrid.overlap import Overlap, overlap_of
from mangaxr.tensors.channels import Channel
from mangaxr.tensors.geometry import TensorGrid, geometry_of, tensor_grid
from mangaxr.tensors.recipe import Recipe
from mangaxr.tensors.scaling import Scaling, fit_scaling

__all__ = ["GalaxyTensor", "assemble"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GalaxyTensor:
    """One galaxy of the store: arrays (channel, y, x) float32, scalings per channel."""

    tensor: npt.NDArray[np.float32]
    ivar: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]
    scalings: tuple[Scaling, ...]
    grid: TensorGrid


@dataclass(frozen=True, slots=True)
class _Map:
    """A measured map: values, standard deviation, and where both are to be used.

    Both are 0 elsewhere, so that no infinity under a mask meets an operator.
    """

    value: Floats
    sigma: Floats
    valid: Bools


def assemble(raw: RawMaps, recipe: Recipe, reff: float = float("nan")) -> GalaxyTensor:
    """Regrid and scale the channels of one galaxy.

    Parameters
    ----------
    raw
        The planes that the recipe's channels want, and SPX_SKYCOO.
    recipe
        Channels, grid, mask policy, limits, scaling.
    reff
        Effective radius in arcsec; NaN if unknown.

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
    geometry = geometry_of(raw)
    grid = tensor_grid(geometry, recipe, reff)
    overlap = overlap_of(grid.grid, geometry.shape)
    planes = _Planes(raw, recipe, geometry.shape)
    channels = recipe.parsed_channels()
    shape = (len(channels), recipe.npix, recipe.npix)
    tensor, ivar, coverage = (np.empty(shape, dtype=np.float32) for _ in range(3))
    scalings = []
    for i, channel in enumerate(channels):
        value, sigma, share = _regrid(planes, channel, overlap, geometry.spaxel**2)
        coverage[i] = share
        # As the reader of the store sees it, and free of rounding where a share is exactly
        # the limit: 1 - 1e-16 is a pixel that was measured wholly.
        missing = (coverage[i] < np.float32(recipe.min_coverage)) | np.isnan(value)
        value[missing] = sigma[missing] = np.nan
        scaling = fit_scaling(recipe.scaling, value, channel.family.quantity)
        scalings.append(scaling)
        tensor[i] = scaling.forward(value)
        with np.errstate(divide="ignore", over="ignore"):
            ivar[i] = sigma**-2
    ivar[~np.isfinite(ivar)] = np.nan
    return GalaxyTensor(tensor, ivar, coverage, tuple(scalings), grid)


def _regrid(planes: _Planes, channel: Channel, overlap: Overlap, area: float) -> Resampled:
    """Average one channel over the output pixels, by the rule of its quantity."""
    measured = planes.measured(channel)
    if channel.family.quantity == "surface_brightness":
        return resample(measured.value / area, measured.valid, overlap, sigma=measured.sigma / area)
    weight = planes.weight(channel)
    valid = measured.valid & weight.valid
    if channel.family.quantity != "dispersion":
        return resample(measured.value, valid, overlap, sigma=measured.sigma, weights=weight.value)
    # Squares are averaged: they may be negative where the correction exceeds the
    # measurement, and dropping those would bias the mean.
    correction = np.where(valid, planes.correction(channel), 0.0)
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


class _Planes:
    """The planes of one file as measured maps, by channel."""

    def __init__(self, raw: RawMaps, recipe: Recipe, shape: tuple[int, int]) -> None:
        self._raw = raw
        self._shape = shape
        self._bits = recipe.mask_bits
        self._min_snr = recipe.min_snr
        self._cache: dict[tuple[str, tuple[str, ...]], _Map] = {}

    def measured(self, channel: Channel) -> _Map:
        """Return a channel's map, without the spaxels of too low a signal."""
        found = self._map(channel.family.extension, channel.lines)
        weight = channel.family.weight
        of_line = weight and _has_lines(weight)
        if not of_line or channel.family.quantity not in ("velocity", "dispersion"):
            return found
        flux = self._map(weight, channel.lines)
        strong = flux.value >= self._min_snr * flux.sigma
        return _Map(found.value, found.sigma, found.valid & strong)

    def weight(self, channel: Channel) -> _Map:
        """Return the light that weights a channel."""
        lines = channel.lines if _has_lines(channel.family.weight) else ()
        return self._map(channel.family.weight, lines)

    def correction(self, channel: Channel) -> Floats:
        """Return the map to subtract in quadrature from a dispersion."""
        row = find_extension(channel.family.extension)
        name = row.correction if row else ""
        if channel.lines:
            return self._plane(name, channel.lines[0]).astype(np.float64)
        # Position 0 is the correction to apply; DR17 swapped the labels.
        extension = self._raw[name]
        plane = extension.native(0 if extension.data.ndim == 3 else None)
        return self._checked(name, plane).astype(np.float64)

    def _map(self, name: str, lines: tuple[str, ...]) -> _Map:
        key = (name, lines)
        if key not in self._cache:
            parts = [self._single(name, line) for line in lines or ("",)]
            self._cache[key] = parts[0] if len(parts) == 1 else _sum(parts)
        return self._cache[key]

    def _single(self, name: str, line: str) -> _Map:
        """Read one map; a spaxel counts if its mask allows it and it has a variance."""
        row = find_extension(name)
        value = self._plane(name, line).astype(np.float64)
        ivar = self._plane(row.ivar, line).astype(np.float64) if row else np.ones_like(value)
        valid = np.isfinite(value) & (ivar > 0)
        if row is not None and row.mask:
            valid &= (self._plane(row.mask, line).astype(np.int64) & self._bits) == 0
        sigma = np.where(valid, ivar, np.inf) ** -0.5
        return _Map(np.where(valid, value, 0.0), sigma, valid)

    def _plane(self, name: str, line: str) -> npt.NDArray[np.generic]:
        extension = self._raw[name]
        at = extension.channels.index(line) if line in extension.channels else None
        return self._checked(name, extension.native(at))

    def _checked(self, name: str, plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        if plane.shape != self._shape:
            found, expected = (" x ".join(map(str, s)) for s in (plane.shape, self._shape))
            msg = (
                f"{self._raw.path}: extension {name} has maps of {found}, expected {expected} "
                f"as in the others: the file is damaged or not as the DAP writes it"
            )
            raise NotMapsError(msg)
        return plane


def _sum(parts: list[_Map]) -> _Map:
    """Add maps of several lines: valid where all are, errors in quadrature."""
    return _Map(
        np.sum([part.value for part in parts], axis=0),
        np.sqrt(np.sum([part.sigma**2 for part in parts], axis=0)),
        np.all([part.valid for part in parts], axis=0),
    )


def _has_lines(name: str) -> bool:
    row = find_extension(name)
    return row is not None and bool(row.channels)
