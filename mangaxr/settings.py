"""Settings in TOML files: each mistake is one line that names file, entry and what is expected."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mangaxr.errors import CriteriaError, MissingFileError

__all__ = ["check_names", "read_number", "read_table", "read_toml"]


def read_toml(file: Path, *, where: str, what: str, missing: str) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    file
        Its path.
    where
        What to call it in messages.
    what
        What it is to hold.
    missing
        What to say if there is no such file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CriteriaError
        If it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        msg = f"{where}: {missing}"
        raise MissingFileError(msg) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        msg = f"{where}: cannot be read as {what} ({reason}): expected a TOML file"
        raise CriteriaError(msg) from error


def read_table(where: str, key: str, value: object) -> Mapping[str, Any]:
    """Return a value that is to be a table.

    Parameters
    ----------
    where
        The file, for the message.
    key
        Name of the entry.
    value
        What stands there.

    Raises
    ------
    CriteriaError
        If it is none.
    """
    if not isinstance(value, Mapping):
        msg = f"{where}: {key} = {value!r} should be a table, [{key}]"
        raise CriteriaError(msg)
    return value


def read_number(where: str, what: str, value: object) -> float:
    """Return a value that is to be a number.

    Raises
    ------
    CriteriaError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        msg = f"{where}: {what} = {value!r}: expected a number"
        raise CriteriaError(msg)
    return float(value)


def check_names(where: str, kind: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Make sure that names exist.

    Parameters
    ----------
    where
        The file, for the message.
    kind
        What the names are of.
    given, known
        Names in the file, and those that there are.

    Raises
    ------
    CriteriaError
        If one does not; the message suggests a near one.
    """
    names = list(known)
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
            msg = f"{where}: no {kind} is called {name!r}: {hint}"
            raise CriteriaError(msg)
