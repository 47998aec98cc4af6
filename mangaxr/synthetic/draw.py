"""Galaxies drawn at random, and the names they are observed under."""

from __future__ import annotations

from itertools import count, islice

import numpy as np
from numpy.random import Generator

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL
from mangaxr.disks import CURVES, Clump, Curve
from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.line_ratios import FLUX_TIES, LINE_RATIOS
from mangaxr.synthetic.observe.footprint import BUNDLES, bundle_of

__all__ = ["FIRST_PLATE", "draw_galaxy", "name_galaxies"]

FIRST_PLATE = 8001

_DAP = {bit.name: bit.value for bit in DAPQUAL}
_DRP = {bit.name: bit.value for bit in DRP3QUAL}
# Share of cubes by DRP3QUAL; the others are clean.
_FLAWS = ((0.03, "CRITICAL"), (0.05, "BADDEPTH"), (0.05, "HIGHSCAT"), (0.03, "UNUSUAL"))
_STAR_SHARE, _DEAD_SHARE = 0.15, 0.15
_DUST_SLOPE = 1.3  # of the attenuation with wavelength (Charlot & Fall 2000 and others)


def name_galaxies(number: int, fibres: tuple[int, ...] | None = None) -> tuple[PlateIFU, ...]:
    """Name observations plate by plate, all bundle sizes in turn.

    Parameters
    ----------
    number
        How many.
    fibres
        Bundle sizes to use; all five, two to five of each per plate, if None.

    Raises
    ------
    UnknownNameError
        If there is no such bundle, or if the number is not positive.

    Examples
    --------
    >>> [str(name) for name in name_galaxies(6)]
    ['8001-12701', '8001-9101', '8001-6101', '8001-3701', '8001-1901', '8001-12702']
    """
    wanted = tuple(BUNDLES) if fibres is None else tuple(fibres)
    unknown = [size for size in wanted if size not in BUNDLES]
    if unknown or not wanted or number < 1:
        known = ", ".join(str(size) for size in BUNDLES)
        msg = (
            f"cannot name {number} galaxies in bundles of {wanted} fibres: "
            f"expected a number of 1 or more, and sizes among {known}"
        )
        raise UnknownNameError(msg)
    bundles = [row for size, row in sorted(BUNDLES.items(), reverse=True) if size in wanted]
    most = max(row.designs for row in bundles)
    plate = [
        row.fibres * 100 + k for k in range(1, most + 1) for row in bundles if k <= row.designs
    ]
    names = (PlateIFU(n, design) for n in count(FIRST_PLATE) for design in plate)
    return tuple(islice(names, number))


def draw_galaxy(plateifu: PlateIFU | str, seed: int = 1) -> DiskGalaxy:
    """Draw a plausible disk galaxy; the same name and seed always give the same one.

    Its half-light radius is such that the bundle covers 1.5 to 2.5 of them, as MaNGA's
    Primary and Secondary samples do.

    Raises
    ------
    UnknownNameError
        If the IFU design is not one of a science bundle.

    Examples
    --------
    >>> galaxy = draw_galaxy("8001-12701")
    >>> 10 < galaxy.inclination < 82 and galaxy.plateifu.fibres == 127
    True
    """
    name = PlateIFU.parse(plateifu)
    reach = bundle_of(name).diameter / 2.0
    rng = np.random.default_rng((seed, name.plate, name.ifu))
    r_eff = reach / rng.uniform(1.5, 2.5)
    ew = float(np.exp(rng.uniform(np.log(8.0), np.log(40.0))))
    redshift = float(rng.uniform(0.02, 0.05))
    continuum = float(np.exp(rng.uniform(np.log(2.5), np.log(10.0))))  # per arcsec2
    inclined = rng.random() < 0.85
    drp, dap = _quality(rng)
    star = _place(rng, _STAR_SHARE, reach)
    bundle_number = tuple(BUNDLES).index(name.fibres)
    return DiskGalaxy(
        plateifu=name,
        # Catalogue 99 does not exist in the survey: a synthetic galaxy cannot be mistaken.
        mangaid=f"99-{name.plate}{bundle_number}{name.ifu % 100:02d}",
        ra=float(rng.uniform(110.0, 260.0)),
        dec=float(rng.uniform(0.0, 55.0)),
        redshift=redshift,
        inclination=float(rng.uniform(25.0, 75.0) if inclined else rng.uniform(12.0, 80.0)),
        pa=float(rng.uniform(0.0, 360.0)),
        v_max=float(rng.uniform(110.0, 260.0)),
        r_turn=float(r_eff * rng.uniform(0.2, 0.4)),
        curve=_choose_curve(rng),
        v_sys=float(rng.normal(0.0, 25.0)),
        r_eff=r_eff,
        light="exponential" if rng.random() < 0.7 else "sersic",
        sersic_n=float(rng.uniform(0.8, 1.8)),
        gas_extent=float(rng.uniform(1.05, 1.35)),
        ha_peak=continuum * ew * (1.0 + redshift),
        ew=ew,
        clumps=_clumps(rng, r_eff),
        line_ratios=_ratios(rng),
        sigma_gas=float(rng.uniform(18.0, 35.0)),
        sigma_star_centre=float(rng.uniform(80.0, 150.0)),
        sigma_star_outer=float(rng.uniform(35.0, 60.0)),
        sigma_star_scale=float(r_eff * rng.uniform(0.4, 0.9)),
        stellar_v_fraction=float(rng.uniform(0.75, 0.95)),
        ebv=float(rng.uniform(0.01, 0.12)),
        psf_fwhm=float(rng.uniform(2.35, 2.75)),
        dx0=float(rng.normal(0.0, 0.2)),
        dy0=float(rng.normal(0.0, 0.2)),
        drp3qual=drp,
        dapqual=dap | (_DAP["FORESTAR"] if star else 0),
        star=star,
        dead_fibre=_place(rng, _DEAD_SHARE, reach),
    )


def _choose_curve(rng: Generator) -> Curve:
    curves = tuple(CURVES)
    return curves[int(rng.integers(len(curves)))]


def _quality(rng: Generator) -> tuple[int, int]:
    """Draw DRP3QUAL; a critical cube makes the analysis critical too."""
    shares = [share for share, _ in _FLAWS]
    which = int(np.searchsorted(np.cumsum(shares), rng.random(), side="right"))
    drp = _DRP[_FLAWS[which][1]] if which < len(_FLAWS) else 0
    return drp, (_DAP["CRITICAL"] | _DAP["DRPCRIT"]) if drp & _DRP["CRITICAL"] else 0


def _place(rng: Generator, share: float, reach: float) -> tuple[float, float] | None:
    """Draw a point in the outer half of a bundle, or nothing for most galaxies."""
    happens = rng.random() < share
    radius, angle = reach * rng.uniform(0.5, 0.85), rng.uniform(0.0, 2.0 * np.pi)
    return (float(radius * np.cos(angle)), float(radius * np.sin(angle))) if happens else None


def _clumps(rng: Generator, r_eff: float) -> tuple[Clump, ...]:
    number = int(rng.integers(3, 9))
    radius = r_eff * np.sqrt(rng.uniform(0.05, 2.0, number))
    angle = rng.uniform(0.0, 2.0 * np.pi, number)
    strength, size = rng.uniform(0.3, 1.5, number), rng.uniform(1.5, 3.0, number)
    rows = zip(radius * np.cos(angle), radius * np.sin(angle), strength, size, strict=True)
    return tuple(Clump(*(float(value) for value in row)) for row in rows)


def _ratios(rng: Generator) -> dict[str, float]:
    """Vary metallicity, ionisation and dust, which redden the lines' ratios to H-alpha."""
    scale = {
        "OIII": np.exp(rng.normal(0.0, 0.6)),
        "NII": np.exp(rng.normal(0.0, 0.3)),
        "SII": np.exp(rng.normal(0.0, 0.2)),
        "OII": np.exp(rng.normal(0.0, 0.3)),
    }
    optical_depth = rng.uniform(0.2, 0.8)
    ratios = {}
    for name, ratio in LINE_RATIOS.items():
        species, wave = name.split("-")
        dust = optical_depth * ((float(wave) / 6564.0) ** -_DUST_SLOPE - 1.0)
        ratios[name] = float(ratio * scale.get(species, 1.0) * np.exp(-dust))
    for name, (strong, ratio) in FLUX_TIES["DR17"].items():
        ratios[name] = ratio * ratios[strong]
    return ratios
