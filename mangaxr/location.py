"""Where a file is: on this machine, or behind a URL, with the interface of `pathlib`."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from typing import Any, cast

from mangaxr.errors import MissingDependencyError

__all__ = ["is_local", "locate"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def locate(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file or folder, whatever names it.

    Parameters
    ----------
    path
        A path, or a URL that fsspec knows, such as ``s3://BUCKET/sas``; also what this
        function returned.

    Returns
    -------
    Path
        Of a URL an object of the same interface, from universal_pathlib.

    Raises
    ------
    MissingDependencyError
        If it is a URL and universal_pathlib is not installed.

    Examples
    --------
    >>> locate("sas/dr17").name, is_local(locate("sas/dr17"))
    ('dr17', True)
    """
    if isinstance(path, str) and _URL.match(path):
        try:
            upath: Any = importlib.import_module("upath")
        except ImportError as error:
            msg = f"{path}: URLs need universal_pathlib: pip install 'mangaxr[remote]'"
            raise MissingDependencyError(msg) from error
        return cast("Path", upath.UPath(path))
    # What this function made of a URL is no path of the system's.
    return cast("Path", path) if hasattr(path, "protocol") else Path(path)


def is_local(path: Path) -> bool:
    """Whether a path is on this machine."""
    return isinstance(path, Path)
