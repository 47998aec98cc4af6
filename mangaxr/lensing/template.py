"""Galaxies of a store as sources: taken back to physical units, and further away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mangaxr.errors import LensError, UnknownNameError
from mangaxr.lensing.scale import kpc_per_arcsec
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.plateifu import PlateIFU
from mangaxr.store.contract import STATUS
from mangaxr.store.galaxies import galaxy_positions, skipped_galaxies
from mangaxr.store.physical import physical_maps

if TYPE_CHECKING:
    from astropy.cosmology import FLRW

__all__ = ["from_store", "moved_away", "where_it_is"]


def from_store(
    store: xr.Dataset,
    galaxy: str | PlateIFU,
    *,
    z_source: float,
    flux: str = "ha_flux",
    velocity: str = "ha_vel",
    sigma: str | float = 30.0,
    cosmology: FLRW | None = None,
) -> SourceMaps:
    """Put a galaxy of a store at another redshift.

    Sizes change with the angular diameter distance, surface brightness with (1 + z)^-4; velocities
    stay as they are, relative to the galaxy's own redshift.

    Parameters
    ----------
    store
        An open store; only this galaxy is read.
    galaxy
        Its plateifu.
    z_source
        Where it is put.
    flux, velocity
        Channels.
    sigma
        Channel of the velocity dispersion, or one number for all, km/s. Where the channel has
        no value and the others do (the line is no wider than the instrument's), it is 0.
    cosmology
        Of astropy; flat with H0 = 70 km/s/Mpc and Omega_m = 0.3 by default.

    Returns
    -------
    SourceMaps
        Measured where flux and velocity are. Pixels and PSF are those of the survey, seen from
        further away: 0.18 arcsec FWHM for a galaxy from 0.03 at 1.5. Sharper structure is not in
        it, so that what a lens does to it is a lower limit.

    Raises
    ------
    UnknownNameError
        If the store has no such galaxy, or lacks a channel.
    LensError
        If the galaxy failed, or its redshift is not known.

    Examples
    --------
    >>> import mangaxr
    >>> from mangaxr.lensing import from_store
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> source = from_store(st, str(st.galaxy.values[0]), z_source=1.5)
    >>> source.flux.shape, 0.01 < source.pixel_scale < 0.1
    ((64, 64), True)
    """
    here, z = where_it_is(store, galaxy, flux=flux, velocity=velocity, sigma=sigma)
    return moved_away(here, z, z_source, cosmology)


def where_it_is(
    store: xr.Dataset,
    galaxy: str | PlateIFU,
    *,
    flux: str = "ha_flux",
    velocity: str = "ha_vel",
    sigma: str | float = 30.0,
) -> tuple[SourceMaps, float]:
    """Return a galaxy of a store as the survey saw it, and its redshift; see `from_store`.

    Raises
    ------
    UnknownNameError, LensError
        As `from_store`.
    """
    at = _place(store, galaxy)
    z = float(store.z.values[at])
    if not z > 0:
        msg = f"galaxy {store.galaxy.values[at]}: its redshift is {z}: how large it is is not known"
        raise LensError(msg)
    channels = _channels(store, [flux, velocity, *([sigma] if isinstance(sigma, str) else [])])
    light, motion, *measured = physical_maps(store, at, channels)
    spread = measured[0] if measured else np.full_like(light, sigma)
    psf = float(store.psf_fwhm.values[at]) if "psf_fwhm" in store.variables else float("nan")
    source = SourceMaps(
        light,
        motion,
        np.nan_to_num(spread, nan=0.0),
        np.isfinite(light) & np.isfinite(motion),
        pixel_scale=float(store.pixel_scale.values[at]),
        psf_fwhm=psf if np.isfinite(psf) else 0.0,
        flux_units=str(store.channel_units.values[channels[0]]),
    )
    return source, z


def moved_away(
    source: SourceMaps, z: float, z_source: float, cosmology: FLRW | None = None
) -> SourceMaps:
    """Put a source that is at one redshift at another.

    Raises
    ------
    LensError
        If a redshift is not positive.

    Examples
    --------
    >>> from mangaxr.lensing import rotating_disk
    >>> source = rotating_disk(r_scale=3.0, v_max=150, inclination=60, pa=30)
    >>> away = moved_away(source, 0.03, 1.5)
    >>> round(source.pixel_scale / away.pixel_scale, 1)
    14.1
    """
    nearer = kpc_per_arcsec(z, cosmology) / kpc_per_arcsec(z_source, cosmology)
    return replace(
        source,
        flux=source.flux * ((1.0 + z) / (1.0 + z_source)) ** 4,
        pixel_scale=source.pixel_scale * nearer,
        psf_fwhm=source.psf_fwhm * nearer,
        x=source.x * nearer,
        y=source.y * nearer,
    )


def _place(store: xr.Dataset, galaxy: str | PlateIFU) -> int:
    ((name, place),) = galaxy_positions(store, [galaxy]).items()
    if store.status.values[place] != STATUS["done"]:
        msg = f"galaxy {name} has no maps to lens: {skipped_galaxies(store)[name]}"
        raise LensError(msg)
    return place


def _channels(store: xr.Dataset, names: list[str]) -> list[int]:
    """Return the places of channels."""
    known = store.channel.values.tolist()
    for name in names:
        if name not in known:
            msg = f"no channel {name!r} in the store: it has {', '.join(known)}"
            raise UnknownNameError(msg)
    return [known.index(name) for name in names]
