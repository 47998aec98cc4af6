"""Which extensions the variables that a user names are read from."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mangaxr.datamodel.extensions import COORDINATES, EXTENSIONS, find_extension
from mangaxr.errors import UnknownNameError

__all__ = ["coordinate_extensions", "optional_extensions", "variable_extensions"]


def coordinate_extensions() -> tuple[str, ...]:
    """Return the extensions that the spatial coordinates of every Dataset come from."""
    return tuple(dict.fromkeys(row.extension for row in COORDINATES))


def optional_extensions(wanted: Iterable[str] | None) -> tuple[str, ...]:
    """Return the extensions that are read for coordinates only, which a file may lack."""
    asked_for = set(wanted or ())
    return tuple(name for name in coordinate_extensions() if name not in asked_for)


def variable_extensions(variables: Iterable[str]) -> tuple[str, ...]:
    """Turn variable names, in either case, into EXTNAMEs.

    Raises
    ------
    UnknownNameError
        If no release has such an extension.

    Examples
    --------
    >>> variable_extensions(["emline_gflux", "BINID"])
    ('EMLINE_GFLUX', 'BINID')
    """
    names = (variables,) if isinstance(variables, str) else tuple(variables)
    for name in names:
        if find_extension(name) is None:
            known = [row.variable for row in EXTENSIONS]
            close = difflib.get_close_matches(name.lower(), known, n=3) or known[:3]
            msg = f"no MAPS extension is called {name!r}: did you mean {', '.join(close)}?"
            raise UnknownNameError(msg)
    return tuple(name.upper() for name in names)
