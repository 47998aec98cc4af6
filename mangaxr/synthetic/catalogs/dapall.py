"""Dapall: a row of numbers per galaxy and analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.datamodel.releases import Release
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic.catalogs.bintable import Table, write_tables
from mangaxr.synthetic.catalogs.columns import DAPALL_COLUMNS, MISSING, record_type
from mangaxr.synthetic.catalogs.metrics import Metrics
from mangaxr.synthetic.catalogs.rows import forget_floats, photometry
from mangaxr.synthetic.files.primary_header import binning_facts
from mangaxr.synthetic.files.primary_rows import constants
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.observe.binning import BIN_STEPS, binning_of
from mangaxr.synthetic.observe.coordinates import luminosity_distance

__all__ = [
    "analysis_facts",
    "dapall_header",
    "dapall_tables",
    "order_daptypes",
    "reduction_facts",
    "write_dapall",
]

MetricsOf = Mapping[tuple[PlateIFU, str], Metrics]

_DATE = "2021-01-01"
_REDUCTION = ("VERSCORE", "VERSUTIL")


def write_dapall(
    path: str | Path, galaxies: Sequence[DiskGalaxy], metrics: MetricsOf, *, release: Release
) -> Path:
    """Write dapall: a table per DAPTYPE in DR17's layout, one table of all in DR15's.

    Parameters
    ----------
    path
        File to write; one that exists is replaced.
    galaxies
        In the order of drpall.
    metrics
        By galaxy and DAPTYPE. An analysis that is not there has ``DAPDONE`` False, and zero
        for whatever is read off a MAPS file: the DAP fills a table of zeros.
    release
        Whose DAPTYPEs and versions to use.

    Returns
    -------
    Path
        `path`.
    """
    daptypes = order_daptypes({*release.daptypes, *(daptype for _, daptype in metrics)}, release)
    rows = {daptype: _dapall_rows(galaxies, metrics, release, daptype) for daptype in daptypes}
    return write_tables(path, dapall_header(release), dapall_tables(rows.items(), release))


def dapall_tables(
    rows: Iterable[tuple[str, Table]], release: Release
) -> Iterable[tuple[str, Table]]:
    """Name the tables of dapall, given the rows by DAPTYPE.

    DR17's has one of each analysis; in DR15's all are in one table.
    """
    if release.layout == "DR15":
        return [("DAPALL", np.concatenate([table for _, table in rows]))]
    return rows


def order_daptypes(daptypes: Iterable[str], release: Release) -> list[str]:
    """Put analyses in the order of the survey's file: by binning, SPX first.

    Those of one binning are as the release lists them, with others after those.

    Examples
    --------
    >>> from mangaxr.datamodel.releases import find_release
    >>> order_daptypes(["HYB10-GAU-MILESHC", "VOR10-GAU-MILESHC"], find_release("DR15"))
    ['VOR10-GAU-MILESHC', 'HYB10-GAU-MILESHC']
    """
    order, known = tuple(BIN_STEPS), release.daptypes

    def place(name: str) -> tuple[int, int]:
        rank = known.index(name) if name in known else len(known)
        return order.index(binning_of(name)), rank

    return sorted(daptypes, key=place)


def reduction_facts(release: Release) -> dict[str, Any]:
    """Return dapall's columns that are the same for every galaxy, measured or not."""
    keywords = constants(release.layout)
    versions = {"VERSDRP2": release.drp, "VERSDRP3": release.drp}
    return {name: keywords[name] for name in _REDUCTION} | versions | {"MODE": "CUBE"}


def analysis_facts(release: Release, daptype: str) -> dict[str, Any]:
    """Return dapall's columns that are the same for all galaxies measured in one analysis."""
    keywords = constants(release.layout)
    binning = binning_facts(binning_of(daptype), release.layout)
    names = ("RDXQAKEY", "SCKEY", "ELMKEY", "SIKEY")
    return {
        **{name: keywords[name] for name in names},
        **{name: binning[name] for name in ("BINKEY", "BINTYPE", "ELFKEY")},
        "BINSNR": binning.get("BINSNR", MISSING),
        "TPLKEY": keywords["PPXFTPLK"],
        "VERSDAP": release.dap,
        "DATEDAP": _DATE,
        "DAPDONE": True,
    }


def _dapall_rows(
    galaxies: Sequence[DiskGalaxy], metrics: MetricsOf, release: Release, daptype: str
) -> Table:
    table = np.zeros(len(galaxies), record_type(DAPALL_COLUMNS, release.layout))
    for number, (row, galaxy) in enumerate(zip(table, galaxies, strict=True)):
        values = reduction_facts(release) | _identity(galaxy)
        values |= {"DAPTYPE": daptype, "DRPALLINDX": number}
        derived = metrics.get((galaxy.plateifu, daptype))
        if derived is not None:
            forget_floats(row)
            values |= analysis_facts(release, daptype) | _redshift(galaxy)
            values |= {name: np.nan_to_num(v, nan=MISSING) for name, v in derived.items()}
            values["DAPQUAL"] = galaxy.dapqual
        for name, value in values.items():
            row[name] = value
    return table


def _identity(galaxy: DiskGalaxy) -> dict[str, Any]:
    luminosity = luminosity_distance(galaxy.redshift)
    return {
        "PLATE": galaxy.plateifu.plate,
        "IFUDESIGN": galaxy.plateifu.ifu,
        "PLATEIFU": str(galaxy.plateifu),
        "MANGAID": galaxy.mangaid,
        "OBJRA": galaxy.ra,
        "OBJDEC": galaxy.dec,
        "IFURA": galaxy.ra,
        "IFUDEC": galaxy.dec,
        **_TARGET,
        "DRP3QUAL": galaxy.drp3qual,
        **{name.upper(): value for name, value in photometry(galaxy).items()},
        "LDIST_NSA_Z": luminosity,
        "ADIST_NSA_Z": luminosity / (1.0 + galaxy.redshift) ** 2,
    }


_TARGET = {name: constants("DR17")[name] for name in ("MNGTARG1", "MNGTARG2", "MNGTARG3")}


def _redshift(galaxy: DiskGalaxy) -> dict[str, float]:
    luminosity = luminosity_distance(galaxy.redshift)
    angular = luminosity / (1.0 + galaxy.redshift) ** 2
    return {"Z": galaxy.redshift, "LDIST_Z": luminosity, "ADIST_Z": angular}


def dapall_header(release: Release) -> fits.Header:
    """Name the versions and the entries of the vector columns, as the DAP does."""
    header = fits.Header()
    header["DATE"] = (_DATE, "UTC date created")
    header["VERSDRP3"] = (release.drp, "DRP version")
    header["VERSDAP"] = (release.dap, "DAP version")
    layout = release.layout
    for key, moments, comment in (
        ("ELS", True, "Summed emission-line element"),
        ("ELG", False, "Gaussian fit emission-line element"),
    ):
        for number, name in enumerate(line_names(layout, moments=moments), start=1):
            header[f"{key}{number:02d}"] = (name, comment)
    for number, index in enumerate(SPECTRAL_INDICES, start=1):
        header[f"SPI{number:02d}"] = (index.name, "Spectral-indx element")
        header[f"SPIU{number:02d}"] = (index.fits_unit, "Spectral-indx element unit")
    return header
