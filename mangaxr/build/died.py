"""The row of a galaxy that cannot be built because it kills the process that tries."""

from __future__ import annotations

from dataclasses import replace

from mangaxr.build.galaxy import BuiltGalaxy, build_galaxy
from mangaxr.build.items import Source
from mangaxr.build.scheduling.processes import DIED
from mangaxr.errors import BuildError
from mangaxr.tensors.recipe import Recipe

__all__ = ["give_up_galaxy"]


def give_up_galaxy(source: Source, recipe: Recipe, *, on_error: str) -> BuiltGalaxy:
    """Return the failed row of a galaxy without touching its file.

    Raises
    ------
    BuildError
        If ``on_error`` is ``raise``.
    """
    if on_error == "raise":
        msg = f"{source.galaxy}: {DIED}"
        raise BuildError(msg)
    # A file that is known to be absent is not opened, and makes the same kind of row.
    failed = build_galaxy(replace(source, absent=DIED), recipe, verify=False, on_error="record")
    absent = failed.row["failure"]
    row = {
        name: value.replace(absent, DIED) if isinstance(value, str) else value
        for name, value in failed.row.items()
    }
    return BuiltGalaxy(row, None)
