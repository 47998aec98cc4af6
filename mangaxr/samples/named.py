"""Reading the named samples, and ``@NAME`` in place of a galaxy."""

from __future__ import annotations

import csv
import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU

__all__ = ["Item", "SampleGalaxy", "expand_samples", "list_samples", "load_sample"]

Item = str | os.PathLike[str] | PlateIFU
"""What names one galaxy, one file, or several galaxies at once."""

_TABLES = Path(__file__).parent / "tables"
_MARK = "@"


@dataclass(frozen=True, slots=True)
class SampleGalaxy:
    """A galaxy of a named sample: which, in what role, and why it is there."""

    plateifu: PlateIFU
    role: str
    reason: str


def list_samples() -> tuple[str, ...]:
    """Name the samples there are.

    Examples
    --------
    >>> list_samples()
    ('lens-sources', 'lens-sources-8')
    """
    return tuple(sorted(table.stem for table in _TABLES.glob("*.csv")))


def load_sample(name: str) -> tuple[SampleGalaxy, ...]:
    """Read a named sample, in the order of its table.

    Parameters
    ----------
    name
        With or without the ``@``.

    Returns
    -------
    tuple of SampleGalaxy
        Each with its ``plateifu``, ``role`` and ``reason``.

    Raises
    ------
    UnknownNameError
        If there is no such sample.

    Examples
    --------
    >>> str(load_sample("@lens-sources")[0].plateifu)
    '8593-12705'
    """
    wanted, known = name.removeprefix(_MARK), list_samples()
    if wanted not in known:
        close = difflib.get_close_matches(wanted, known, n=1)
        hint = f"did you mean @{close[0]}?" if close else f"there are {_listed(known)}"
        msg = f"no sample is called {_MARK}{wanted}: {hint}"
        raise UnknownNameError(msg)
    text = (_TABLES / f"{wanted}.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        SampleGalaxy(PlateIFU.parse(row["plateifu"]), row["role"], row["reason"]) for row in rows
    )


def expand_samples(items: Iterable[Item]) -> list[Item]:
    """Put the galaxies of a sample in the place of its ``@NAME``; the rest stays as it is.

    Raises
    ------
    UnknownNameError
        If there is no such sample.

    Examples
    --------
    >>> [str(item) for item in expand_samples(["8138-12704", "@lens-sources"])][:2]
    ['8138-12704', '8593-12705']
    """
    expanded: list[Item] = []
    for item in items:
        if isinstance(item, str) and item.startswith(_MARK):
            expanded += [galaxy.plateifu for galaxy in load_sample(item)]
        else:
            expanded.append(item)
    return expanded


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{_MARK}{name}" for name in names)
