"""What drpall says of thousands of cubes: the observation, the target, its photometry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.synthetic.catalogs.bundles import Bundles
from mangaxr.synthetic.catalogs.columns import MISSING
from mangaxr.synthetic.catalogs.population import Population

__all__ = ["galactic", "observation", "photometry_columns", "target"]

Array = NDArray[np.float64]
Columns = dict[str, Any]

_EXPOSURE = 900.0  # s
_FIRST_MJD, _DAYS_PER_PLATE = 56740, 0.45
_FIRST_PLATE = 7443
# The pole of Galactic latitude and the longitude of the celestial pole (J2000), deg.
_POLE_RA, _POLE_DEC, _NODE = 192.85948, 27.12825, 122.93192
# Magnitudes relative to r in FNugriz: of early types, and of late ones.
_COLOURS = np.array(
    [[7.5, 5.5, 2.6, 0.77, 0.0, -0.36, -0.65], [3.2, 2.6, 1.6, 0.5, 0.0, -0.25, -0.4]]
)
_SOLAR = 4.6  # absolute magnitude of 1 Msun of stars in r
_EXTINCTION = np.array([8.1, 8.0, 5.16, 3.79, 2.75, 2.09, 1.48])  # per E(B-V)
_FLUX_ERROR = np.array([0.10, 0.06, 0.03, 0.01, 0.01, 0.01, 0.02])
_ZERO_POINT = 22.5  # nanomaggies


def observation(bundles: Bundles, rng: Generator) -> Columns:
    """Fill when, where and how well each cube was observed."""
    number = len(bundles.fibres)
    exposures = rng.choice([6, 9, 12, 15], number, p=[0.15, 0.55, 0.2, 0.1])
    middle = _FIRST_MJD + np.round(_DAYS_PER_PLATE * (bundles.plate - _FIRST_PLATE))
    longitude, latitude = galactic(bundles.ra, bundles.dec)
    columns: Columns = {
        "plate": bundles.plate,
        "ifudsgn": bundles.design.astype("S"),
        "plateifu": bundles.names,
        "designid": bundles.plate + 500,
        "ifuglon": longitude,
        "ifuglat": latitude,
        "ifura": bundles.ra,
        "ifudec": bundles.dec,
        "cenra": bundles.plate_ra,
        "cendec": bundles.plate_dec,
        "nexp": exposures,
        "exptime": _EXPOSURE * exposures,
        "bluesn2": 2.3 * exposures * rng.normal(1.0, 0.1, number),
        "redsn2": 4.9 * exposures * rng.normal(1.0, 0.1, number),
        "mjdmin": middle - 10,
        "mjdmed": middle,
        "mjdmax": middle + 12,
        "frlplug": rng.integers(1, 60, number),
        **{
            f"{band}fwhm": rng.normal(2.5 - 0.03 * k, 0.08, number) for k, band in enumerate("griz")
        },
        "ifudesignsize": bundles.fibres,
        "ifutargetsize": bundles.fibres,
        "ebvgal": 0.03 * np.exp(rng.normal(0.0, 0.5, number)),
    }
    for name, low, medium, high in (
        ("airms", 1.03, 1.10, 1.25),
        ("see", 1.2, 1.5, 1.9),
        ("trans", 0.7, 0.85, 0.95),
    ):
        scale = rng.normal(1.0, 0.02, number)
        ends = zip(("min", "med", "max"), (low, medium, high), strict=True)
        columns |= {f"{name}{end}": value * scale for end, value in ends}
    return columns


def galactic(ra: Array, dec: Array) -> tuple[Array, Array]:
    """Turn equatorial coordinates (J2000) into Galactic longitude and latitude, all in deg.

    Examples
    --------
    >>> longitude, latitude = galactic(np.array([266.405]), np.array([-28.936]))
    >>> bool(abs(latitude[0]) < 0.01)  # towards the centre of the Galaxy
    True
    """
    away, delta, pole = np.radians(ra - _POLE_RA), np.radians(dec), np.radians(_POLE_DEC)
    sine = np.sin(delta) * np.sin(pole) + np.cos(delta) * np.cos(pole) * np.cos(away)
    east = np.cos(delta) * np.sin(away)
    north = np.sin(delta) * np.cos(pole) - np.cos(delta) * np.sin(pole) * np.cos(away)
    longitude = _NODE - np.degrees(np.arctan2(east, north))
    return np.mod(longitude, 360.0), np.degrees(np.arcsin(sine))


def target(galaxies: Population) -> Columns:
    """Fill what was known of the target: words, redshift, limits and weights of the samples."""
    z = galaxies["redshift"]
    main = galaxies["mngtarg1"] > 0
    limits = {"zmin": 0.8, "zmax": 1.3, "szmin": 0.7, "szmax": 1.5, "ezmin": 0.75, "ezmax": 1.4}
    weights = {
        "p": 1.1,
        "ps": 0.9,
        "psr": 1.0,
        "s": 1.3,
        "sr": 1.5,
        "e": 1.0,
        "es": 0.8,
        "esr": 0.9,
    }
    volume = (np.maximum(z, 0.01) / 0.035) ** -0.5
    return {
        "mangaid": np.array([f"1-{n}" for n in galaxies["catalogue_number"].tolist()]),
        "catidnum": 1,
        "plttarg": "plateTargets-1.par",
        "manga_tileid": galaxies["catalogue_number"] // 100,
        "objra": galaxies["ra"],
        "objdec": galaxies["dec"],
        **{name: galaxies[name] for name in ("mngtarg1", "mngtarg3", "drp3qual")},
        "z": z,
        **{name: np.where(main, factor * z, MISSING) for name, factor in limits.items()},
        "probs": np.where(main, 0.85, MISSING),
        **{f"{k}weight": np.where(main, w * volume, MISSING) for k, w in weights.items()},
    }


def photometry_columns(galaxies: Population, rng: Generator) -> Columns:
    """Fill the NASA-Sloan Atlas's columns; those it does not have hold its word for that."""
    number = len(galaxies["early"])
    shape = {"ba": galaxies["axis_ratio"], "phi": galaxies["phi"]}
    mass = 10.0 ** galaxies["log_mass"]
    absolute = _SOLAR - 2.5 * galaxies["log_mass"][:, None] + 1.2
    absolute = absolute + _COLOURS[np.where(galaxies["early"], 0, 1)]
    modulus = 5.0 * np.log10(galaxies["distance"])[:, None] + 25.0
    flux = 10.0 ** (0.4 * (_ZERO_POINT - absolute - modulus))
    ivar = (_FLUX_ERROR * flux) ** -2.0
    columns: Columns = {
        "nsa_iauname": _iau_names(galaxies["ra"], galaxies["dec"]),
        "nsa_field": rng.integers(11, 300, number),
        "nsa_run": rng.integers(94, 8162, number),
        "nsa_camcol": rng.integers(1, 7, number),
        "nsa_version": "v1_0_1",
        "nsa_nsaid": galaxies["catalogue_number"] % 700_000,
        "nsa_nsaid_v1b": galaxies["catalogue_number"] % 150_000,
        "nsa_z": galaxies["redshift"],
        "nsa_zdist": galaxies["redshift"] + rng.normal(0.0, 3e-4, number),
        "nsa_elpetro_mass": mass,
        "nsa_sersic_mass": 1.05 * mass,
        **{f"nsa_{kind}_{k}": v for kind in ("elpetro", "sersic") for k, v in shape.items()},
        "nsa_elpetro_th50_r": galaxies["r_e"],
        "nsa_petro_th50": galaxies["r_e"] * np.sqrt(galaxies["axis_ratio"]),
        "nsa_sersic_th50": 1.02 * galaxies["r_e"],
        "nsa_sersic_n": galaxies["sersic_n"],
        "nsa_elpetro_absmag": absolute,
        "nsa_sersic_absmag": absolute - 0.05,
        "nsa_elpetro_amivar": np.broadcast_to((_FLUX_ERROR * 1.086) ** -2.0, absolute.shape),
        "nsa_extinction": np.outer(0.03 * np.exp(rng.normal(0.0, 0.5, number)), _EXTINCTION),
    }
    for kind, factor in (("petro", 0.95), ("elpetro", 1.0), ("sersic", 1.05)):
        columns[f"nsa_{kind}_flux"] = factor * flux
        columns[f"nsa_{kind}_flux_ivar"] = ivar / factor**2
    return {name: _without_absent(value, galaxies["nsa_word"]) for name, value in columns.items()}


def _without_absent(values: Any, word: Array) -> Any:
    """Put the word that stands for no value where there is one; text is NULL."""
    array = np.asarray(values)
    absent = (word != 0).reshape(-1, *(1,) * (array.ndim - 1))
    if array.dtype.kind in "US":
        return np.where(absent, "NULL", array)
    return np.where(absent, word.reshape(absent.shape), array)


def _iau_names(ra: Array, dec: Array) -> NDArray[np.str_]:
    """Name positions as ``JHHMMSS.SS+DDMMSS.S``."""
    hours, arcsec = ra / 15.0 * 3600.0, np.abs(dec) * 3600.0
    rows = zip(hours.tolist(), arcsec.tolist(), (dec < 0).tolist(), strict=True)
    return np.array(
        [f"J{_sexagesimal(h, 2)}{'-' if s else '+'}{_sexagesimal(d, 1)}" for h, d, s in rows]
    )


def _sexagesimal(seconds: float, decimals: int) -> str:
    """Write seconds as hours (or degrees), minutes and seconds, cut and not rounded."""
    whole = int(seconds)
    part = int((seconds - whole) * 10**decimals)
    return f"{whole // 3600:02d}{whole // 60 % 60:02d}{whole % 60:02d}.{part:0{decimals}d}"
