"""A store as one netCDF file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import xarray as xr

from mangaxr.errors import MangaxrError
from mangaxr.export.chosen import choose, read_blocks
from mangaxr.export.netcdf_file import NetcdfFile, map_variables, read_settings
from mangaxr.export.report import ExportReport, OnExport, report_on
from mangaxr.export.settings import make_settings
from mangaxr.export.staging import Staging, existing, refused
from mangaxr.plateifu import PlateIFU

__all__ = ["export_netcdf"]

_FORMAT = "mangaxr-netcdf 1"


def export_netcdf(
    store: xr.Dataset | str | os.PathLike[str],
    file: str | os.PathLike[str],
    *,
    galaxies: Iterable[str | PlateIFU] | None = None,
    usable: bool = False,
    split: str | None = None,
    channels: Iterable[str] | None = None,
    physical: bool = False,
    fresh: bool = False,
    progress: OnExport | None = None,
) -> ExportReport:
    """Write a store into one netCDF-4 file, with the attributes of the CF conventions.

    `xarray.open_dataset` gives back every value, and what takes an open store takes the
    result too.

    Parameters
    ----------
    store
        A store, open or by its path; a selection of galaxies and channels will do. It is
        read 64 galaxies at a time.
    file
        Where it goes. Until it is complete it is in ``FILE.partial``.
    galaxies
        Which to write; all by default. Those that failed are not written, but reported.
    usable
        Only those that the store judges usable.
    split
        Only those of this split, such as ``train``.
    channels
        Which to write, in this order; all by default.
    physical
        Instead of ``tensor``, ``ivar`` and ``coverage`` over (galaxy, channel, y, x), write
        for each channel ``NAME`` in its unit, ``NAME_ivar`` and ``NAME_coverage`` over
        (galaxy, y, x), in single precision.
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
        If the store has no such galaxy, split or channel.

    Examples
    --------
    >>> import tempfile
    >>> import mangaxr, xarray
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/tensors.nc"
    ...     report = mangaxr.export_netcdf(mangaxr.synthetic.example_store(), path, physical=True)
    ...     with xarray.open_dataset(path) as ds:
    ...         print(ds.ha_vel.dims, ds.ha_vel.units, ds.ha_vel_ivar.units)
    ('galaxy', 'y', 'x') km / s s2 / km2
    """
    began = time.monotonic()
    chosen = choose(store, galaxies=galaxies, usable=usable, split=split, channels=channels)
    settings = make_settings(chosen, _FORMAT, values="physical" if physical else "scaled")
    final = Path(os.path.abspath(Path(file).expanduser()))
    total = len(chosen.positions)
    try:
        if existing(final, settings, read_settings, fresh=fresh):
            return report_on(chosen, file, began, resumed=total, existed=True)
        staging = Staging(final)
        with staging.locked(keep=False):
            staging.clear()
            variables = map_variables(chosen, physical=physical)
            with closing(NetcdfFile(staging.made, chosen, variables, settings)) as made:
                for block in read_blocks(chosen):
                    written = made.write(block)
                    if progress is not None:
                        progress(written, total)
            staging.publish()
    except MangaxrError:
        raise
    except (OSError, RuntimeError) as error:  # the second is netCDF's own
        raise refused(final, error) from error
    return report_on(chosen, file, began)
