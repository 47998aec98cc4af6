"""Dapall: a row of numbers per galaxy and analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.datamodel.releases import Release
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic.binning import BIN_STEPS, binning_of
from mangaxr.synthetic.catalog_columns import DAPALL_COLUMNS, MISSING
from mangaxr.synthetic.catalog_metrics import Metrics
from mangaxr.synthetic.catalog_rows import blank_table, photometry, table_bytes
from mangaxr.synthetic.coordinates import luminosity_distance
from mangaxr.synthetic.disk import DiskGalaxy
from mangaxr.synthetic.primary_header import binning_facts
from mangaxr.synthetic.primary_rows import constants
from mangaxr.synthetic.whole_file import write_whole

__all__ = ["write_dapall"]

MetricsOf = Mapping[tuple[PlateIFU, str], Metrics]

_DATE = "2021-01-01"


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
        By galaxy and DAPTYPE. An analysis that is not there has ``DAPDONE`` False and
        -999 for every number.
    release
        Whose DAPTYPEs and versions to use.

    Returns
    -------
    Path
        `path`.
    """
    order = tuple(BIN_STEPS)
    daptypes = sorted(
        {*release.daptypes, *(daptype for _, daptype in metrics)},
        key=lambda name: (order.index(binning_of(name)), _rank(name, release)),
    )
    rows = {daptype: _dapall_rows(galaxies, metrics, release, daptype) for daptype in daptypes}
    hdus = [fits.PrimaryHDU(header=_dapall_header(release))]
    if release.layout == "DR15":
        hdus.append(fits.BinTableHDU(np.concatenate(list(rows.values())), name="DAPALL"))
    else:
        hdus += [fits.BinTableHDU(table, name=daptype) for daptype, table in rows.items()]
    return write_whole(path, table_bytes(hdus))


def _rank(daptype: str, release: Release) -> int:
    """Order analyses of one binning as the release lists them, others after those."""
    known = release.daptypes
    return known.index(daptype) if daptype in known else len(known)


def _dapall_rows(
    galaxies: Sequence[DiskGalaxy], metrics: MetricsOf, release: Release, daptype: str
) -> np.ndarray[Any, Any]:
    table = blank_table(DAPALL_COLUMNS, release, len(galaxies))
    keywords = constants(release.layout)
    names = set(table.dtype.names or ())
    for number, (row, galaxy) in enumerate(zip(table, galaxies, strict=True)):
        values: dict[str, Any] = {name: keywords[name] for name in names & set(keywords)}
        values |= _dapall_identity(galaxy, release, daptype) | {"DRPALLINDX": number}
        derived = metrics.get((galaxy.plateifu, daptype))
        if derived is not None:
            values |= derived | {"DAPDONE": True, "DATEDAP": _DATE, "DAPQUAL": galaxy.dapqual}
        for name, value in values.items():
            row[name] = np.nan_to_num(value, nan=MISSING) if name in (derived or ()) else value
    return table


def _dapall_identity(galaxy: DiskGalaxy, release: Release, daptype: str) -> dict[str, Any]:
    binning = binning_facts(binning_of(daptype), release.layout)
    luminosity = luminosity_distance(galaxy.redshift)
    angular = luminosity / (1.0 + galaxy.redshift) ** 2
    return {
        "PLATE": galaxy.plateifu.plate,
        "IFUDESIGN": galaxy.plateifu.ifu,
        "PLATEIFU": str(galaxy.plateifu),
        "MANGAID": galaxy.mangaid,
        "MODE": "CUBE",
        "DAPTYPE": daptype,
        "OBJRA": galaxy.ra,
        "OBJDEC": galaxy.dec,
        "IFURA": galaxy.ra,
        "IFUDEC": galaxy.dec,
        "Z": galaxy.redshift,
        "LDIST_Z": luminosity,
        "ADIST_Z": angular,
        "LDIST_NSA_Z": luminosity,
        "ADIST_NSA_Z": angular,
        **{name.upper(): value for name, value in photometry(galaxy).items()},
        "VERSDRP2": release.drp,
        "VERSDRP3": release.drp,
        "VERSDAP": release.dap,
        "DRP3QUAL": galaxy.drp3qual,
        "BINKEY": binning["BINKEY"],
        "BINTYPE": binning["BINTYPE"],
        "BINSNR": binning.get("BINSNR", MISSING),
        "ELFKEY": binning["ELFKEY"],
        "TPLKEY": "MILESHC",
    }


def _dapall_header(release: Release) -> fits.Header:
    """Name the entries of the vector columns, as the DAP does."""
    header = fits.Header()
    layout = release.layout
    for key, moments, comment in (
        ("ELS", True, "Summed emission-line element"),
        ("ELG", False, "Gaussian fit emission-line element"),
    ):
        for number, name in enumerate(line_names(layout, moments=moments), start=1):
            header[f"{key}{number:02d}"] = (name, comment)
    for number, index in enumerate(SPECTRAL_INDICES, start=1):
        header[f"SPI{number:02d}"] = (index.name, "Spectral-index element")
        header[f"SPIU{number:02d}"] = (index.fits_unit, "Spectral-index element unit")
    return header
