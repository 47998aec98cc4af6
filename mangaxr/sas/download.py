"""Bringing files of the archive here: politely, verifiably, and never twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from mangaxr.datamodel.releases import DEFAULT_RELEASE, Release, find_release
from mangaxr.errors import BadPlateIFUError, DownloadError, UnknownNameError
from mangaxr.location import is_local
from mangaxr.plateifu import PlateIFU
from mangaxr.samples.named import Item, expand_samples
from mangaxr.sas.fetch import Archive, Wanted
from mangaxr.sas.layout import DEFAULT_BASE_URL, PRODUCTS, check_base_urls, check_daptype
from mangaxr.sas.local import sas_root
from mangaxr.sas.missing import why_missing
from mangaxr.sas.pool import run_side_by_side
from mangaxr.sas.records import LEVELS, DownloadProgress, DownloadRecord, Level, OnDownload
from mangaxr.sas.retry import Patience

__all__ = ["download", "fetch_maps"]

_ONE_ITEM = (str, os.PathLike, PlateIFU)


def download(
    items: Iterable[Item] | Item = (),
    *,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
    what: Iterable[str] | str = ("maps",),
    base_urls: Iterable[str] | str = (DEFAULT_BASE_URL,),
    jobs: int = 3,
    verify: Level = "gzip",
    dry_run: bool = False,
    progress: OnDownload | None = None,
    patience: Patience | None = None,
) -> list[DownloadRecord]:
    """Download files of the archive into the local SAS tree.

    A file that is there already is checked once and not fetched again; one that was begun
    is continued. Under its final name a file is always complete and verified.

    Parameters
    ----------
    items
        Galaxies: plateifus, or ``@SAMPLE``. None are needed for catalogs alone.
    sas
        Root of the tree; ``$SAS_BASE_DIR`` or ``~/sas`` by default.
    release, daptype
        Which reduction.
    what
        Kinds of files: ``maps``, ``modelcube``, ``cube``, ``dapall``, ``drpall``.
    base_urls
        Where the tree is on the network; where there are several, the next is tried when
        one does not have a file, or fails.
    jobs
        Files fetched at a time. The archive serves everyone: keep it small.
    verify
        ``size``, ``gzip`` (CRC of the compressed stream, every HDU there) or ``fits``
        (also the checksums of each HDU).
    dry_run
        Look at what is there, and ask the network for nothing.
    progress
        Called as bytes arrive and files are done, from the threads that fetch them.
    patience
        Timeouts and attempts.

    Returns
    -------
    list of DownloadRecord
        One for each file, in the order of `items` and `what`; a file that could not be had
        is a record too, with the reason.

    Raises
    ------
    BadPlateIFUError
        If an item does not name a galaxy.
    UnknownNameError
        If the release, DAPTYPE, a kind of file, a sample or a level does not exist.
    DownloadError
        If there is nothing to download, or a URL is not of the web.

    Examples
    --------
    >>> import mangaxr
    >>> record, = mangaxr.download("8138-12704", sas="sas", dry_run=True)
    >>> record.status, record.url.rpartition("/")[2]
    ('planned', 'manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz')
    """
    known = find_release(release)
    several = (items,) if isinstance(items, _ONE_ITEM) else items
    kinds = (what,) if isinstance(what, str) else tuple(dict.fromkeys(what))
    wanted = _plan(several, kinds, known, check_daptype(daptype, known))
    _check(verify, jobs)
    stop = threading.Event()
    tally = _Tally(len(wanted), progress)
    archive = Archive(
        _here(sas_root(sas)),
        check_base_urls(base_urls),
        level=verify,
        patience=patience or Patience(),
        stop=stop,
        on_bytes=tally.bytes,
    )

    def work(file: Wanted) -> DownloadRecord:
        record = archive.look(file) if dry_run else archive.bring(file)
        tally.file(record)
        return record

    return run_side_by_side(work, wanted, threads=jobs, stop=stop)


def fetch_maps(
    plateifu: PlateIFU,
    *,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
) -> None:
    """Download the MAPS file of a galaxy, unless it is in the local SAS tree.

    Parameters
    ----------
    plateifu, sas, release, daptype
        As in `mangaxr.open_maps`.

    Raises
    ------
    DownloadError
        If it could not be had; the message holds the reason.
    UnknownNameError
        If the release or DAPTYPE is not one.
    """
    (record,) = download([plateifu], sas=sas, release=release, daptype=daptype)
    if not record.ok:
        msg = f"{plateifu}: no MAPS file: {record.reason}"
        raise DownloadError(msg)


def _plan(
    items: Iterable[Item], kinds: Sequence[str], release: Release, daptype: str
) -> list[Wanted]:
    """List the files, each once."""
    for kind in kinds:
        if kind not in PRODUCTS:
            msg = f"{kind!r} is no kind of file: there are {', '.join(PRODUCTS)}"
            raise UnknownNameError(msg)
    galaxies = list(dict.fromkeys(_galaxy(item) for item in expand_samples(items)))
    nobody = PlateIFU(0, 0)  # whose number no path of a catalog holds
    wanted = [
        Wanted(
            what=kind,
            galaxy="" if galaxy == nobody else str(galaxy),
            path=PRODUCTS[kind].relative(release, galaxy, daptype),
            missing=why_missing(release, galaxy, daptype) if PRODUCTS[kind].of_dap else "",
        )
        for kind in kinds
        for galaxy in (galaxies if PRODUCTS[kind].per_galaxy else [nobody])
    ]
    if not wanted:
        msg = (
            "nothing to download: give galaxies (8138-12704, @lens-sources), or ask for the "
            "catalogs with what='dapall' or 'drpall' (--what dapall,drpall)"
        )
        raise DownloadError(msg)
    return wanted


def _galaxy(item: object) -> PlateIFU:
    if not isinstance(item, _ONE_ITEM):
        msg = f"{item!r} does not name a galaxy: expected '8138-12704', a PlateIFU or '@SAMPLE'"
        raise BadPlateIFUError(msg)
    return item if isinstance(item, PlateIFU) else PlateIFU.parse(os.fspath(item))


def _check(verify: str, jobs: int) -> None:
    if verify not in LEVELS:
        msg = f"verify = {verify!r}: expected {', '.join(LEVELS)}"
        raise UnknownNameError(msg)
    if jobs < 1:
        msg = f"jobs = {jobs}: expected at least 1"
        raise DownloadError(msg)


def _here(root: Path) -> Path:
    """Make sure that files can be brought to a place."""
    if not is_local(root):
        msg = f"{root}: files are downloaded to this machine: give a directory as the SAS root"
        raise DownloadError(msg)
    return root


class _Tally:
    """Running totals, told to whoever listens."""

    def __init__(self, total: int, progress: OnDownload | None) -> None:
        self._total = total
        self._progress = progress
        self._done = self._failed = self._received = 0
        self._lock = threading.Lock()

    def bytes(self, number: int) -> None:
        with self._lock:
            self._received += number
            self._tell()

    def file(self, record: DownloadRecord) -> None:
        with self._lock:
            self._done += 1
            self._failed += not record.ok
            self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(DownloadProgress(self._done, self._failed, self._total, self._received))
