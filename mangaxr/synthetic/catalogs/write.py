"""Writing the catalogues of a large survey, and the truth about its galaxies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mangaxr.datamodel.releases import DEFAULT_RELEASE, find_release
from mangaxr.errors import UnknownNameError
from mangaxr.sas.layout import check_daptype, dapall_path, drpall_path
from mangaxr.synthetic.catalogs.bintable import write_tables
from mangaxr.synthetic.catalogs.dapall import dapall_header, dapall_tables, order_daptypes
from mangaxr.synthetic.catalogs.drpall import drpall_tables
from mangaxr.synthetic.catalogs.planted import CatalogTruth, truth_of
from mangaxr.synthetic.catalogs.tables import (
    dapall_table,
    draw_survey,
    drpall_table,
)
from mangaxr.synthetic.files.whole_file import write_whole

__all__ = ["CatalogFiles", "write_catalogs"]

_TRUTH = Path("truth", "catalogs.json")
_LEAST = 200
_MOST = 17 * 5000  # bundles on the plates there are


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFiles:
    """Where the catalogues are, and who is who in them.

    Parameters
    ----------
    root
        SAS root.
    release
        Name of the release.
    dapall, drpall
        The catalogues.
    truth
        Names of the galaxies of each class.
    truth_file
        The same as JSON.
    """

    root: Path
    release: str
    dapall: Path
    drpall: Path
    truth: CatalogTruth
    truth_file: Path


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
        Rows of drpall, from 200 to 85,000. DR17 has 11,273.
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
        If there is no such release or DAPTYPE, or the number of galaxies is out of range.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = write_catalogs(folder, galaxies=400)
    >>> len(files.truth.best_rotators)
    25
    """
    if not _LEAST <= galaxies <= _MOST:
        msg = (
            f"{galaxies} galaxies: expected at least {_LEAST}, for every class, and at most {_MOST}"
        )
        raise UnknownNameError(msg)
    known = find_release(release)
    asked = {check_daptype(name, known) for name in daptypes or known.daptypes}
    survey = draw_survey(galaxies, seed)
    truth = truth_of(survey.planted, survey.bundles.names)
    root = Path(root)
    drpall, dapall = drpall_path(root, known), dapall_path(root, known)
    cubes = drpall_table(survey, known)
    write_tables(drpall, None, drpall_tables(cubes, known))
    rows = (
        (kind, dapall_table(survey, cubes, known, kind)) for kind in order_daptypes(asked, known)
    )
    write_tables(dapall, dapall_header(known), dapall_tables(rows, known))
    content = {"release": known.name, "seed": seed, "galaxies": galaxies, **truth.to_dict()}
    file = write_whole(root / _TRUTH, (json.dumps(content, indent=1) + "\n").encode())
    return CatalogFiles(
        root=root, release=known.name, dapall=dapall, drpall=drpall, truth=truth, truth_file=file
    )
