"""Tensors against plain loops over planes that astropy read."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from mangaxr.maps.raw import RawMaps
from mangaxr.tensors.assemble import assemble
from mangaxr.tensors.channels import CHANNELS
from mangaxr.tensors.recipe import Recipe

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
ReadPlane = Callable[..., Array]

NPIX = 24
HA = "Ha-6564"
SPAXEL_AREA = 0.25


class Expected(NamedTuple):
    """What one channel should be before it is scaled, and how closely."""

    value: Array
    sigma: Array
    coverage: Array


class Maps(NamedTuple):
    """Values, standard deviations, weights and validity of the spaxels."""

    value: Array
    sigma: Array
    weight: Array
    good: Bools


def _sigma(ivar: Array) -> Array:
    return np.where(ivar > 0, 1 / np.sqrt(np.where(ivar > 0, ivar, 1)), 0)


def _good(read: ReadPlane, name: str, channel: str | None = None) -> Bools:
    usable = read(f"{name}_IVAR", channel) > 0
    if name == "SPX_MFLUX":
        return usable
    flags = read(f"{name}_MASK", channel).astype(np.int64)
    good: Bools = usable & (flags & 2**30 == 0)
    return good


def _flux(read: ReadPlane, *lines: str) -> Maps:
    value = np.sum([read("EMLINE_GFLUX", n) for n in lines], axis=0) / SPAXEL_AREA
    variance = np.sum([_sigma(read("EMLINE_GFLUX_IVAR", n)) ** 2 for n in lines], axis=0)
    good = np.logical_and.reduce([_good(read, "EMLINE_GFLUX", n) for n in lines])
    return Maps(value, np.sqrt(variance) / SPAXEL_AREA, np.ones_like(value), good)


def _light(read: ReadPlane, name: str, channel: str | None = None) -> Maps:
    """Describe a map that the g-band light weights."""
    weight = read("SPX_MFLUX")
    good = _good(read, name, channel) & _good(read, "SPX_MFLUX") & (weight > 0)
    return Maps(read(name, channel), _sigma(read(f"{name}_IVAR", channel)), weight, good)


def _line(read: ReadPlane, name: str) -> Maps:
    """Describe a map that the flux of H-alpha weights, where that is above 3 sigma."""
    flux, ivar = read("EMLINE_GFLUX", HA), read("EMLINE_GFLUX_IVAR", HA)
    good = _good(read, name, HA) & _good(read, "EMLINE_GFLUX", HA)
    good &= (flux * np.sqrt(np.maximum(ivar, 0)) >= 3) & (flux > 0)
    return Maps(read(name, HA), _sigma(read(f"{name}_IVAR", HA)), flux, good)


def _corrected(maps: Maps, correction: Array) -> Maps:
    square = maps.value**2 - correction**2
    return maps._replace(value=square, sigma=2 * maps.value * maps.sigma)


def _g_flux(read: ReadPlane) -> Maps:
    value, ivar = read("SPX_MFLUX") / SPAXEL_AREA, read("SPX_MFLUX_IVAR")
    return Maps(value, _sigma(ivar) / SPAXEL_AREA, np.ones_like(value), ivar > 0)


SPAXELS: dict[str, Callable[[ReadPlane], Maps]] = {
    "ha_flux": lambda read: _flux(read, HA),
    "sii_flux": lambda read: _flux(read, "SII-6718", "SII-6732"),
    "ha_vel": lambda read: _line(read, "EMLINE_GVEL"),
    "ha_sigma": lambda read: _corrected(_line(read, "EMLINE_GSIGMA"), read("EMLINE_INSTSIGMA", HA)),
    "stellar_vel": lambda read: _light(read, "STELLAR_VEL"),
    "stellar_sigma": lambda read: _corrected(
        _light(read, "STELLAR_SIGMA"), read("STELLAR_SIGMACORR", 0)
    ),
    "ha_ew": lambda read: _light(read, "EMLINE_GEW", HA),
    "d4000": lambda read: _light(read, "SPECINDEX", "D4000"),
    "g_flux": _g_flux,
}
"""Channel -> the maps that its definition says, written down a second time."""


def _average(maps: Maps, npix: int, min_coverage: float) -> Expected:
    """Average over the pixels of the whole field with nothing but loops."""
    ny, nx = maps.value.shape
    scale = max(ny, nx) / npix
    value, sigma, coverage = (np.full((npix, npix), math.nan) for _ in range(3))
    for j in range(npix):
        low_y = ny / 2 - 0.5 + (j - npix / 2) * scale
        for i in range(npix):
            low_x = nx / 2 - 0.5 + (i - npix / 2) * scale
            area = total = total_sigma = weights = 0.0
            for y in range(max(0, math.floor(low_y)), min(ny, math.ceil(low_y + scale) + 1)):
                height = min(low_y + scale, y + 0.5) - max(low_y, y - 0.5)
                for x in range(max(0, math.floor(low_x)), min(nx, math.ceil(low_x + scale) + 1)):
                    width = min(low_x + scale, x + 0.5) - max(low_x, x - 0.5)
                    if min(height, width) > 1e-9 and maps.good[y, x]:
                        area += height * width
                        weights += height * width * maps.weight[y, x]
                        total += height * width * maps.weight[y, x] * maps.value[y, x]
                        total_sigma += height * width * maps.weight[y, x] * maps.sigma[y, x]
            coverage[j, i] = area / scale**2
            if weights > 0 and coverage[j, i] > min_coverage - 1e-9:
                value[j, i] = total / weights
                sigma[j, i] = total_sigma / weights
    return Expected(value, sigma, coverage)


def _expect(name: str, read: ReadPlane, *, npix: int = NPIX, min_coverage: float = 0.5) -> Expected:
    average = _average(SPAXELS[name](read), npix, min_coverage)
    if not name.endswith("sigma"):
        return average
    root = np.sqrt(np.where(average.value > 0, average.value, math.nan))
    return Expected(root, average.sigma / (2 * root), average.coverage)


@pytest.mark.parametrize("name", SPAXELS)
def test_a_channel_is_what_its_definition_says(
    name: str, raw: RawMaps, read_plane: ReadPlane
) -> None:
    """Values agree with loops to 1e-5 of the peak or 1e-3 km/s, on real and synthetic files."""
    expected = _expect(name, read_plane)
    result = assemble(raw, Recipe(channels=(name,), npix=NPIX, scaling="none"))
    value = result.tensor[0].astype(np.float64)
    assert np.isfinite(value).sum() > 20
    np.testing.assert_array_equal(np.isfinite(value), np.isfinite(expected.value))
    kinematic = name.endswith(("vel", "sigma"))
    tolerance = 1e-3 if kinematic else 1e-5 * np.nanmax(np.abs(expected.value))
    np.testing.assert_allclose(value, expected.value, rtol=0, atol=tolerance)
    np.testing.assert_allclose(result.coverage[0], expected.coverage, atol=1e-6)
    np.testing.assert_allclose(result.ivar[0], expected.sigma**-2, rtol=1e-5)


@pytest.mark.parametrize("grid", ["field", "arcsec", "re"])
def test_the_flux_of_all_good_spaxels_is_conserved(
    grid: str, raw: RawMaps, read_plane: ReadPlane
) -> None:
    """Adding up surface brightness over the measured area gives the flux of the good spaxels."""
    # Pixels of 1 arcsec, or 0.2 R_e, 64 of them: more than the bundle.
    recipe = Recipe(
        channels=("ha_flux",),
        grid=grid,  # type: ignore[arg-type]
        pixel_scale={"field": None, "arcsec": 1.0, "re": 0.2}[grid],
        min_coverage=0,
        scaling="none",
    )
    result = assemble(raw, recipe, reff=4.0)
    spaxels = read_plane("EMLINE_GFLUX", HA)[_good(read_plane, "EMLINE_GFLUX", HA)]
    brightness, share = result.tensor[0].astype(np.float64), result.coverage[0]
    total = np.nansum(brightness * share) * result.grid.pixel_scale**2
    assert total == pytest.approx(spaxels.sum(), rel=1e-6)


def _on_spaxels(raw: RawMaps, channel: str, **fields: object) -> Array:
    """Return a channel on a grid whose pixels are the spaxels."""
    npix = max(raw["SPX_SKYCOO"].data.shape)
    recipe = Recipe(channels=(channel,), npix=npix, scaling="none", **fields)  # type: ignore[arg-type]
    value: Array = assemble(raw, recipe).tensor[0].astype(np.float64)
    return value


@pytest.mark.parametrize("limit", [0.0, 3.0, 12.5])
def test_min_snr_drops_exactly_the_faint_spaxels_from_kinematics(
    limit: float, raw: RawMaps, read_plane: ReadPlane
) -> None:
    """Flux times sqrt(ivar) below the limit drops velocity and dispersion, never flux."""
    flux, ivar = read_plane("EMLINE_GFLUX", HA), read_plane("EMLINE_GFLUX_IVAR", HA)
    good_flux = _good(read_plane, "EMLINE_GFLUX", HA)
    strong = good_flux & (flux * np.sqrt(np.maximum(ivar, 0)) >= limit) & (flux > 0)
    good_vel = strong & _good(read_plane, "EMLINE_GVEL", HA)
    square = read_plane("EMLINE_GSIGMA", HA) ** 2 - read_plane("EMLINE_INSTSIGMA", HA) ** 2
    good_sigma = strong & _good(read_plane, "EMLINE_GSIGMA", HA) & (square > 0)
    for channel, good in (("ha_flux", good_flux), ("ha_vel", good_vel), ("ha_sigma", good_sigma)):
        found = np.isfinite(_on_spaxels(raw, channel, min_snr=limit))
        np.testing.assert_array_equal(found, good, err_msg=channel)


@pytest.mark.parametrize(
    ("mask", "bits"),
    [
        ("donotuse", 2**30),
        ("marvin", 2**30 | 2**5 | 1),
        ("dap", 2**31 - 1),
        ("UNRELIABLE", 2**5),
        ("NOVALUE+FORESTAR", 2**4 | 2**3),
    ],
)
def test_a_mask_policy_drops_exactly_its_bits(
    mask: str, bits: int, raw: RawMaps, read_plane: ReadPlane
) -> None:
    """A spaxel has a value if none of the policy's bits is set and its variance is known."""
    for channel, extension, line in (
        ("ha_flux", "EMLINE_GFLUX", HA),
        ("d4000", "SPECINDEX", "D4000"),
    ):
        flags = read_plane(f"{extension}_MASK", line).astype(np.int64)
        good = ((flags & bits) == 0) & (read_plane(f"{extension}_IVAR", line) > 0)
        if channel == "d4000":
            good &= (read_plane("SPX_MFLUX_IVAR") > 0) & (read_plane("SPX_MFLUX") > 0)
        found = np.isfinite(_on_spaxels(raw, channel, mask=mask))
        np.testing.assert_array_equal(found, good, err_msg=channel)


@pytest.mark.parametrize("min_coverage", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_min_coverage_leaves_out_pixels_that_were_hardly_measured(
    min_coverage: float, raw: RawMaps, read_plane: ReadPlane
) -> None:
    """A pixel has a flux exactly where its stored coverage reaches the limit and is not 0."""
    recipe = Recipe(channels=("ha_flux",), npix=NPIX, min_coverage=min_coverage)
    result = assemble(raw, recipe)
    expected = _expect("ha_flux", read_plane, min_coverage=min_coverage)
    np.testing.assert_array_equal(np.isfinite(result.tensor[0]), np.isfinite(expected.value))
    share = result.coverage[0]
    np.testing.assert_array_equal(
        np.isfinite(result.tensor[0]), (share >= min_coverage) & (share > 0)
    )


def test_every_named_channel_can_be_made_of_every_file(raw: RawMaps) -> None:
    """All channels at once give the same numbers as each on its own."""
    together = assemble(raw, Recipe(channels=tuple(CHANNELS), npix=NPIX))
    for i, name in enumerate(CHANNELS):
        alone = assemble(raw, Recipe(channels=(name,), npix=NPIX))
        assert np.isfinite(alone.tensor).any(), name
        np.testing.assert_array_equal(together.tensor[i], alone.tensor[0], err_msg=name)
        np.testing.assert_array_equal(together.ivar[i], alone.ivar[0], err_msg=name)
