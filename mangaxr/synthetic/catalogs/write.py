"""Writing the catalogues of a large survey, and the truth about its galaxies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.releases import DEFAULT_RELEASE, find_release
from mangaxr.errors import UnknownNameError
from mangaxr.sas.layout import check_daptype, dapall_path, drpall_path
from mangaxr.synthetic.catalogs.dapall import dapall_header, order_daptypes
from mangaxr.synthetic.catalogs.planted import CatalogTruth, plant, truth_of
from mangaxr.synthetic.catalogs.population import draw_population, name_bundles
from mangaxr.synthetic.catalogs.tables import dapall_table, drpall_table
from mangaxr.synthetic.files.whole_file import write_whole

__all__ = ["CatalogFiles", "write_catalogs"]

_TRUTH = Path("truth", "catalogs.json")
_LEAST = 200


@dataclass(frozen=True, slots=True)
class CatalogFiles:
    """Where the catalogues are, and who is who in them."""

    root: Path
    dapall: Path
    drpall: Path
    truth: CatalogTruth


def write_catalogs(
    root: str | os.PathLike[str],
    *,
    galaxies: int = 11273,
    seed: int = 0,
    release: str = DEFAULT_RELEASE,
    daptypes: Iterable[str] | None = None,
) -> CatalogFiles:
    """Write dapall and drpall of a survey as large as the real one, without maps.

    The columns are the real ones. Among the galaxies are the best rotators, and bad ones of
    one fault each; the truth, ``truth/catalogs.json``, names them. The rest has no fault.

    Parameters
    ----------
    root
        SAS root to write to; files of the same names are replaced.
    galaxies
        Rows of drpall, at least 200. DR17 has 11,273.
    seed
        The same seed gives the same bytes.
    release
        Whose layout to use.
    daptypes
        Analyses in dapall; all of the release by default.

    Returns
    -------
    CatalogFiles
        Paths and truth.

    Raises
    ------
    UnknownNameError
        If there is no such release or DAPTYPE, or there are too few galaxies.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = write_catalogs(folder, galaxies=400)
    >>> len(files.truth.best_rotators)
    10
    """
    if galaxies < _LEAST:
        msg = f"{galaxies} galaxies are too few for every class: expected at least {_LEAST}"
        raise UnknownNameError(msg)
    known = find_release(release)
    asked = {check_daptype(name, known) for name in daptypes or known.daptypes}
    kinds = order_daptypes(asked, known)
    rng = np.random.default_rng(seed)
    plate, design = name_bundles(galaxies, rng)
    names = np.array([f"{p}-{d}" for p, d in zip(plate, design, strict=True)])
    planted = plant(design // 100, rng)
    population = draw_population(design // 100, planted, rng)
    truth = truth_of(planted, names)
    root = Path(root)
    drpall, dapall = drpall_path(root, known), dapall_path(root, known)
    _write(
        drpall,
        [fits.PrimaryHDU(), _table(drpall_table(names, population, planted, known), "MANGA")],
    )
    tables = {kind: dapall_table(names, population, planted, known, kind) for kind in kinds}
    primary = fits.PrimaryHDU(header=dapall_header(known))
    if known.layout == "DR15":
        _write(dapall, [primary, _table(np.concatenate(list(tables.values())), "DAPALL")])
    else:
        _write(dapall, [primary, *(_table(table, kind) for kind, table in tables.items())])
    write_whole(root / _TRUTH, json.dumps(truth.to_dict(), indent=1).encode())
    return CatalogFiles(root, dapall, drpall, truth)


def _table(content: np.ndarray[Any, Any], name: str) -> Any:
    return fits.BinTableHDU(content, name=name)


def _write(path: Path, hdus: list[Any]) -> None:
    """Write a FITS file that is too large to be made in memory first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        fits.HDUList(hdus).writeto(partial, overwrite=True)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
