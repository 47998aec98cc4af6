"""Comparing a store with what went into the synthetic survey.

The velocity map of a store is fitted with the disk that made it, kinematic axis, amplitude
and systemic velocity free; the fluxes are added up. Everything is looked up in physical
units on the store's own grid, so the whole way from file to tensor and back is tested.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.optimize import minimize_scalar

from mangaxr.datamodel.noise import NOISE_CORRELATION
from mangaxr.errors import StoreError
from mangaxr.plateifu import PlateIFU
from mangaxr.store.physical import to_physical
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.moments import SPAXEL, Moments, model_moments
from mangaxr.synthetic.truth import read_truth, truth_path

__all__ = ["CHECKS", "Check", "Comparison", "compare_galaxy", "compare_store"]

Array = npt.NDArray[np.float64]

_SIGMAS = 4.0
"""Standard deviations that noise may be off by, where that is more than the tolerance."""

_SEARCH = 30.0
"""Degrees to each side of the velocity gradient in which the kinematic axis is looked for."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must come back, and how closely.

    ``relative`` tolerances are shares of the true value, others in its unit.
    """

    name: str
    unit: str
    tolerance: float
    relative: bool


CHECKS: tuple[Check, ...] = (
    Check("kinematic axis", "deg", 3.0, relative=False),
    Check("V_max sin i", "km/s", 0.05, relative=True),
    Check("V_sys", "km/s", 3.0, relative=False),
    Check("H-alpha flux", "1e-17 erg/s/cm2", 0.03, relative=True),
)
"""What `compare_store` looks at, in this order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One check of one galaxy: what it should be, what the store says, and its noise.

    ``error`` is one standard deviation of ``found``, in the unit of the check.
    """

    galaxy: str
    check: Check
    truth: float
    found: float
    error: float

    @property
    def difference(self) -> float:
        """Found minus true, in the unit of the tolerance (angles the short way round)."""
        off = self.found - self.truth
        if self.check.unit == "deg":
            off = (off + 180.0) % 360.0 - 180.0
        return off / self.truth if self.check.relative else off

    @property
    def agrees(self) -> bool:
        """Whether tolerance and noise explain the difference; False if it is NaN."""
        noise = self.error / self.truth if self.check.relative else self.error
        return abs(self.difference) <= max(self.check.tolerance, _SIGMAS * noise)


def compare_store(store: xr.Dataset, survey: str | Path) -> Iterator[Comparison]:
    """Compare every galaxy of a store with the truth of the survey it was built from.

    Parameters
    ----------
    store
        An open store with the channels ``ha_flux`` and ``ha_vel``.
    survey
        Root of the survey, which has a folder ``truth``.

    Yields
    ------
    Comparison
        One per galaxy and row of `CHECKS`; failed galaxies give NaN, which never agrees.

    Raises
    ------
    MissingFileError
        If the truth of a galaxy is not there.
    """
    for name in store["galaxy"].values:
        truth = read_truth(truth_path(survey, PlateIFU.parse(str(name)))).galaxy
        yield from compare_galaxy(store.sel(galaxy=name), truth)


def compare_galaxy(store: xr.Dataset, truth: DiskGalaxy) -> Iterator[Comparison]:
    """Compare one galaxy, selected from a store, with its truth.

    Raises
    ------
    StoreError
        If the store lacks one of the two channels.
    """
    missing = {"ha_flux", "ha_vel"} - set(store["channel"].values)
    if missing:
        msg = f"the store has no channel {sorted(missing)[0]}: build it with ha_flux,ha_vel"
        raise StoreError(msg)
    found = (*_kinematics(store, truth), _flux(store, truth))
    for check, (true, value, error) in zip(CHECKS, found, strict=True):
        yield Comparison(str(truth.plateifu), check, true, value, error)


def _flux(store: xr.Dataset, truth: DiskGalaxy) -> tuple[float, float, float]:
    """Return true and found H-alpha flux over the same pixels, and its error."""
    flux = to_physical(store).sel(channel="ha_flux").values
    share = store["coverage"].sel(channel="ha_flux").values * float(store["pixel_scale"]) ** 2
    variance = 1.0 / store["ivar"].sel(channel="ha_flux").values.astype(np.float64)
    good = np.isfinite(flux)
    if not good.any():
        return (np.nan, np.nan, np.nan)
    error = np.sqrt(np.nansum((share**2 * variance)[good]) * _shared(store))
    true = (_model(store, truth).flux * share)[good].sum()
    return float(true), float((flux * share)[good].sum()), float(error)


def _shared(store: xr.Dataset) -> float:
    """Return how many output pixels share one independent bit of noise.

    The noise of MaNGA's spaxels is correlated as exp(-d^2 / (2 * 1.92^2)) at a distance of
    d spaxels (Westfall et al. 2019, AJ 158, 231), whose sum is 2 pi 1.92^2 = 23 spaxels.
    """
    return 2 * np.pi * NOISE_CORRELATION**2 * (SPAXEL / float(store["pixel_scale"])) ** 2


def _model(store: xr.Dataset, galaxy: DiskGalaxy) -> Moments:
    """Evaluate a galaxy on the pixels of its tensor."""
    scale = float(store["pixel_scale"])
    rows, columns = store.sizes["y"], store.sizes["x"]
    centre = (
        (rows - 1) / 2 - float(store["center_sky_y"]) / scale,
        (columns - 1) / 2 + float(store["center_sky_x"]) / scale,
    )
    return model_moments(galaxy, shape=(rows, columns), pixel_scale=scale, centre=centre)


def _kinematics(store: xr.Dataset, truth: DiskGalaxy) -> list[tuple[float, float, float]]:
    """Fit axis (deg), projected amplitude and systemic velocity (km/s): true, found, error.

    Shape and inclination of the rotation curve are taken as known. The model is linear in
    the two velocities, so only the axis is searched for.
    """
    velocity = to_physical(store).sel(channel="ha_vel").values
    good = np.isfinite(velocity)
    true = (truth.pa % 360.0, truth.v_projected, truth.v_sys)
    if not good.any():
        return [(value, np.nan, np.nan) for value in true]
    ivar = store["ivar"].sel(channel="ha_vel").values[good].astype(np.float64)
    root = np.sqrt(np.where(np.isfinite(ivar), ivar, 0.0))
    observed = velocity[good] * root

    def design(axis: float) -> Array:
        turned = dataclasses.replace(truth, pa=axis, v_sys=0.0)
        rotation = _model(store, turned).velocity[good] / truth.v_projected
        return np.stack([rotation, np.ones_like(rotation)], axis=1) * root[:, np.newaxis]

    def misfit(axis: float) -> float:
        matrix = design(axis)
        solution = np.linalg.lstsq(matrix, observed, rcond=None)[0]
        return float(np.sum((matrix @ solution - observed) ** 2))

    start = _gradient_axis(store, velocity, good)
    bounds = (start - _SEARCH, start + _SEARCH)
    best = float(minimize_scalar(misfit, bounds=bounds, method="bounded").x)
    matrix = design(best)
    amplitude, systemic = np.linalg.lstsq(matrix, observed, rcond=None)[0]
    covariance = np.linalg.inv(matrix.T @ matrix) * _shared(store)
    errors = np.sqrt(np.diag(covariance))
    # Turning the axis by a small angle adds that share of the amplitude at right angles.
    turn = np.degrees(errors[0] / abs(amplitude))
    found = ((best % 360.0, turn), (amplitude, errors[0]), (systemic, errors[1]))
    return [(t, float(v), float(e)) for t, (v, e) in zip(true, found, strict=True)]


def _gradient_axis(store: xr.Dataset, velocity: Array, good: npt.NDArray[np.bool_]) -> float:
    """Return the direction in which velocity rises, deg from North through East."""
    x, y = np.meshgrid(store["x"].values, store["y"].values)
    design = np.stack([-x[good], y[good], np.ones(good.sum())], axis=1)
    east, north, _ = np.linalg.lstsq(design, velocity[good], rcond=None)[0]
    return float(np.degrees(np.arctan2(east, north)))
