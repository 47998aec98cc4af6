"""A store of noisy disks that are all alike in units of R_e, seen from all sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic import DiskGalaxy
from mangaxr.synthetic.galaxy.moments import sky_grid

Array = npt.NDArray[np.float64]

PEAK = 10.0  # 1e-17 erg/s/cm2/arcsec2
V_MAX = 200.0  # km/s
R_TURN = 0.4  # R_e
NPIX = 64
PIXEL = 0.5  # arcsec


class NoisyDisks(NamedTuple):
    """The store, and the galaxies in it."""

    store: xr.Dataset
    galaxies: list[DiskGalaxy]


def flux(radius: Array) -> Array:
    """Return the surface brightness of the disks; half of the gas is within 1.2 R_e."""
    b_1 = 2.0 - 1.0 / 3.0 + 4.0 / 405.0
    return PEAK * np.exp(-b_1 * radius / 1.2)


def rotation(radius: Array) -> Array:
    """Return the rotation of the disks in their planes."""
    return V_MAX * np.tanh(radius / R_TURN)


def draw_disks(number: int, *, seed: int = 0) -> NoisyDisks:
    """Return a store-like Dataset of disks with noise, holes and a round field of view.

    Values are those at the pixels' centres: there is no beam. Fluxes have a standard
    deviation of 0.2 to 0.6, velocities one of some 10 km/s that grows outwards.
    """
    random = np.random.default_rng(seed)
    galaxies = [_draw(random, i) for i in range(number)]
    sky_x, sky_y = sky_grid((NPIX, NPIX), pixel_scale=PIXEL, centre=((NPIX - 1) / 2,) * 2)
    tensor = np.empty((number, 2, NPIX, NPIX), dtype=np.float32)
    ivar = np.empty_like(tensor)
    for i, galaxy in enumerate(galaxies):
        flux = galaxy.gas_flux(sky_x, sky_y)
        sigma_flux = np.full_like(flux, random.uniform(0.2, 0.6))
        sigma_velocity = random.uniform(3.0, 6.0) * np.sqrt(PEAK / flux)
        for j, (value, sigma) in enumerate(
            ((flux, sigma_flux), (galaxy.velocity(sky_x, sky_y), sigma_velocity))
        ):
            tensor[i, j] = random.normal(value, sigma)
            ivar[i, j] = sigma**-2
        tensor[i, :, _unseen(random, sky_x, sky_y)] = np.nan
    ivar[np.isnan(tensor)] = np.nan
    return NoisyDisks(_dataset(galaxies, tensor, ivar), galaxies)


def _draw(random: np.random.Generator, number: int) -> DiskGalaxy:
    r_eff = random.uniform(4.0, 8.0)
    return DiskGalaxy(
        plateifu=PlateIFU(8000 + number // 50, 12701 + number % 50),
        mangaid=f"1-{number}",
        ra=0.0,
        dec=0.0,
        redshift=0.03,
        inclination=random.uniform(30.0, 65.0),
        pa=random.uniform(0.0, 360.0),
        v_max=V_MAX,
        r_turn=R_TURN * r_eff,
        v_sys=random.normal(0.0, 30.0),
        r_eff=r_eff,
        ha_peak=PEAK,
        ew=30.0,
        dx0=random.uniform(-0.7, 0.7),
        dy0=random.uniform(-0.7, 0.7),
    )


def _unseen(random: np.random.Generator, x: Array, y: Array) -> npt.NDArray[np.bool_]:
    """Return the pixels outside the bundle, under a star, or lost here and there."""
    star = random.uniform(-12.0, 12.0, 2)
    outside = np.hypot(x, y) > 15.5
    return outside | (np.hypot(x - star[0], y - star[1]) < 2.0) | (random.random(x.shape) < 0.05)


def _dataset(galaxies: list[DiskGalaxy], tensor: Array, ivar: Array) -> xr.Dataset:
    number = len(galaxies)
    offsets = np.arange(NPIX) - (NPIX - 1) / 2
    dims = ("galaxy", "channel", "y", "x")
    columns = {
        "status": [1] * number,
        "reff": [g.r_eff for g in galaxies],
        "pa": [g.pa % 180.0 for g in galaxies],
        "ellipticity": [g.ellipticity for g in galaxies],
        "pixel_scale": [PIXEL] * number,
        "center_sky_x": [-g.dx0 for g in galaxies],
        "center_sky_y": [-g.dy0 for g in galaxies],
        "kinematic_pa": [g.pa for g in galaxies],
        "systemic_velocity": [g.v_sys for g in galaxies],
    }
    store = xr.Dataset(
        {
            "tensor": (dims, tensor, {"units": "1", "scaling_function": "identity"}),
            "ivar": (dims, ivar),
            "coverage": (dims, np.isfinite(tensor).astype(np.float32)),
            "scaling_offset": (dims[:2], np.zeros((number, 2))),
            "scaling_scale": (dims[:2], np.ones((number, 2))),
        },
        coords={
            "galaxy": [str(g.plateifu) for g in galaxies],
            **{name: ("galaxy", np.asarray(values)) for name, values in columns.items()},
            "channel": ["ha_flux", "ha_vel"],
            "channel_units": ("channel", ["1e-17 erg / (s cm2 arcsec2)", "km / s"]),
            "channel_quantity": ("channel", ["surface_brightness", "velocity"]),
            "y": offsets,
            "x": offsets,
        },
    )
    large = store[["tensor", "ivar", "coverage"]].chunk({"galaxy": 64, "channel": 1})
    return store.assign({name: array.variable for name, array in large.data_vars.items()})
