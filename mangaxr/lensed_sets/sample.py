"""One sample of a lensed set, from its number to its image; a pure function of store and config."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.errors import LensError
from mangaxr.lensed_sets.config import SetConfig
from mangaxr.lensed_sets.contract import CHANNELS, OF_SUBHALO
from mangaxr.lensed_sets.draw import Truth, draw, noise_seed
from mangaxr.lensed_sets.sources import open_galaxies
from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.noise import noisy_maps
from mangaxr.lensing.observe import observed_maps
from mangaxr.lensing.profiles.component import Component
from mangaxr.lensing.profiles.epl import EPL
from mangaxr.lensing.profiles.pjaffe import PJaffe
from mangaxr.lensing.profiles.shear import Shear
from mangaxr.lensing.profiles.sie import SIE
from mangaxr.lensing.psf import PSF
from mangaxr.lensing.scale import LensScale
from mangaxr.lensing.source_maps import SourceMaps
from mangaxr.lensing.trace import trace
from mangaxr.store.digest import arrays_digest

__all__ = ["LensedSample", "grid_of", "lens_of", "make_sample"]

_ATTEMPTS = 200
_LEAST = 1e-9
"""Share of the pixels that says that there is one."""

Maps = Mapping[str, npt.NDArray[Any]]


class LensedSample(NamedTuple):
    """A sample: its row of the set, and its image (channel, y, x)."""

    row: Mapping[str, Any]
    image: npt.NDArray[np.float32]


def make_sample(sample: int, *, store: str | os.PathLike[str], config: SetConfig) -> LensedSample:
    """Make one sample, whatever other samples there are.

    Parameters
    ----------
    sample
        Its number, from 0.
    store
        Path of the store that the galaxies are from.
    config
        Of the set.

    Raises
    ------
    LensError
        If too little is seen however often it is drawn anew, or a drawn number makes no sense.

    Examples
    --------
    >>> import mangaxr
    >>> from mangaxr.lensed_sets import load_config, make_sample
    >>> made = make_sample(3, store=mangaxr.synthetic.example_store(), config=load_config())
    >>> made.image.shape, made.row["subhalo"]
    ((8, 64, 64), True)
    """
    galaxies = open_galaxies(Path(store), usable=config["usable"])
    for attempt in range(_ATTEMPTS):
        truth = draw(config, sample, attempt)
        place = galaxies.at(truth.place)
        try:
            source = galaxies.source(place, kind=config["kind"], z=truth.values["z_source"])
            seen = _seen(truth, source, config, noise_seed(config, sample, attempt))
        except LensError as error:
            msg = f"sample {sample}, {galaxies.names[place]['galaxy']}: {error}"
            raise LensError(msg) from error
        if seen is not None:
            break
    else:
        msg = (
            f"sample {sample}: in {_ATTEMPTS} draws there was never a velocity in "
            f"{config['valid_min']:.0%} of the pixels: bring the sources nearer to the axis, make "
            f"pixels smaller, or lower valid_min"
        )
        raise LensError(msg)
    image = _channels(seen)
    row = {**galaxies.names[place], **_of_truth(truth)}
    row |= {
        "sample": sample,
        "attempt": attempt,
        "source_pixel_scale": source.pixel_scale,
        "source_psf_fwhm": source.psf_fwhm,
        "valid_fraction": float(seen["valid"].mean()),
        "image_sha256": arrays_digest(image),
    }
    return LensedSample(row, image)


def lens_of(truth: Truth) -> Lens:
    """Return the lens of a truth.

    Examples
    --------
    >>> from mangaxr.lensed_sets.config import load_config
    >>> [type(part).__name__ for part in lens_of(draw(load_config(), 1)).components]
    ['SIE', 'Shear', 'PJaffe']
    """
    values = truth.values
    theta_E, e1, e2, gamma = (values[name] for name in ("theta_E", "e1", "e2", "gamma"))
    main: Component = SIE(theta_E, e1, e2) if gamma == 2.0 else EPL(theta_E, gamma, e1, e2)
    parts = [main, Shear(values["g1"], values["g2"])]
    return Lens([*parts, _subhalo(values)] if truth.subhalo else parts)


def grid_of(config: SetConfig) -> ImageGrid:
    """Return the pixels of a set's images."""
    return ImageGrid(config["npix"], config["pixel_scale"], config["supersample"])


def _subhalo(values: Mapping[str, float]) -> PJaffe:
    angle = np.deg2rad(values["subhalo_angle"])
    away = values["subhalo_radius"] * values["theta_E"]
    return PJaffe.from_mass(
        values["subhalo_mass"],
        scale=_scale(values["z_lens"], values["z_source"]),
        theta_E=values["theta_E"],
        x=float(away * np.cos(angle)),
        y=float(away * np.sin(angle)),
    )


@lru_cache(maxsize=64)
def _scale(z_lens: float, z_source: float) -> LensScale:
    return LensScale(z_lens, z_source)


def _seen(truth: Truth, source: SourceMaps, config: SetConfig, seed: list[int]) -> Maps | None:
    """Return what the instrument sees; None if that is too little."""
    values = truth.values
    placed = dataclasses.replace(source, x=values["source_x"], y=values["source_y"])
    traced = trace(placed, lens_of(truth), grid_of(config))
    maps = observed_maps(traced, psf=PSF(values["psf_fwhm"]), coverage_min=config["coverage_min"])
    if maps["valid"].any() and values["snr"] > 0:
        instrument = {name: config[name] for name in ("lsf_sigma", "snr_min")}
        maps = noisy_maps(maps, snr=values["snr"], seed=seed, **instrument)
    return maps if maps["valid"].mean() >= max(config["valid_min"], _LEAST) else None


def _channels(seen: Maps) -> npt.NDArray[np.float32]:
    """Return the image; what there is no channel of, as of errors without noise, is NaN."""
    nothing = np.full_like(seen["flux"], np.nan)
    return np.stack([seen.get(row.name, nothing) for row in CHANNELS]).astype(np.float32)


def _of_truth(truth: Truth) -> dict[str, Any]:
    """Return the part of the row that was drawn; of a subhalo that is not there, nothing."""
    row: dict[str, Any] = {"debug": truth.debug, "subhalo": truth.subhalo, **truth.values}
    if not truth.subhalo:
        return row | dict.fromkeys(OF_SUBHALO)
    part = _subhalo(truth.values)
    named = {"x": part.x, "y": part.y, "theta_s": part.theta_s, "r_t": part.r_t}
    return row | {f"subhalo_{name}": value for name, value in named.items()}
