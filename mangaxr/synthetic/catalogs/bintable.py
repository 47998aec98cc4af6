"""Writing tables of any size to a FITS file, one at a time.

Rows of the catalogues' types are already laid out as FITS wants them, so that their bytes can
go to the file; astropy, which makes the headers, would convert the columns one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from mangaxr.synthetic.files.whole_file import only_whole

__all__ = ["Table", "write_tables"]

Table = np.ndarray[Any, Any]

_BLOCK = 2880


def write_tables(path: str | Path, header: Any, tables: Iterable[tuple[str, Table]]) -> Path:
    """Write a file of tables; no half-written file ever bears the name.

    Parameters
    ----------
    path
        The file; one that exists is replaced. Its folder is made if need be.
    header
        Cards of the first header, which has no data.
    tables
        EXTNAME (none if empty) and rows of each. They are taken one by one, and given up
        before the next.

    Returns
    -------
    Path
        `path`.
    """
    path = Path(path)
    with only_whole(path) as partial, partial.open("wb") as file:
        file.write(fits.PrimaryHDU(header=header).header.tostring().encode("ascii"))
        for name, table in tables:
            cards = fits.BinTableHDU(table[:0], name=name or None).header
            cards["NAXIS2"] = len(table)
            file.write(cards.tostring().encode("ascii"))
            file.write(_as_stored(table).data)
            file.write(bytes(-table.nbytes % _BLOCK))
    return path


def _as_stored(table: Table) -> NDArray[np.uint8]:
    """Return the rows' bytes as FITS has them: big-endian, and T and F for truth values."""
    # Numpy forgets the byte order when it puts tables together.
    ordered = table.astype(table.dtype.newbyteorder(">"), copy=False)
    raw = ordered.view(np.uint8).reshape(len(table), table.itemsize).copy()
    for kind, offset in (field[:2] for field in (table.dtype.fields or {}).values()):
        if kind.kind == "b":
            raw[:, offset] = np.where(raw[:, offset], ord("T"), ord("F"))
    return raw
