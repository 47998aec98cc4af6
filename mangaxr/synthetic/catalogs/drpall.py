"""Drpall: a row per observed galaxy, with its photometry from the NASA-Sloan Atlas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.catalogs.bintable import Table, write_tables
from mangaxr.synthetic.catalogs.columns import DRPALL_COLUMNS
from mangaxr.synthetic.catalogs.rows import blank_table, photometry
from mangaxr.synthetic.files.primary_rows import constants
from mangaxr.synthetic.galaxy.disk import DiskGalaxy

__all__ = ["constant_columns", "drpall_tables", "write_drpall"]


def write_drpall(path: str | Path, galaxies: Sequence[DiskGalaxy], *, release: Release) -> Path:
    """Write drpall: a row per galaxy.

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
    for name, value in constant_columns(release).items():
        table[name] = value
    for row, galaxy in zip(table, galaxies, strict=True):
        for name, value in _drpall_values(galaxy).items():
            row[name] = value
    return write_tables(path, None, drpall_tables(table, release))


def drpall_tables(table: Table, release: Release) -> list[tuple[str, Table]]:
    """Name the tables of drpall, given the rows of its galaxies.

    DR15's table has no name. DR17's is MANGA, and the stars, which synthetic surveys do not
    have, are in a table of their own, MASTAR.
    """
    return [("", table)] if release.layout == "DR15" else [("MANGA", table), ("MASTAR", table[:0])]


def constant_columns(release: Release) -> dict[str, Any]:
    """Return the columns that are the same in every cube of a release's synthetic surveys."""
    keywords = {name.lower(): value for name, value in constants(release.layout).items()}
    names = [c.name for c in DRPALL_COLUMNS if c.name in keywords]
    versions = {"versdrp2": release.drp, "versdrp3": release.drp}
    return {name: keywords[name] for name in names} | versions


def _drpall_values(galaxy: DiskGalaxy) -> dict[str, Any]:
    return {
        "plate": galaxy.plateifu.plate,
        "ifudsgn": str(galaxy.plateifu.ifu),
        "plateifu": str(galaxy.plateifu),
        "mangaid": galaxy.mangaid,
        "designid": galaxy.plateifu.plate + 500,
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
