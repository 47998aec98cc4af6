"""Lists of galaxies in files: plain text, or a table such as a ranking."""

from __future__ import annotations

import os
from pathlib import Path

from mangaxr.catalog.tables.export import TABLE_SUFFIXES, read_table
from mangaxr.errors import CatalogError, MissingFileError

__all__ = ["read_items"]


def read_items(path: str | os.PathLike[str], *, top: int | None = None) -> list[str]:
    """Read the galaxies that a file lists, in its order.

    Parameters
    ----------
    path
        A table with a column ``plateifu`` (`.csv`, `.ecsv`, `.parquet`, `.nc`: what
        `mangaxr.rank` and the catalog write), or else text with an item a line, where
        ``#`` starts a comment.
    top
        How many to take from the top; all by default.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CatalogError
        If it is neither text nor such a table.
    """
    file = Path(path)
    if file.suffix.lower() in TABLE_SUFFIXES:
        return [str(name) for name in read_table(file)["galaxy"].values[:top]]
    expected = "give a text file with one galaxy or MAPS file a line, or a table"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        msg = f"{file}: no such list: {expected}"
        raise MissingFileError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: cannot be read as a list ({error}): {expected}"
        raise CatalogError(msg) from error
    return [item for line in lines if (item := line.split("#")[0].strip())][:top]
