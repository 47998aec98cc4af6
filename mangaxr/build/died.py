"""The row of a galaxy that cannot be built because it kills the process that tries."""

from __future__ import annotations

from mangaxr.build.galaxy import BuiltGalaxy
from mangaxr.build.items import Source
from mangaxr.build.rows import failed_row
from mangaxr.build.scheduling.processes import DIED
from mangaxr.errors import BuildError

__all__ = ["give_up_galaxy"]


def give_up_galaxy(source: Source, *, on_error: str) -> BuiltGalaxy:
    """Return the failed row of a galaxy without touching its file.

    Raises
    ------
    BuildError
        If ``on_error`` is ``raise``.
    """
    if on_error == "raise":
        msg = f"{source.galaxy}: {DIED}"
        raise BuildError(msg)
    return BuiltGalaxy(failed_row(source, DIED), None)
