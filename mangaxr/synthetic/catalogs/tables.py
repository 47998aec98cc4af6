"""From a population of galaxies to the columns of dapall and drpall."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangaxr.datamodel.lines import line_names
from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.catalogs.columns import DAPALL_COLUMNS, DRPALL_COLUMNS, MISSING
from mangaxr.synthetic.catalogs.planted import Planted
from mangaxr.synthetic.catalogs.population import Population
from mangaxr.synthetic.catalogs.rows import blank_table
from mangaxr.synthetic.files.primary_header import BANDS, binning_facts
from mangaxr.synthetic.files.primary_rows import constants
from mangaxr.synthetic.galaxy.line_ratios import HALPHA
from mangaxr.synthetic.observe.binning import binning_of
from mangaxr.synthetic.observe.coordinates import luminosity_distance

__all__ = ["dapall_table", "drpall_table"]

Table = np.ndarray[Any, Any]

_AREA = 0.25  # arcsec2 of a spaxel
_SFR_PER_FLUX = 1e-4  # of the order that H-alpha gives
_NSA = ("nsa_", "NSA_", "LDIST_NSA", "ADIST_NSA")


def drpall_table(
    names: NDArray[np.str_], galaxies: Population, planted: Planted, release: Release
) -> Table:
    """Make drpall: a row per galaxy."""
    table = blank_table(DRPALL_COLUMNS, release, len(names))
    _fill(table, {k.lower(): v for k, v in constants(release.layout).items()})
    _fill(table, {"versdrp2": release.drp, "versdrp3": release.drp})
    plates, designs = _numbers(names)
    absmag = -20.0 - np.outer(np.log10(galaxies["mass"]) - 10.0, np.ones(7))
    _fill(
        table,
        {
            "plate": plates,
            "ifudsgn": designs.astype(str),
            "plateifu": names,
            "ifudesignsize": designs // 100,
            "ifutargetsize": designs // 100,
            "z": galaxies["redshift"],
            **{f"{band}fwhm": 2.5 for band in BANDS},
            **_shared(galaxies),
            **_photometry(galaxies),
            "nsa_elpetro_mass": galaxies["mass"],
            "nsa_sersic_mass": galaxies["mass"],
            **{f"nsa_{kind}_absmag": absmag for kind in ("elpetro", "sersic")},
            "nsa_elpetro_amivar": 400.0,
            **{f"nsa_{kind}_flux": 10.0 ** (-0.4 * absmag - 6.0) for kind in
               ("petro", "elpetro", "sersic")},
        },
    )  # fmt: skip
    _forget_photometry(table, planted["no_photometry"])
    _forget_photometry(table, planted["not_tried"])
    table["z"][planted["not_tried"]] = MISSING
    return table


def dapall_table(
    names: NDArray[np.str_],
    galaxies: Population,
    planted: Planted,
    release: Release,
    daptype: str,
) -> Table:
    """Make the table of one analysis in dapall: a row per galaxy that was tried."""
    layout = release.layout
    table = blank_table(DAPALL_COLUMNS, release, len(names))
    binning = binning_facts(binning_of(daptype), layout)
    _fill(table, dict(constants(layout)))
    _fill(table, {"VERSDRP2": release.drp, "VERSDRP3": release.drp, "VERSDAP": release.dap})
    _fill(table, {key: binning.get(key, MISSING) for key in ("BINKEY", "BINTYPE", "BINSNR")})
    plates, designs = _numbers(names)
    identity = {
        "PLATE": plates,
        "IFUDESIGN": designs,
        "PLATEIFU": names,
        "DRPALLINDX": np.arange(len(names)),
        "MODE": "CUBE",
        "DAPTYPE": daptype,
        "ELFKEY": binning["ELFKEY"],
        "TPLKEY": "MILESHC",
        "Z": galaxies["redshift"],
        **_upper(_shared(galaxies)),
        **_upper(_photometry(galaxies)),
    }
    _fill(table, {**identity, **_distances(galaxies["redshift"])})
    done = np.ones(len(names), dtype=bool)
    done[planted["dap_failed"]] = False
    measured = _measurements(galaxies, layout_lines=line_names(layout))
    measured |= {"DAPDONE": True, "DAPQUAL": galaxies["dapqual"], "DATEDAP": "2021-01-01"}
    for name in measured:
        if name in (table.dtype.names or ()):
            values = np.broadcast_to(measured[name], table[name].shape)
            table[name][done] = values[done]
    _forget_photometry(table, planted["no_photometry"])
    tried = np.setdiff1d(np.arange(len(names)), planted["not_tried"])
    return table[tried]


def _fill(table: Table, values: dict[str, Any]) -> None:
    """Set the columns that the table has."""
    for name in table.dtype.names or ():
        if name in values:
            table[name] = values[name]


def _numbers(names: NDArray[np.str_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    parts = np.char.partition(names, "-")
    return parts[:, 0].astype(np.int64), parts[:, 2].astype(np.int64)


def _upper(values: dict[str, Any]) -> dict[str, Any]:
    return {name.upper(): value for name, value in values.items()}


def _shared(galaxies: Population) -> dict[str, Any]:
    """Return what both catalogues say alike."""
    number = len(galaxies["redshift"])
    # Points spread evenly over a sphere by the golden angle, less the southern half.
    ra = np.mod(137.50776405 * np.arange(number), 360.0)
    dec = np.degrees(np.arcsin(np.linspace(0.0, 0.9, number)))
    places = {"objra": ra, "objdec": dec, "ifura": ra, "ifudec": dec}
    bits = {name: galaxies[name] for name in ("mngtarg1", "mngtarg3", "drp3qual")}
    return {**places, **bits, "mangaid": galaxies["mangaid"]}


def _photometry(galaxies: Population) -> dict[str, Any]:
    shape = {"ba": galaxies["axis_ratio"], "phi": galaxies["phi"]}
    return {
        "nsa_z": galaxies["redshift"],
        "nsa_zdist": galaxies["redshift"],
        **{f"nsa_{kind}_{name}": v for kind in ("elpetro", "sersic") for name, v in shape.items()},
        "nsa_elpetro_th50_r": galaxies["r_e"],
        "nsa_petro_th50": galaxies["r_e"],
        "nsa_sersic_th50": galaxies["r_e"],
        "nsa_sersic_n": 1.0 + 3.0 * (galaxies["stellar_sigma"] / 250.0) ** 2,
    }


def _forget_photometry(table: Table, rows: NDArray[np.intp]) -> None:
    for name in table.dtype.names or ():
        if name.startswith(_NSA) and table[name].dtype.kind == "f":
            table[name][rows] = MISSING


def _distances(redshift: NDArray[Any]) -> dict[str, Any]:
    grid = np.linspace(0.005, 0.2, 200)
    luminosity = np.interp(redshift, grid, [luminosity_distance(z) for z in grid])
    angular = luminosity / (1.0 + redshift) ** 2
    kinds = ("Z", "NSA_Z")
    return {f"{d}DIST_{kind}": v for kind in kinds for d, v in (("L", luminosity), ("A", angular))}


def _measurements(galaxies: Population, layout_lines: tuple[str, ...]) -> dict[str, Any]:
    """Return what the DAP derives from the maps: consistent where ranking looks, else plausible."""
    reach = galaxies["vmax"] * np.sin(np.radians(galaxies["inclination"]))
    flux, z = galaxies["halpha"], galaxies["redshift"]
    bins = np.round(2.0 * flux**0.5).astype(np.int64) + 10
    limits = {"LO": -1.1 * reach, "HI": 1.1 * reach, "LO_CLIP": -reach, "HI_CLIP": reach}
    bands = np.array(list(BANDS.values())) / BANDS["G"]
    rings = np.array([1.0, 0.8, 0.3])
    measured: dict[str, Any] = {
        "DAPBINS": bins,
        "RCOV90": galaxies["reach"] * galaxies["r_e"],
        "SNR_MED": np.outer(galaxies["snr"], bands),
        "SNR_RING": np.outer(5.0 * galaxies["snr"], bands),
        "SB_1RE": flux / (100.0 * galaxies["r_e"] ** 2),
        "BIN_RMAX": galaxies["reach"],
        "BIN_R_N": np.outer(bins, rings),
        "BIN_R_SNR": np.outer(3.0 * galaxies["snr"], rings),
        "STELLAR_Z": z,
        "HA_Z": z,
        **{f"STELLAR_VEL_{end}": 0.8 * value for end, value in limits.items()},
        **{f"HA_GVEL_{end}": value for end, value in limits.items()},
        "STELLAR_SIGMA_1RE": galaxies["stellar_sigma"],
        "STELLAR_RCHI2_1RE": 1.0,
        "STELLAR_CONT_RCHI2_1RE": 1.0,
        "EMLINE_RCHI2_1RE": 1.1,
        "HA_GSIGMA_1RE": galaxies["gas_sigma"],
        "HA_GSIGMA_HI": 2.0 * galaxies["gas_sigma"],
        "HA_GSIGMA_HI_CLIP": 1.8 * galaxies["gas_sigma"],
        "SFR_1RE": _SFR_PER_FLUX * flux,
        "SFR_TOT": 2.0 * _SFR_PER_FLUX * flux,
    }
    # Lines of other strengths than H-alpha, so that a wrong index gives a wrong number.
    place = layout_lines.index(HALPHA)
    ratio = 1.0 / (1.0 + np.abs(np.arange(len(layout_lines)) - place))
    spaxels = np.pi * galaxies["r_e"] ** 2 / _AREA
    for kind in "SG":
        lines = np.outer(flux, ratio)
        measured |= {
            f"EMLINE_{kind}FLUX_CEN": 0.2 * lines,
            f"EMLINE_{kind}FLUX_1RE": lines,
            f"EMLINE_{kind}FLUX_TOT": 2.0 * lines,
            f"EMLINE_{kind}SB_1RE": lines / spaxels[:, None],
            f"EMLINE_{kind}SB_PEAK": 5.0 * lines / spaxels[:, None],
            f"EMLINE_{kind}EW_1RE": 0.01 * lines,
            f"EMLINE_{kind}EW_PEAK": 0.03 * lines,
        }
    for name, value in (("LO", 0.5), ("HI", 4.0), ("LO_CLIP", 0.6), ("HI_CLIP", 3.5), ("1RE", 2.0)):
        measured[f"SPECINDEX_{name}"] = value
    return measured
