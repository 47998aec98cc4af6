"""What the two catalogues share: empty tables, photometry."""

from __future__ import annotations

from typing import Any

import numpy as np

from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.catalogs.columns import MISSING, Column, record_type
from mangaxr.synthetic.galaxy.disk import DiskGalaxy

__all__ = ["blank_table", "forget_floats", "photometry"]

Table = np.ndarray[Any, Any]


def blank_table(columns: tuple[Column, ...], release: Release, number: int) -> Table:
    """Return a table of a number of rows with every float missing."""
    table = np.zeros(number, record_type(columns, release.layout))
    forget_floats(table)
    return table


def forget_floats(table: Table | np.void) -> None:
    """Set every float of a table, or of one row of it, to what stands for no value."""
    for name in table.dtype.names or ():
        if table.dtype[name].base.kind == "f":
            table[name] = MISSING


def photometry(galaxy: DiskGalaxy) -> dict[str, float]:
    """Name the NASA-Sloan Atlas's measurements that the truth fixes."""
    shape = {"ba": 1.0 - galaxy.ellipticity, "phi": galaxy.pa % 180.0}
    return {
        "nsa_z": galaxy.redshift,
        "nsa_zdist": galaxy.redshift,
        **{f"nsa_elpetro_{name}": value for name, value in shape.items()},
        "nsa_elpetro_th50_r": galaxy.r_eff,
        **{f"nsa_sersic_{name}": value for name, value in shape.items()},
        "nsa_sersic_th50": galaxy.r_eff,
        "nsa_sersic_n": 1.0 if galaxy.light == "exponential" else galaxy.sersic_n,
    }
