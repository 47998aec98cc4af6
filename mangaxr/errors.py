"""Errors a user can meet, each also a subclass of the builtin one would expect.

Every message is one line that says what went wrong, in which file, galaxy and extension,
what was expected and what was found, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

__all__ = [
    "BadGalaxyError",
    "BadPlateIFUError",
    "BuildError",
    "CardError",
    "CatalogError",
    "CorruptFileError",
    "CriteriaError",
    "DownloadError",
    "EnsembleError",
    "ExportError",
    "ExpressionError",
    "GridError",
    "LensError",
    "MangaxrError",
    "MissingDependencyError",
    "MissingExtensionError",
    "MissingFileError",
    "NotMapsError",
    "PictureError",
    "RecipeError",
    "RecipeMismatchError",
    "StoreError",
    "UnknownNameError",
    "UnreachableError",
    "WriteError",
]

_Name = TypeVar("_Name", bound=str)


class MangaxrError(Exception):
    """Base of every error that mangaxr raises on purpose."""


class BadPlateIFUError(MangaxrError, ValueError):
    """Text that was meant to name a galaxy is not PLATE-IFUDESIGN."""


class UnknownNameError(MangaxrError, ValueError):
    """A line, channel, mask policy, release, grid or other name is not one that exists."""


class MissingFileError(MangaxrError, FileNotFoundError):
    """A file is not where the survey's layout puts it."""

    # FileNotFoundError formats (errno, text) pairs; the message alone is wanted.
    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingDependencyError(MangaxrError, ImportError):
    """An optional dependency that is needed here is not installed."""


class CorruptFileError(MangaxrError, OSError):
    """A file is truncated, damaged, or not what its name says."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NotMapsError(MangaxrError, ValueError):
    """A sound FITS file that is not a DAP MAPS file."""


class MissingExtensionError(MangaxrError, KeyError):
    """A MAPS file lacks an extension that was asked for."""

    # KeyError shows the repr of its argument; a sentence should not appear in quotes.
    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class GridError(MangaxrError, ValueError):
    """A pixel grid, or an array laid on one, does not have a shape or size that fits."""


class LensError(MangaxrError, ValueError):
    """Parameters that no lens has, or a source that cannot be put behind one."""


class BadGalaxyError(MangaxrError, ValueError):
    """Parameters that no synthetic disk galaxy has."""


class PictureError(MangaxrError, OSError):
    """A picture or a page cannot be written or read."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class CardError(MangaxrError, ValueError):
    """Documents of a store cannot be written where they were to go."""


class CatalogError(MangaxrError, ValueError):
    """A catalogue, or a table of galaxies, is not what it should be, or lacks a column."""


class ExpressionError(MangaxrError, ValueError):
    """An expression about catalogue columns that cannot be read or evaluated."""


class DownloadError(MangaxrError, OSError):
    """Files could not be downloaded, or what came is not what was asked for."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class UnreachableError(DownloadError):
    """No server can be asked for files any more: this is not for the fault of one galaxy."""


class CriteriaError(MangaxrError, ValueError):
    """Criteria for choosing and ranking galaxies that make no sense, or lack a column."""


class WriteError(MangaxrError, OSError):
    """The system refuses to write: a full disk, a folder that is not ours."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class StoreError(MangaxrError, ValueError):
    """A path is not a mangaxr store, or not a sound one."""


class EnsembleError(MangaxrError, ValueError):
    """A statistic over a store that cannot be computed as asked, or lacks what it needs."""


class ExportError(MangaxrError, OSError):
    """An export cannot be written, or there is nothing to export."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class RecipeError(MangaxrError, ValueError):
    """A file that was meant to hold a recipe does not, or holds a damaged one."""


class RecipeMismatchError(MangaxrError, ValueError):
    """A store exists already and was built with another recipe."""


class BuildError(MangaxrError, RuntimeError):
    """A build cannot start or cannot go on."""


def one_line(error: object, most: int | None = None) -> str:
    """Return what an error of another library says, in one line of so many characters at most."""
    return " ".join(str(error).split())[:most] or type(error).__name__


def known_name(what: str, name: str, names: Sequence[_Name]) -> _Name:
    """Return a name, if it is one of those there are.

    Raises
    ------
    UnknownNameError
        If it is none.
    """
    for known in names:
        if name == known:
            return known
    msg = f"unknown {what} {name!r}: use one of {', '.join(names)}"
    raise UnknownNameError(msg)
