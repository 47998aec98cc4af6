"""One galaxy of a store behind a lens, from the store to the image."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mangaxr.errors import LensError
from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.named import written
from mangaxr.lensing.noise import add_noise
from mangaxr.lensing.observe import observe
from mangaxr.lensing.psf import PSF
from mangaxr.lensing.scale import LensScale
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.lensing.template import from_store
from mangaxr.lensing.trace import trace
from mangaxr.plateifu import PlateIFU

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LensedGalaxy", "lens_galaxy", "write_image"]


class LensedGalaxy(NamedTuple):
    """A galaxy without its lens and behind it.

    Parameters
    ----------
    source
        Its maps in the source plane.
    unlensed, lensed
        What the same instrument sees of it; noise is in the latter alone.
    """

    source: SourceMaps
    unlensed: xr.Dataset
    lensed: xr.Dataset


def lens_galaxy(
    store: xr.Dataset,
    galaxy: str | PlateIFU,
    lens: Lens,
    *,
    scale: LensScale,
    grid: ImageGrid | None = None,
    psf: PSF | None = None,
    x: float = 0.0,
    y: float = 0.0,
    coverage_min: float = 0.5,
    snr: float | None = None,
    seed: int = 1,
) -> LensedGalaxy:
    """Put a galaxy of a store behind a lens.

    Parameters
    ----------
    store
        An open store; only this galaxy is read.
    galaxy
        Its plateifu.
    lens
        One lens.
    scale
        Redshifts of lens and source.
    grid
        Of the image; 64 pixels of 0.06 arcsec by default.
    psf
        Of the instrument; Gaussian, 0.12 arcsec wide, by default.
    x, y
        Where the galaxy is in the source plane, arcsec.
    coverage_min
        See `observe`.
    snr, seed
        See `add_noise`; without ``snr`` there is none.

    Returns
    -------
    LensedGalaxy
        Attributes of ``lensed`` say how it was made.

    Raises
    ------
    UnknownNameError
        If the store has no such galaxy.
    LensError
        If the galaxy failed, its redshift is not known, or nothing of it is seen.

    Examples
    --------
    >>> import mangaxr
    >>> from mangaxr.lensing import SIS, Lens, LensScale, lens_galaxy
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> found = lens_galaxy(st, st.galaxy.values[0], Lens([SIS(1.0)]), scale=LensScale(0.5, 1.5))
    >>> found.lensed.attrs["lens"]
    ['sis:theta_E=1.0,x=0.0,y=0.0']
    """
    grid, psf = grid or ImageGrid(), psf or PSF(0.12)
    source = from_store(store, galaxy, z_source=scale.z_source, cosmology=scale.cosmology)
    source = dataclasses.replace(source, x=x, y=y)
    unlensed, lensed = (
        observe(trace(source, one, grid), psf=psf, coverage_min=coverage_min)
        for one in (Lens(), lens)
    )
    if not bool(lensed.valid.any()):
        msg = (
            f"galaxy {galaxy}: nothing of it is seen behind this lens: bring it nearer to the "
            f"axis, or make the image larger"
        )
        raise LensError(msg)
    if snr is not None:
        lensed = add_noise(lensed, snr=snr, seed=seed)
        lensed.attrs["seed"] = seed
    lensed.attrs |= {
        "galaxy": str(galaxy),
        "lens": [written(component) for component in lens.components],
        "z_lens": scale.z_lens,
        "z_source": scale.z_source,
        "source_x": x,
        "source_y": y,
        "supersample": grid.supersample,
        "store_content_sha256": str(store.attrs.get("content_sha256", "")),
    }
    return LensedGalaxy(source, unlensed, lensed)


def write_image(image: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write an image as netCDF; the file appears under its name only once it is whole."""
    final = Path(path)
    partial = final.with_name(f".{final.name}.{os.getpid()}.partial")
    try:
        image.to_netcdf(partial)
        partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)
