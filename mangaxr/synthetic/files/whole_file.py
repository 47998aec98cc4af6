"""Writing a file so that none but a whole one ever bears its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["only_whole", "write_whole"]


@contextmanager
def only_whole(path: str | Path) -> Iterator[Path]:
    """Give another name in the same folder to write to, which becomes `path` at the end.

    A file that exists is replaced, unless there is an error. The folder is made if need be.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


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
    with only_whole(path) as partial:
        partial.write_bytes(content)
    return path
