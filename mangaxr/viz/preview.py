"""Preview pictures: the maps of a galaxy in physical units, on the sky."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from mangaxr.plateifu import PlateIFU
from mangaxr.store.galaxies import skipped_galaxies
from mangaxr.store.layout import by_chunk
from mangaxr.store.reader import open_store
from mangaxr.viz.canvas import made_directory, require_matplotlib, save_png
from mangaxr.viz.figure import draw_galaxy
from mangaxr.viz.selection import find_galaxies, map_variables, picture_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OnPreview", "draw_preview", "write_previews"]

_LOGGER = logging.getLogger(__name__)

OnPreview = Callable[[int, int], None]
"""Told after each picture how many are written, and of how many."""


def draw_preview(
    store: xr.Dataset, galaxy: str | PlateIFU, *, channels: Iterable[str] | None = None
) -> Figure:
    """Draw the maps of one galaxy.

    A panel per channel, in physical units, and one of the coverage; offsets from the
    object in arcsec, North up and East to the left.

    Parameters
    ----------
    store
        An open store; only this galaxy's maps are read.
    galaxy
        Its plateifu.
    channels
        Channels to draw, in order; all by default.

    Returns
    -------
    matplotlib.figure.Figure
        Bears no relation to pyplot. Its axes are labelled with the channels' names,
        ``coverage``, and the same followed by `` colour bar``.

    Raises
    ------
    UnknownNameError
        If the store has no such galaxy or channel, or the galaxy failed.
    MissingDependencyError
        If matplotlib is not installed.

    Examples
    --------
    >>> import mangaxr
    >>> from mangaxr.viz.preview import draw_preview
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> figure = draw_preview(st, str(st.galaxy.values[0]))
    >>> [axes.get_label() for axes in figure.axes][::2]
    ['ha_flux', 'ha_vel', 'coverage']
    """
    require_matplotlib()
    maps = map_variables(store, channels)
    (position,) = find_galaxies(store, [galaxy])
    return draw_galaxy(maps.isel(galaxy=position).load())


def write_previews(
    store: xr.Dataset | str | os.PathLike[str],
    outdir: str | os.PathLike[str],
    *,
    galaxies: Iterable[str | PlateIFU] | None = None,
    channels: Iterable[str] | None = None,
    progress: OnPreview | None = None,
) -> list[Path]:
    """Write a picture of each galaxy, ``PLATEIFU.png``.

    Parameters
    ----------
    store
        An open store, or its path. It is read 64 galaxies at a time.
    outdir
        Directory of the pictures; made if it does not exist.
    galaxies
        Which to draw; by default all that have maps. The others are logged, and
        `mangaxr.store.galaxies.skipped_galaxies` lists them with the reasons.
    channels
        Channels to draw, in order; all by default.
    progress
        Called after each picture with the number written and their total.

    Returns
    -------
    list of Path
        The pictures, in the store's order.

    Raises
    ------
    UnknownNameError
        If a galaxy that was asked for is not in the store or failed; nothing is written.
    PictureError
        If a picture cannot be written.
    MissingDependencyError
        If matplotlib is not installed.
    """
    require_matplotlib()
    # Without dask: the slabs are read one after the other anyway.
    opened = store if isinstance(store, xr.Dataset) else open_store(store, chunks=None)
    maps = map_variables(opened, channels)
    wanted = _positions(opened, galaxies)
    directory = made_directory(Path(outdir))
    paths: list[Path] = []
    for galaxy in _read_slabs(maps, wanted):
        path = directory / picture_name(str(galaxy.galaxy.values))
        save_png(draw_galaxy(galaxy), path)
        paths.append(path)
        if progress is not None:
            progress(len(paths), len(wanted))
    return paths


def _positions(store: xr.Dataset, galaxies: Iterable[str | PlateIFU] | None) -> list[int]:
    """Return the positions of the galaxies to draw, each once and in order."""
    if galaxies is not None:
        return sorted(set(find_galaxies(store, galaxies)))
    skipped = skipped_galaxies(store)
    for name, reason in skipped.items():
        _LOGGER.warning("galaxy %s gets no picture: %s", name, reason)
    return [i for i, name in enumerate(store.galaxy.values) if str(name) not in skipped]


def _read_slabs(maps: xr.Dataset, wanted: list[int]) -> Iterator[xr.Dataset]:
    """Read galaxies a chunk at a time, so that each is inflated once, and give them one by one."""
    for inside in by_chunk(wanted):
        slab = maps.isel(galaxy=inside).load()
        for i in range(len(inside)):
            yield slab.isel(galaxy=i)
