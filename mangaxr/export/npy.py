"""A store as one NumPy file per galaxy, each with a JSON sidecar."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

import xarray as xr

from mangaxr.errors import MangaxrError, UnknownNameError
from mangaxr.export.chosen import choose, read_blocks
from mangaxr.export.galaxy_files import GalaxyFiles, read_settings
from mangaxr.export.report import ExportReport, OnExport, report_on
from mangaxr.export.settings import check_fill, fill_word, make_settings
from mangaxr.export.sidecar import Sidecars
from mangaxr.export.staging import Staging, existing, refused
from mangaxr.plateifu import PlateIFU

__all__ = ["EXTRAS", "Extra", "export_npy"]

Extra = Literal["coverage", "ivar", "valid"]

EXTRAS: tuple[str, ...] = get_args(Extra)
"""Arrays that can be written beside the values, each in a folder of its own."""

_FORMAT = "mangaxr-npy 1"


def export_npy(
    store: xr.Dataset | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    galaxies: Iterable[str | PlateIFU] | None = None,
    usable: bool = False,
    split: str | None = None,
    channels: Iterable[str] | None = None,
    physical: bool = False,
    fill: float = math.nan,
    extras: Iterable[Extra] = (),
    fresh: bool = False,
    progress: OnExport | None = None,
) -> ExportReport:
    """Write ``PLATEIFU.npy`` and ``PLATEIFU.json`` for each galaxy of a store; resumes by itself.

    An array is float32 of shape (channel, y, x). The JSON file holds all that is known of
    it: channels with units and scalings, pixel scale, redshift, PSF, quality, source file,
    recipe, licence, citation. ``index.csv`` lists the galaxies.

    Parameters
    ----------
    store
        A store, open or by its path; a selection of galaxies and channels will do. It is
        read 64 galaxies at a time.
    folder
        Where the files go. Until all are written they are in ``FOLDER.partial``; the same
        export again goes on from there.
    galaxies
        Which to write; all by default. Those that failed are not written, but reported.
    usable
        Only those that the store judges usable.
    split
        Only those of this split, such as ``train``.
    channels
        Which to write, in this order; all by default.
    physical
        Write physical values, in the unit of each channel, instead of scaled ones.
    fill
        What stands where there is no value: NaN, or a number. With a number, which could
        be a value too, the array ``valid`` is always written.
    extras
        More arrays of the same shape, in folders beside the values: ``coverage`` (share of
        the pixel that was measured), ``ivar`` (inverse variance of the physical value;
        missing as `fill` says), ``valid`` (bool, whether there is a value).
    fresh
        Replace an export that is there.
    progress
        Called after every block of galaxies with the number written and their total.

    Returns
    -------
    ExportReport
        Counts, failures and time.

    Raises
    ------
    ExportError
        If no galaxy is left, if something else is at the place, or it cannot be written.
    StoreError, MissingFileError
        If it is no store, or a damaged one.
    UnknownNameError
        If the store has no such galaxy, split or channel, or there is no such extra.

    Examples
    --------
    >>> import json, tempfile
    >>> from pathlib import Path
    >>> import mangaxr, numpy
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = Path(folder, "npy")
    ...     report = mangaxr.export_npy(mangaxr.synthetic.example_store(), out)
    ...     tensor = numpy.load(out / "8001-1901.npy")
    ...     sidecar = json.loads((out / "8001-1901.json").read_text())
    >>> report.galaxies, tensor.shape, tensor.dtype, sidecar["channels"][1]["units"]
    (3, (2, 64, 64), dtype('float32'), 'km / s')
    """
    began = time.monotonic()
    chosen = choose(store, galaxies=galaxies, usable=usable, split=split, channels=channels)
    fill = check_fill(fill)
    names = _extras(extras, fill)
    settings = make_settings(
        chosen,
        _FORMAT,
        values="physical" if physical else "scaled",
        fill_value=fill_word(fill),
        extras=list(names),
    )
    final = Path(os.path.abspath(Path(folder).expanduser()))
    total = len(chosen.positions)
    try:
        if existing(final, settings, read_settings, fresh=fresh):
            return report_on(chosen, folder, began, resumed=total, existed=True)
        staging = Staging(final)
        with staging.locked(keep=True):
            sidecars = Sidecars(chosen, _FORMAT, physical=physical)
            files = GalaxyFiles(staging.made, sidecars, names)
            done = files.done(chosen) if staging.take_up(settings) else []
            files.make_folders()
            written = len(done)
            for block in read_blocks(chosen, done):
                files.write(block, physical=physical, fill=fill)
                written += block.sizes["galaxy"]
                if progress is not None:
                    progress(written, total)
            files.finish(chosen, settings)
            staging.publish()
    except MangaxrError:
        raise
    except OSError as error:
        raise refused(final, error) from error
    return report_on(chosen, folder, began, resumed=len(done))


def _extras(extras: Iterable[str], fill: float) -> tuple[str, ...]:
    """Return the arrays to write besides the values, in the order of the table."""
    asked = {extras} if isinstance(extras, str) else set(extras)
    unknown = sorted(asked - set(EXTRAS))
    if unknown:
        msg = f"there is no array {unknown[0]!r} to export: use {', '.join(EXTRAS)}"
        raise UnknownNameError(msg)
    if not math.isnan(fill):
        asked.add("valid")
    return tuple(name for name in EXTRAS if name in asked)
