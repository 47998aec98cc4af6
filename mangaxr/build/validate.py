"""Checking a store, down to the files that it was built from."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from mangaxr.build.compare import RULES as SOURCE_RULES
from mangaxr.build.compare import compare_sources
from mangaxr.build.report import OnProgress, Progress
from mangaxr.errors import UnknownNameError
from mangaxr.store.validation.issue import StoreIssue
from mangaxr.store.validation.levels import Level, check_level
from mangaxr.store.validation.report import StoreReport
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.run import run_rules
from mangaxr.store.validation.table import RULES

__all__ = ["ALL_RULES", "REBUILT", "Deep", "check_store", "validate_store"]

Deep = int | Literal["all"] | None

ALL_RULES: tuple[StoreRule, ...] = (*RULES, *SOURCE_RULES)
"""Every rule, in the order of their ids."""

REBUILT = 3
"""Galaxies that level ``sources`` builds anew if it is not said how many."""


def validate_store(
    path: str | os.PathLike[str],
    *,
    level: Level = "values",
    deep: Deep = None,
    sas: str | os.PathLike[str] | None = None,
    workers: int = 1,
    progress: OnProgress | None = None,
) -> list[StoreIssue]:
    """Check a store against its contract; every issue is collected, none raised.

    Parameters
    ----------
    path
        The ``.zarr`` directory. What is no store at all is an issue too, not an error.
    level
        How far to go, each level with all before it. ``structure``: metadata, files and
        coordinates; no array is decoded. ``values``: every array is decoded, and every
        digest computed. ``semantics``: whether what is stored agrees with the recipe and
        with itself. ``sources``: galaxies are built anew from their files and compared.
    deep
        Number of galaxies, evenly spread, whose arrays are decoded, and that are built anew
        if it comes to that; ``"all"`` for every one. By default all are decoded and 3 built
        anew.
    sas
        Folder of the files, for ``sources``: the root of a SAS tree, or one with the files in
        it; by default ``$SAS_BASE_DIR``, else ``~/sas``.
    workers
        Galaxies built anew at a time.
    progress
        Called as galaxies are looked at.

    Returns
    -------
    list of StoreIssue
        Empty for a sound store; at most 20 of each rule, then one that says how many more.

    Raises
    ------
    UnknownNameError
        If there is no such level, or ``deep`` is neither a positive number nor ``"all"``.

    Examples
    --------
    >>> import mangaxr
    >>> mangaxr.validate_store(mangaxr.synthetic.example_store(), level="semantics")
    []
    >>> print(*mangaxr.validate_store("missing.zarr"))
    MX101 store: there is nothing here
    """
    report = check_store(path, level=level, deep=deep, sas=sas, workers=workers, progress=progress)
    return report.issues


def check_store(
    path: str | os.PathLike[str],
    *,
    level: Level = "values",
    deep: Deep = None,
    sas: str | os.PathLike[str] | None = None,
    workers: int = 1,
    progress: OnProgress | None = None,
) -> StoreReport:
    """Check a store, and tell what was looked at; arguments as for `validate_store`."""
    began = time.monotonic()
    level = check_level(level)
    number = _number(deep)

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(Progress(done, 0, 0, total))

    report, store = run_rules(Path(path), level=level, deep=number, progress=tell)
    if store is not None and level == "sources":
        wanted = REBUILT if deep is None else number
        compare_sources(store, report, wanted=wanted, sas=sas, workers=workers, tell=tell)
    report.seconds = time.monotonic() - began
    return report


def _number(deep: Deep) -> int | None:
    if deep is None or deep == "all":
        return None
    if type(deep) is not int or deep < 1:
        msg = f"deep is {deep!r}: expected a number of galaxies, or 'all'"
        raise UnknownNameError(msg)
    return deep
