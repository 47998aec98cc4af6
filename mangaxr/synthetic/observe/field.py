"""One observation: where the spaxels are, what light they got, with what noise.

A `Field` holds what all measurements of a file share, so that each of them is a function
of the field and a random generator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from mangaxr.datamodel.extensions import Layout
from mangaxr.datamodel.maskbits import DAPPIXMASK
from mangaxr.disks import FWHM_PER_SIGMA
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.moments import SPAXEL, Moments, model_moments, sky_grid
from mangaxr.synthetic.observe.binning import BIN_STEPS, Binning, Bins, spaxel_bins, voronoi_bins
from mangaxr.synthetic.observe.coordinates import elliptical_coordinates, sky_offsets
from mangaxr.synthetic.observe.footprint import bundle_of, depth, hexagon_distance, map_size
from mangaxr.synthetic.observe.noise import correlated, sky_noise

__all__ = ["BITS", "Field", "colour", "observe"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

BITS = {bit.name: bit.value for bit in DAPPIXMASK}
"""Bits of a pixel mask by name."""

SPAXEL_AREA = SPAXEL**2
G_BAND = 4640.0  # Angstrom, observed

_RAGGED = 0.3  # arcsec by which the dithers' edge strays from the hexagon
_STAR_RADIUS, _STAR_PEAK = 2.5, 2.0
_DEAD_RADIUS = 1.2

_COLOUR_WAVE = np.array([3500.0, 3950.0, 4050.0, 4600.0, 5500.0, 6564.0, 8000.0, 10000.0])
_COLOUR = np.array([0.55, 0.62, 0.85, 1.0, 1.03, 1.0, 0.92, 0.8])


def colour(wave: ArrayLike) -> Array:
    """Return the stellar continuum at rest wavelengths (Angstrom) relative to H-alpha's."""
    result: Array = np.interp(np.asarray(wave, np.float64), _COLOUR_WAVE, _COLOUR)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one bundle saw of one galaxy. Maps are (y, x) float64 unless said.

    Parameters
    ----------
    galaxy, layout, binning
        The truth, and the file's layout and binning.
    sky_x, sky_y, radius, azimuth
        Coordinates of the spaxels: arcsec, arcsec, arcsec, deg.
    gas, stars
        Noiseless moments; fluxes per spaxel, that of the stars at H-alpha.
    mflux, noise, snr
        Measured g-band flux density per spaxel, its error, their quotient.
    seen, deep, star, dead
        Boolean: any exposure; enough of it; lost to a star; lost to a dead fibre.
    steps
        Bins of BINID's five steps.
    """

    galaxy: DiskGalaxy
    layout: Layout
    binning: Binning
    sky_x: Array
    sky_y: Array
    radius: Array
    azimuth: Array
    gas: Moments
    stars: Moments
    mflux: Array
    noise: Array
    snr: Array
    seen: Flags
    deep: Flags
    star: Flags
    dead: Flags
    steps: tuple[Bins, ...]

    @property
    def size(self) -> int:
        """Side of the maps in spaxels."""
        return len(self.seen)

    def mask(self, step: int) -> NDArray[np.int32]:
        """Return the mask that an analysis step starts from, int32 (y, x).

        DR17 calls whatever a step left out NOVALUE; DR15 keeps the cube's own reasons.
        """
        unused, novalue, donotuse = BITS["NOVALUE"], BITS["NOVALUE"], BITS["DONOTUSE"]
        reasons = np.full(self.seen.shape, unused | donotuse, np.int32)
        if self.layout == "DR15":
            reasons[self.dead] = BITS["DEADFIBER"] | novalue | donotuse
            reasons[~self.deep] = BITS["LOWCOV"] | donotuse
            reasons[~self.seen] = BITS["NOCOV"] | BITS["LOWCOV"] | donotuse
        reasons[self.star] |= BITS["FORESTAR"]
        reasons[self.steps[step].inside] = 0
        return reasons

    def gas_in(self, bins: Bins) -> tuple[Array, Array, Array]:
        """Average the gas over bins: H-alpha flux per spaxel, velocity, dispersion."""
        return _average(self.gas, bins)

    def stars_in(self, bins: Bins) -> tuple[Array, Array, Array]:
        """Average the stars over bins: flux density per spaxel, velocity, dispersion."""
        return _average(self.stars, bins)


def _average(maps: Moments, bins: Bins) -> tuple[Array, Array, Array]:
    flux, velocity, sigma = maps
    mean = bins.mean(velocity, flux)
    square = bins.mean(velocity**2 + sigma**2, flux)
    return bins.mean(flux), mean, np.sqrt(np.maximum(square - mean**2, 0.0))


def observe(galaxy: DiskGalaxy, *, layout: Layout, binning: Binning, rng: Generator) -> Field:
    """Point a bundle at a galaxy: coordinates, noiseless light, noise, bins.

    Raises
    ------
    UnknownNameError
        If the galaxy's IFU design is not one of a science bundle.
    """
    size = map_size(galaxy.plateifu)
    pointing = (galaxy.ra, galaxy.dec)
    sky_x, sky_y = sky_offsets(size, pointing, target=pointing)
    radius, azimuth = elliptical_coordinates(
        sky_x, sky_y, pa=galaxy.pa % 180.0, ellipticity=galaxy.ellipticity
    )
    gas, stars = (
        _per_spaxel(model_moments(galaxy, shape=(size, size), tracer=tracer))
        for tracer in ("gas", "stars")
    )
    grid = sky_grid((size, size), pixel_scale=SPAXEL, centre=(size // 2, size // 2))
    edge, spread = correlated(rng, 2, size).astype(np.float64)
    distance = hexagon_distance(*grid, bundle_of(galaxy.plateifu).diameter) + _RAGGED * edge
    exposure = depth(distance)
    truth = stars.flux * float(colour(G_BAND / (1.0 + galaxy.redshift)))
    seen = exposure > 0
    star = _disc(grid, galaxy.star, _STAR_RADIUS) & seen
    light = truth + _star_light(galaxy, grid, float(truth.max()))
    noise = sky_noise(exposure, light)
    mflux = np.where(seen, light + noise * spread, 0.0)
    snr = np.divide(mflux, noise, out=np.zeros_like(mflux), where=seen)
    deep, dead = seen & (distance > 0), _disc(grid, galaxy.dead_fibre, _DEAD_RADIUS) & seen
    return Field(
        galaxy=galaxy,
        layout=layout,
        binning=binning,
        sky_x=sky_x,
        sky_y=sky_y,
        radius=radius,
        azimuth=azimuth,
        gas=gas,
        stars=stars,
        mflux=mflux,
        noise=noise,
        snr=snr,
        seen=seen,
        deep=deep,
        star=star,
        dead=dead,
        steps=_bin(deep & ~star & ~dead, snr, binning, layout),
    )


def _per_spaxel(moments: Moments) -> Moments:
    return moments._replace(flux=moments.flux * SPAXEL_AREA)


def _disc(grid: tuple[Array, Array], place: tuple[float, float] | None, radius: float) -> Flags:
    if place is None:
        return np.zeros(grid[0].shape, bool)
    inside: Flags = np.hypot(grid[0] - place[0], grid[1] - place[1]) < radius
    return inside


def _star_light(galaxy: DiskGalaxy, grid: tuple[Array, Array], peak: float) -> Array:
    if galaxy.star is None:
        return np.zeros(grid[0].shape)
    distance = np.hypot(grid[0] - galaxy.star[0], grid[1] - galaxy.star[1])
    width = max(galaxy.psf_fwhm, SPAXEL) / FWHM_PER_SIGMA
    result: Array = _STAR_PEAK * peak * np.exp(-0.5 * (distance / width) ** 2)
    return result


def _bin(usable: Flags, snr: Array, binning: Binning, layout: Layout) -> tuple[Bins, ...]:
    """Bin the spaxels of BINID's five steps.

    SPX leaves out what has no positive signal; the stars and VOR10 need a S/N of 1. So do
    the fitted lines of SPX, whose fit starts from the stars'; HYB10 takes those of the
    nearest bin, and DR17 then fits every spaxel.
    """
    bright = usable & (snr >= 1.0)
    if binning == "SPX":
        every = spaxel_bins(usable & (snr > 0))
        fitted = Bins.from_ids(np.where(bright, every.ids, np.int32(-1)))
        return (every, fitted, every, fitted, every)
    voronoi = voronoi_bins(bright, snr)
    running = spaxel_bins(usable if layout == "DR17" else bright)
    return tuple(voronoi if shared else running for shared in BIN_STEPS[binning])
