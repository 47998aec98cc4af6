"""Galaxies that the DAP could not analyse, so that nobody looks for their files.

Source: mangadap ``docs/knownissues.rst``, "MPL-11 (3.1.0)", Faults: of 10,782 cubes tried 45
have no result at all and two have that of one DAPTYPE. For earlier public releases no such
list is published.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from mangaxr.datamodel.releases import Release
from mangaxr.plateifu import PlateIFU

__all__ = ["why_missing"]

_TABLES = Path(__file__).parent / "tables"


def why_missing(release: Release, plateifu: PlateIFU, daptype: str) -> str:
    """Say why the DAP's files of a galaxy do not exist; empty if nothing is known of it.

    Examples
    --------
    >>> from mangaxr.datamodel.releases import find_release
    >>> why_missing(find_release("DR17"), PlateIFU(8312, 6101), "HYB10-MILESHC-MASTARSSP")
    'its DAP analysis failed (DAP 3.1.0, known issues)'
    """
    has = _failed(release.name).get(str(plateifu))
    if has is None or has == daptype:
        return ""
    others = f"; there is {has}" if has else ""
    return f"its DAP analysis failed (DAP {release.dap}, known issues){others}"


@cache
def _failed(release: str) -> dict[str, str]:
    """Return the galaxies that failed, and the one DAPTYPE each has, if any."""
    table = _TABLES / f"missing-{release.lower()}.csv"
    if not table.is_file():
        return {}
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["plateifu"]: row["has"] for row in rows}
