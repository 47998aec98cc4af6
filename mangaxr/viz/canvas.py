"""The only door to matplotlib: figures without pyplot, so without global state."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from mangaxr.errors import MissingDependencyError, PictureError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DPI", "FONT", "made_directory", "new_figure", "require_matplotlib", "save_png"]

DPI = 200
"""Pixels per inch: a page-wide figure of 7 inches is 1400 pixels wide."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, and has every superscript and Greek letter of a unit or a line."""


def made_directory(directory: Path) -> Path:
    """Make a directory for pictures, if it is not there yet.

    Raises
    ------
    PictureError
        If it cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{directory}: cannot make the directory ({error}): choose another"
        raise PictureError(msg) from error
    return directory


def require_matplotlib() -> None:
    """Check that matplotlib can be imported.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        importlib.import_module("matplotlib.figure")
    except ImportError as error:
        msg = f'previews need matplotlib ({error}): run pip install "mangaxr[plot]"'
        raise MissingDependencyError(msg) from error


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, drawn by Agg.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    # Panels are placed in inches: no layout engine, whatever the user's settings.
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)
    return figure


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure; the file appears under its name only once it is whole.

    Raises
    ------
    PictureError
        If the file cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        figure.savefig(partial, format="png", dpi=DPI)
        partial.replace(path)
    except OSError as error:
        msg = f"{path}: cannot write the picture ({error}): choose another directory"
        raise PictureError(msg) from error
    finally:
        partial.unlink(missing_ok=True)
