"""The quality of many galaxies: one row each, in a table over ``galaxy``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mangaxr._version import __version__
from mangaxr.build.fetch import fetch_missing
from mangaxr.build.items import ONE_ITEM, Item, Source, absolute, resolve_items
from mangaxr.build.origin import size_row
from mangaxr.build.report import OnProgress, Progress
from mangaxr.build.row_log import RowLog
from mangaxr.build.rows import (
    Row,
    done_row,
    failed_row,
    header_row,
    quality_row,
    require_file,
)
from mangaxr.build.scheduling.connect import check_client
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.build.scheduling.processes import DIED
from mangaxr.datamodel.maskbits import DEFAULT_POLICY, bits_of_policy
from mangaxr.datamodel.releases import DEFAULT_RELEASE
from mangaxr.errors import BuildError, MangaxrError
from mangaxr.maps.attributes import header_values
from mangaxr.maps.masks import Policy, policy_text
from mangaxr.maps.measured import MeasuredPlanes
from mangaxr.maps.stream import read_maps
from mangaxr.quality.field import OPTIONAL, wanted_by_quality
from mangaxr.quality.thresholds import Thresholds, load_thresholds
from mangaxr.sas.layout import DEFAULT_BASE_URL
from mangaxr.sas.records import OnDownload
from mangaxr.store.contract import GALAXY_COORDS, QUALITY_COORDS, STATUS, Variable

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["compute_quality", "measure_galaxy"]

_OF_TENSORS = {
    "split",
    "pixel_scale",
    "center_sky_x",
    "center_sky_y",
    "psf_fwhm_pixels",
    "arrays_sha256",
    "row_sha256",
}
"""Coordinates of a store that describe the tensor, and not the galaxy."""

_COLUMNS = (
    *(spec for spec in GALAXY_COORDS if spec.name not in {*_OF_TENSORS, "galaxy"}),
    *QUALITY_COORDS,
)


def compute_quality(
    items: Iterable[Item] | Item,
    *,
    thresholds: str | os.PathLike[str] | Thresholds | None = None,
    mask: Policy = DEFAULT_POLICY,
    min_snr: float = 3.0,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
    workers: int = 1,
    client: Client | None = None,
    verify: bool = False,
    sha256: bool = False,
    download: bool = False,
    base_urls: Iterable[str] = (DEFAULT_BASE_URL,),
    jobs: int = 3,
    log: str | os.PathLike[str] | None = None,
    progress: OnProgress | None = None,
    on_download: OnDownload | None = None,
) -> xr.Dataset:
    """Measure how good the maps of galaxies are, and judge which are usable.

    Parameters
    ----------
    items
        MAPS files, directories of them, plateifus found in the SAS tree, or ``@SAMPLE``.
    thresholds
        A TOML file of thresholds; the shipped table by default.
    mask
        Mask policy, or a list of flag names.
    min_snr
        Spaxels whose H-alpha flux times sqrt(ivar) is lower have no velocity.
    sas, release, daptype
        Where and which reduction to look for plateifus.
    workers
        Galaxies worked on at a time: few galaxies in threads, many in processes. The
        table does not depend on it.
    client
        A client of a running `dask.distributed` cluster, which works in place of `workers`;
        files must be where its workers see them.
    verify
        Check the gzip CRC and every FITS checksum to the end of each file, at two to three
        times the time.
    sha256
        Note the SHA-256 of each file, which is read for it as a whole, and not inflated.
    download
        Fetch the files that the SAS tree lacks first. See `mangaxr.download`.
    base_urls, jobs
        Where from, and how many at a time.
    log
        A file that keeps each row as it is done: after an interruption the same call goes on
        from there. It is removed at the end.
    progress
        Called after every galaxy.
    on_download
        Called with the progress of the download.

    Returns
    -------
    xarray.Dataset
        Over ``galaxy``, in memory: what is known of each, every metric, the flags,
        ``usable`` and ``reason``. A galaxy that failed is a row too, with ``failure``.

    Raises
    ------
    BuildError
        If an item cannot be a galaxy, or the client's cluster cannot do it.
    CriteriaError, MissingFileError
        If the thresholds cannot be read.
    UnknownNameError
        If a policy, release or DAPTYPE does not exist.

    Examples
    --------
    >>> import mangaxr
    >>> quality = mangaxr.compute_quality(mangaxr.synthetic.example_survey())
    >>> quality.usable.values.tolist(), quality.velocity_gradient.units
    ([True, True, True], 'km / (arcsec s)')
    """
    if workers < 1:
        msg = f"workers = {workers}: expected at least 1"
        raise BuildError(msg)
    if client is not None:
        check_client(client)
    table = load_thresholds(thresholds)
    bits = bits_of_policy(mask)
    several = (items,) if isinstance(items, ONE_ITEM) else items
    sources = resolve_items(several, sas=sas, release=release, daptype=daptype)
    if download:
        sources = fetch_missing(
            sources,
            sas=sas,
            release=release,
            daptype=daptype,
            base_urls=base_urls,
            jobs=jobs,
            progress=on_download,
        )
    measure = partial(
        measure_galaxy,
        bits=bits,
        min_snr=min_snr,
        thresholds=table,
        verify=verify,
        sha256=sha256,
    )
    settings = {
        "mangaxr": __version__,
        "mask_policy": policy_text(mask),
        "min_snr": min_snr,
        "thresholds": table.to_dict(),
    }
    with RowLog(None if log is None else Path(log), settings) as known:
        rows = _measure_all(measure, sources, known, progress, workers=workers, client=client)
        found = _table(rows, settings)
        known.finish()
    return found


def _measure_all(
    measure: Callable[[Source], Row],
    sources: Sequence[Source],
    known: RowLog,
    progress: OnProgress | None,
    *,
    workers: int,
    client: Client | None,
) -> list[Row]:
    """Return the rows of all galaxies: those that are known, and the others measured."""
    rows = {source.galaxy: row for source in sources if (row := known.find(source)) is not None}
    left = [source for source in sources if source.galaxy not in rows]
    resumed = len(rows)
    failed = sum(map(_failed, rows.values()))
    tell = progress or (lambda _: None)
    tell(Progress(resumed, failed, resumed, len(sources)))
    found = run_in_order(
        measure,
        [absolute(source) for source in left],
        workers=workers,
        client=client,
        on_death=_give_up,
    )
    with closing(found):
        for source, row in zip(left, found, strict=True):
            rows[source.galaxy] = row
            known.add(source, row)
            failed += _failed(row)
            tell(Progress(len(rows), failed, resumed, len(sources)))
    return [rows[source.galaxy] for source in sources]


def _failed(row: Row) -> bool:
    return bool(row["status"] == STATUS["failed"])


def measure_galaxy(
    source: Source,
    *,
    bits: int,
    min_snr: float,
    thresholds: Thresholds,
    verify: bool,
    sha256: bool,
) -> Row:
    """Measure one galaxy; return its row, or that of its failure."""
    try:
        path = require_file(source)
        raw = read_maps(path, _wanted(), optional=OPTIONAL, verify=verify, sha256=sha256)
        values = header_values(raw)
        planes = MeasuredPlanes(raw, bits)
        quality = quality_row(planes, values, min_snr=min_snr, thresholds=thresholds)
    except MangaxrError as error:
        return failed_row(source, str(error))
    return done_row(source, header_row(raw, values), size_row(source, raw), quality)


_wanted = cache(wanted_by_quality)


def _give_up(source: Source) -> Row:
    return failed_row(source, DIED)


def _table(rows: Sequence[Row], settings: Mapping[str, Any]) -> xr.Dataset:
    names = np.array([row["galaxy"] for row in rows], dtype=np.str_)
    return xr.Dataset(
        {spec.name: ("galaxy", _column(spec, rows), _attributes(spec)) for spec in _COLUMNS},
        coords={"galaxy": ("galaxy", names, {"long_name": "plate and IFU design"})},
        attrs={
            "title": "quality of MaNGA galaxies",
            **settings,
            "thresholds": json.dumps(settings["thresholds"]),
        },
    )


def _column(spec: Variable, rows: Sequence[Row]) -> np.ndarray[Any, Any]:
    values = spec.filled(row.get(spec.name) for row in rows)
    return np.array(values, dtype=np.str_ if spec.dtype == "str" else spec.dtype)


def _attributes(spec: Variable) -> dict[str, str]:
    units = {"units": spec.units} if spec.units else {}
    return {"long_name": spec.long_name, **units}
