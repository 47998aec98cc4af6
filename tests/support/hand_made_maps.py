"""Planes of a galaxy made by hand, with known truth, to be measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.disks import Clump
from mangaxr.fits.cards import Cards
from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.maps.raw import RawExtension, RawMaps
from mangaxr.plateifu import PlateIFU
from mangaxr.quality.field import Field, field_of
from mangaxr.quality.measure import measure_quality
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.moments import model_moments

Array = npt.NDArray[np.float64]
Planes = dict[str, npt.NDArray[np.generic]]

LINE = "Ha-6564"
SPAXEL = 0.5
BAD = 1 << 30
MIN_SNR = 3.0

FACTS: Mapping[str, Any] = {
    "reff": 5.0, "pa": 40.0, "ellipticity": 0.4, "z": 0.03, "psf_fwhm_r": 2.5,
    "drp3qual": 0, "dapqual": 0,
}  # fmt: skip

_CUBES = {"SPX_SKYCOO": ("X", "Y"), "SPX_ELLCOO": ("Elliptical radius", "R/Re")}


def sky(size: int) -> tuple[Array, Array]:
    """Return the offsets East and North of a map with the object in its middle."""
    middle = (size - 1) / 2
    rows, columns = np.mgrid[:size, :size]
    return (middle - columns) * SPAXEL, (rows - middle) * SPAXEL


def draw_planes(size: int = 40, *, pa: float = 40.0, seed: int = 1, noise: float = 1.0) -> Planes:
    """Observe a disk with clumps through a round bundle with a masked patch."""
    galaxy = DiskGalaxy(
        plateifu=PlateIFU(8001, 3701), mangaid="99-1", ra=0.0, dec=0.0, redshift=0.03,
        inclination=53.13, pa=pa, v_max=180.0, r_turn=1.5, v_sys=12.0, r_eff=5.0,
        ha_peak=60.0, ew=20.0, psf_fwhm=2.5, clumps=(Clump(2.0, 1.0, 1.0, 2.0),),
    )  # fmt: skip
    middle = (size - 1) / 2
    seen = model_moments(galaxy, shape=(size, size), centre=(middle, middle))
    rng = np.random.default_rng(seed)
    x, y = sky(size)
    bundle = np.hypot(x, y) < 0.46 * size * SPAXEL
    flux = seen.flux * SPAXEL**2
    flux_error = 0.15 * np.sqrt(1.0 + flux) * noise
    velocity_error = np.clip(40.0 * flux_error / flux, 0.5, 200.0)
    bad = ~bundle | (np.hypot(x + 4.0, y - 3.0) < 1.2)
    radius, _ = galaxy.disk_coordinates(x, y)
    numbers = np.full((size, size), -1)
    numbers[~bad] = np.arange((~bad).sum())
    stars = numbers // 3  # bins of three spaxels, but for those that hold none
    stars[bad] = -1
    star_velocity = np.zeros((size, size))
    for number in range(stars.max() + 1):
        star_velocity[stars == number] = 0.85 * seen.velocity[stars == number].mean()
    planes: Planes = {
        "SPX_SKYCOO": np.stack([x, y]),
        "SPX_ELLCOO": np.stack([radius, radius / FACTS["reff"]]),
        "SPX_MFLUX_IVAR": np.where(bundle, 1.0, 0.0),
        "SPX_SNR": np.where(bundle, 5.0 * flux / flux.max(), 0.0),
        "BINID": np.stack([stars, stars, numbers, numbers, numbers]),
        "STELLAR_VEL": star_velocity,
        "STELLAR_VEL_IVAR": np.full((size, size), 0.04),
        "EMLINE_GFLUX": flux + flux_error * rng.standard_normal(flux.shape),
        "EMLINE_GFLUX_IVAR": flux_error**-2.0,
        "EMLINE_GVEL": seen.velocity + velocity_error * rng.standard_normal(flux.shape),
        "EMLINE_GVEL_IVAR": velocity_error**-2.0,
    }
    for name in ("STELLAR_VEL", "EMLINE_GFLUX", "EMLINE_GVEL"):
        planes[f"{name}_MASK"] = np.where(bad, BAD, 0)
        planes[name] = np.where(bad, 0.0, planes[name])
        planes[f"{name}_IVAR"] = np.where(bad, 0.0, planes[f"{name}_IVAR"])
    return planes


def as_planes(planes: Planes) -> MeasuredPlanes:
    """Lay planes out as the reader would."""
    extensions = {}
    for name, plane in planes.items():
        whole = plane.dtype.kind in "iu"
        data = plane.astype(">i4" if whole else ">f4")
        channels = _CUBES.get(name, (LINE,) if name.startswith("EMLINE") else ())
        data = data[np.newaxis] if name.startswith("EMLINE") else data
        extensions[name] = RawExtension(name, Cards(b""), data, channels)
    raw = RawMaps(Path("manga-8001-3701-MAPS-TEST.fits.gz"), Cards(b""), extensions, complete=True)
    return MeasuredPlanes(raw, BAD)


def measure(planes: Planes, **facts: Any) -> dict[str, float]:
    """Measure hand-made planes."""
    return measure_quality(as_planes(planes), {**FACTS, **facts}, min_snr=MIN_SNR)


def field(planes: Planes, **facts: Any) -> Field:
    """Return the maps that metrics see."""
    return field_of(as_planes(planes), {**FACTS, **facts}, min_snr=MIN_SNR)
