"""A rotating disk galaxy whose every property is known: the truth behind a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangaxr.disks import CURVES, STEEPEST, Clump, Curve, clumpiness, in_disk
from mangaxr.errors import BadGalaxyError
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic.galaxy.line_ratios import LINE_RATIOS

__all__ = ["DiskGalaxy", "Light"]

Light = Literal["exponential", "sersic"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskGalaxy:
    """A disk galaxy, the bundle that observed it and what went wrong meanwhile.

    Parameters
    ----------
    plateifu, mangaid
        Names of the observation and of the galaxy.
    ra, dec
        Catalogue position, where the bundle points; deg, J2000.
    redshift
        Input redshift, the zero point of velocities.
    inclination
        0 is face-on, 90 edge-on; deg.
    pa
        Position angle of the receding side, N through E, 0 to 360; deg.
    v_max, r_turn, curve
        Rotation in the plane of the disk: its limit in km/s, the radius where it turns
        over in arcsec, and its shape (a key of `CURVES`).
    v_sys
        Velocity of the centre relative to `redshift`, km/s.
    r_eff, light, sersic_n
        Half-light semi-major axis of the stars in arcsec, and the profile;
        ``exponential`` is a Sersic profile of index 1.
    gas_extent
        Half-light radius of the gas over that of the stars.
    ha_peak
        Central surface brightness of H-alpha, 1e-17 erg/s/cm2/arcsec2.
    ew
        Central equivalent width of H-alpha in the rest frame, Angstrom.
    clumps
        Star-forming clumps on top of the smooth gas.
    line_ratios
        Flux of every line over that of H-alpha, by channel name. Lines that the fit ties
        follow their partner, whatever stands here.
    sigma_gas
        Intrinsic velocity dispersion of the gas, km/s.
    sigma_star_centre, sigma_star_outer, sigma_star_scale
        Dispersion of the stars, ``outer + (centre - outer) exp(-R / scale)``; km/s, arcsec.
    stellar_v_fraction
        Rotation of the stars over that of the gas (asymmetric drift).
    ebv
        Galactic reddening, mag; fluxes are those after its correction.
    psf_fwhm
        Width of the Gaussian PSF, arcsec.
    dx0, dy0
        Kinematic centre relative to the bundle's, arcsec to the East and North.
    drp3qual, dapqual
        Quality bits of the cube and of the analysis.
    star, dead_fibre
        Where a foreground star or a dead fibre masks spaxels, arcsec East and North of
        the bundle's centre; None for neither.

    Raises
    ------
    BadGalaxyError
        If the disk is nearer to edge-on than a thin one can be, if a size or a brightness
        is not positive, if a line has no ratio, or if a curve or profile does not exist.
    """

    plateifu: PlateIFU
    mangaid: str
    ra: float
    dec: float
    redshift: float
    inclination: float
    pa: float
    v_max: float
    r_turn: float
    curve: Curve = "tanh"
    v_sys: float = 0.0
    r_eff: float
    light: Light = "exponential"
    sersic_n: float = 1.0
    gas_extent: float = 1.2
    ha_peak: float
    ew: float
    clumps: tuple[Clump, ...] = ()
    line_ratios: Mapping[str, float] = field(default_factory=lambda: dict(LINE_RATIOS))
    sigma_gas: float = 25.0
    sigma_star_centre: float = 110.0
    sigma_star_outer: float = 45.0
    sigma_star_scale: float = 3.0
    stellar_v_fraction: float = 0.85
    ebv: float = 0.03
    psf_fwhm: float = 2.5
    dx0: float = 0.0
    dy0: float = 0.0
    drp3qual: int = 0
    dapqual: int = 0
    star: tuple[float, float] | None = None
    dead_fibre: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        positive = ("r_turn", "r_eff", "sersic_n", "gas_extent", "ha_peak", "ew")
        absent = [name for name in LINE_RATIOS if name not in self.line_ratios]
        faults = {
            f"inclination {self.inclination}, expected 0 to {STEEPEST:g} deg": not (
                0.0 <= self.inclination <= STEEPEST
            ),
            f"curve {self.curve!r}, expected {', '.join(CURVES)}": self.curve not in CURVES,
            f"light {self.light!r}, expected {', '.join(get_args(Light))}": (
                self.light not in get_args(Light)
            ),
            f"psf_fwhm {self.psf_fwhm}, expected 0 or more": not self.psf_fwhm >= 0.0,
            f"no line_ratios for {', '.join(absent)}": bool(absent),
        } | {
            f"{name} {getattr(self, name)}, expected more than 0": not getattr(self, name) > 0.0
            for name in positive
        }
        found = [fault for fault, holds in faults.items() if holds]
        if found:
            msg = f"galaxy {self.plateifu}: {'; '.join(found)}"
            raise BadGalaxyError(msg)

    @property
    def ellipticity(self) -> float:
        """Ellipticity 1 - b/a of the thin disk's isophotes."""
        return 1.0 - float(np.cos(np.deg2rad(self.inclination)))

    @property
    def v_projected(self) -> float:
        """Amplitude of the line-of-sight rotation, V_max sin(i), km/s."""
        return self.v_max * float(np.sin(np.deg2rad(self.inclination)))

    def disk_coordinates(self, sky_x: ArrayLike, sky_y: ArrayLike) -> tuple[Array, Array]:
        """Project sky offsets into the plane of the disk.

        Parameters
        ----------
        sky_x, sky_y
            Offsets from the centre of the bundle, arcsec to the East and North.

        Returns
        -------
        radius, cos_theta
            Radius in the disk in arcsec; cosine of the azimuth from the receding
            semi-major axis (0 at the centre, where it has no value).
        """
        east, north = self._from_centre(sky_x, sky_y)
        return in_disk(east, north, pa=self.pa, inclination=self.inclination)

    def _from_centre(self, sky_x: ArrayLike, sky_y: ArrayLike) -> tuple[Array, Array]:
        """Return offsets from the kinematic centre, arcsec to the East and North."""
        east = np.asarray(sky_x, np.float64) - self.dx0
        north = np.asarray(sky_y, np.float64) - self.dy0
        return east, north

    def _profile(self, radius: Array, r_eff: float) -> Array:
        """Sersic profile relative to its centre; b_n by Ciotti & Bertin (1999, A&A 352, 447)."""
        n = 1.0 if self.light == "exponential" else self.sersic_n
        b_n = 2.0 * n - 1.0 / 3.0 + 4.0 / (405.0 * n)
        result: Array = np.exp(-b_n * (radius / r_eff) ** (1.0 / n))
        return result

    def gas_flux(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the surface brightness of H-alpha, 1e-17 erg/s/cm2/arcsec2, without PSF."""
        radius, _ = self.disk_coordinates(sky_x, sky_y)
        flux = self.ha_peak * self._profile(radius, self.r_eff * self.gas_extent)
        return flux * clumpiness(self.clumps, *self._from_centre(sky_x, sky_y))

    def continuum(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the continuum at H-alpha, 1e-17 erg/s/cm2/Angstrom/arcsec2, without PSF."""
        radius, _ = self.disk_coordinates(sky_x, sky_y)
        # The observed equivalent width is (1 + z) times that of the rest frame.
        peak = self.ha_peak / (self.ew * (1.0 + self.redshift))
        return peak * self._profile(radius, self.r_eff)

    def rotation(self, radius: ArrayLike) -> Array:
        """Evaluate the rotation curve of the gas in the plane of the disk, km/s."""
        shape = CURVES[self.curve](np.asarray(radius, np.float64) / self.r_turn)
        result: Array = self.v_max * shape
        return result

    def velocity(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the gas's line-of-sight velocity relative to `redshift`, km/s, without PSF."""
        radius, cos_theta = self.disk_coordinates(sky_x, sky_y)
        sin_i = np.sin(np.deg2rad(self.inclination))
        result: Array = self.v_sys + self.rotation(radius) * sin_i * cos_theta
        return result

    def stellar_velocity(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the stars' line-of-sight velocity relative to `redshift`, km/s, without PSF."""
        rotation = self.velocity(sky_x, sky_y) - self.v_sys
        return self.v_sys + self.stellar_v_fraction * rotation

    def gas_sigma(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the gas's velocity dispersion, km/s, without instrument and PSF."""
        shape = np.broadcast_shapes(np.shape(sky_x), np.shape(sky_y))
        return np.full(shape, self.sigma_gas)

    def stellar_sigma(self, sky_x: ArrayLike, sky_y: ArrayLike) -> Array:
        """Evaluate the stars' velocity dispersion, km/s, without instrument and PSF."""
        radius, _ = self.disk_coordinates(sky_x, sky_y)
        excess = self.sigma_star_centre - self.sigma_star_outer
        result: Array = self.sigma_star_outer + excess * np.exp(-radius / self.sigma_star_scale)
        return result
