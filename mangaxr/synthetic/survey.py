"""A small survey of synthetic galaxies in the layout of the science archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mangaxr.datamodel.releases import DEFAULT_RELEASE, Release, find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import check_daptype, dapall_path, drpall_path, maps_path
from mangaxr.synthetic.catalogs.dapall import write_dapall
from mangaxr.synthetic.catalogs.drpall import write_drpall
from mangaxr.synthetic.catalogs.metrics import Metrics, derive_metrics
from mangaxr.synthetic.draw import draw_galaxy, name_galaxies
from mangaxr.synthetic.files.maps_file import write_maps
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.observe.binning import binning_of
from mangaxr.synthetic.observe.measure import measure
from mangaxr.synthetic.truth import Truth, halpha_totals, truth_path, write_index, write_truth

__all__ = ["SurveyFiles", "WrittenGalaxy", "write_galaxy", "write_survey"]

Progress = Callable[[int, int, PlateIFU], None]

_NOISE_STREAM = 1  # keeps the noise apart from the galaxy's own random numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFiles:
    """What `write_survey` wrote.

    Parameters
    ----------
    root
        Root of the tree; what a reader takes for the SAS.
    release
        Name of the release.
    galaxies
        The truth.
    maps
        MAPS files, galaxy by galaxy and for each the DAPTYPEs in the order given.
    dapall, drpall
        The catalogues.
    truth
        Truth files, one per galaxy.
    """

    root: Path
    release: str
    galaxies: tuple[DiskGalaxy, ...]
    maps: tuple[Path, ...]
    dapall: Path
    drpall: Path
    truth: tuple[Path, ...]


def write_survey(
    out: str | Path,
    *,
    galaxies: int | Sequence[DiskGalaxy] = 12,
    seed: int = 1,
    release: str = DEFAULT_RELEASE,
    daptype: str | Sequence[str] | None = None,
    fibres: tuple[int, ...] | None = None,
    compresslevel: int = 1,
    progress: Progress | None = None,
) -> SurveyFiles:
    """Write MAPS files, catalogues and truth of a small survey of rotating disks.

    The same arguments give the same bytes, and a galaxy does not depend on how many
    others there are.

    Parameters
    ----------
    out
        Root of the tree, made if need be; files that exist are replaced.
    galaxies
        How many to draw, or the galaxies themselves.
    seed
        Of the galaxies drawn and of the noise.
    release
        Release whose layout, versions and paths to use.
    daptype
        Analysis type, or several; the release's default if None.
    fibres
        Bundle sizes to draw from; all five in about MaNGA's mix if None.
    compresslevel
        Of gzip: 1 to 3 are ISA-L's, quick; 4 to 9 zlib's, as the survey's files are.
    progress
        Called after each galaxy with the number done, the number of all, and its name.

    Returns
    -------
    SurveyFiles
        Paths and galaxies.

    Raises
    ------
    UnknownNameError
        If the release, a DAPTYPE, its binning or a bundle size does not exist.
    """
    root, chosen = Path(out), find_release(release)
    daptypes = _choose_daptypes(daptype, chosen)
    if isinstance(galaxies, int):
        galaxies = [draw_galaxy(name, seed) for name in name_galaxies(galaxies, fibres)]
    written: list[WrittenGalaxy] = []
    truths: list[Truth] = []
    for done, galaxy in enumerate(galaxies, start=1):
        files = [
            write_galaxy(
                root, galaxy, release=chosen, daptype=name, seed=seed, compresslevel=compresslevel
            )
            for name in daptypes
        ]
        totals = {file.daptype: file.halpha for file in files}
        truths.append(Truth(galaxy=galaxy, release=chosen.name, seed=seed, halpha=totals))
        write_truth(root, truths[-1])
        written += files
        if progress is not None:
            progress(done, len(galaxies), galaxy.plateifu)
    maps = tuple(file.path for file in written)
    write_index(root, truths, maps)
    metrics = {(file.plateifu, file.daptype): file.metrics for file in written}
    return SurveyFiles(
        root=root,
        release=chosen.name,
        galaxies=tuple(galaxies),
        maps=maps,
        dapall=write_dapall(dapall_path(root, chosen), galaxies, metrics, release=chosen),
        drpall=write_drpall(drpall_path(root, chosen), galaxies, release=chosen),
        truth=tuple(truth_path(root, galaxy.plateifu) for galaxy in galaxies),
    )


def _choose_daptypes(daptype: str | Sequence[str] | None, release: Release) -> list[str]:
    """Check the analysis types before anything is written."""
    wanted = [daptype] if daptype is None or isinstance(daptype, str) else daptype
    chosen = [check_daptype(name, release) for name in wanted]
    for name in chosen:
        binning_of(name)
    return chosen


@dataclass(frozen=True, slots=True)
class WrittenGalaxy:
    """A MAPS file written: of what, where, its row of dapall, its noiseless H-alpha totals."""

    plateifu: PlateIFU
    daptype: str
    path: Path
    metrics: Metrics
    halpha: dict[str, float]


def write_galaxy(
    root: str | Path,
    galaxy: DiskGalaxy,
    *,
    release: Release,
    daptype: str,
    seed: int = 1,
    compresslevel: int = 1,
) -> WrittenGalaxy:
    """Observe one galaxy and write its MAPS file where the archive would have it.

    Parameters
    ----------
    root
        Root of the tree.
    galaxy
        The truth.
    release, daptype
        What to write.
    seed
        Of the noise.
    compresslevel
        As for `write_survey`.
    """
    name = galaxy.plateifu
    rng = np.random.default_rng((seed, name.plate, name.ifu, _NOISE_STREAM))
    measured = measure(galaxy, rng, layout=release.layout, binning=binning_of(daptype))
    path = write_maps(
        maps_path(root, release, name, daptype),
        measured,
        release=release,
        daptype=daptype,
        compresslevel=compresslevel,
    )
    return WrittenGalaxy(name, daptype, path, derive_metrics(measured), halpha_totals(measured))
