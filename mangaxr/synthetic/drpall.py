"""Drpall: a row per observed galaxy, with its photometry from the NASA-Sloan Atlas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from astropy.io import fits

from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.catalog_columns import DRPALL_COLUMNS
from mangaxr.synthetic.catalog_rows import blank_table, photometry, table_bytes
from mangaxr.synthetic.disk import DiskGalaxy
from mangaxr.synthetic.primary_rows import constants
from mangaxr.synthetic.whole_file import write_whole

__all__ = ["write_drpall"]


def write_drpall(path: str | Path, galaxies: Sequence[DiskGalaxy], *, release: Release) -> Path:
    """Write drpall: one table, MANGA, a row per galaxy.

    Parameters
    ----------
    path
        File to write; one that exists is replaced.
    galaxies
        In the order of the rows.
    release
        Whose versions to use.

    Returns
    -------
    Path
        `path`.
    """
    table = blank_table(DRPALL_COLUMNS, release, len(galaxies))
    keywords = constants(release.layout)
    for row, galaxy in zip(table, galaxies, strict=True):
        values = _drpall_values(galaxy, release)
        for name in table.dtype.names or ():
            if name in values:
                row[name] = values[name]
            elif name.upper() in keywords:
                row[name] = keywords[name.upper()]
    hdus = [fits.PrimaryHDU(), fits.BinTableHDU(table, name="MANGA")]
    return write_whole(path, table_bytes(hdus))


def _drpall_values(galaxy: DiskGalaxy, release: Release) -> dict[str, Any]:
    return {
        "plate": galaxy.plateifu.plate,
        "ifudsgn": str(galaxy.plateifu.ifu),
        "plateifu": str(galaxy.plateifu),
        "mangaid": galaxy.mangaid,
        "versdrp2": release.drp,
        "versdrp3": release.drp,
        "objra": galaxy.ra,
        "objdec": galaxy.dec,
        "ifura": galaxy.ra,
        "ifudec": galaxy.dec,
        "cenra": round(galaxy.ra, 1),
        "cendec": round(galaxy.dec, 1),
        "ebvgal": galaxy.ebv,
        "drp3qual": galaxy.drp3qual,
        **{f"{band}fwhm": galaxy.psf_fwhm for band in "griz"},
        "ifudesignsize": galaxy.plateifu.fibres,
        "ifutargetsize": galaxy.plateifu.fibres,
        "z": galaxy.redshift,
        **photometry(galaxy),
    }
