"""Writing a file so that none but a whole one ever bears its name."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | Path, content: bytes | memoryview) -> Path:
    """Write a file under another name in the same folder, then rename it.

    Parameters
    ----------
    path
        The file; one that exists is replaced. Its folder is made if need be.
    content
        All of it.

    Returns
    -------
    Path
        `path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path
