"""What a user names -> the MAPS files to build from, each under its galaxy's name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mangaxr.datamodel.releases import DEFAULT_RELEASE, find_release
from mangaxr.errors import BadPlateIFUError, BuildError, MangaxrError, MissingFileError
from mangaxr.location import is_local, locate
from mangaxr.maps.stream import read_primary
from mangaxr.plateifu import PlateIFU, plateifu_or_none, survey_order
from mangaxr.samples.named import Item, expand_samples
from mangaxr.sas.layout import MAPS_NAME, check_daptype, maps_path
from mangaxr.sas.local import find_maps, sas_root

__all__ = ["ONE_ITEM", "Item", "Source", "absolute", "in_order", "resolve_items"]

ONE_ITEM = (str, os.PathLike, PlateIFU)
"""Types of a single item, where several may be given."""

_SUFFIXES = (".gz", ".fits")


@dataclass(frozen=True, slots=True)
class Source:
    """One galaxy of a build: its name and its file, or why the file could not be had.

    Parameters
    ----------
    galaxy, path
        Its name and file.
    absent
        Why there is no file.
    sha256
        Of the file, where it is known already.
    kept
        Its row in the finished store that galaxies are added to; it is taken from there.
    """

    galaxy: str
    path: Path
    absent: str = ""
    sha256: str = ""
    kept: int | None = None

    @property
    def plateifu(self) -> PlateIFU | None:
        """The galaxy's name as numbers; None for a file that does not tell."""
        return plateifu_or_none(self.galaxy)


def absolute(source: Source) -> Source:
    """Name the file in a way that does not depend on the current directory."""
    return replace(source, path=source.path.absolute())


def resolve_items(
    items: Iterable[Item],
    *,
    sas: str | os.PathLike[str] | None = None,
    release: str = DEFAULT_RELEASE,
    daptype: str | None = None,
) -> list[Source]:
    """Find the files of galaxies, paths and directories.

    Parameters
    ----------
    items
        MAPS files, directories of them, plateifus found in the SAS tree, or ``@SAMPLE``;
        files and directories may be URLs that fsspec knows.
    sas, release, daptype
        Where and which reduction to look for plateifus; ``daptype`` also picks among the
        files of a directory.

    Returns
    -------
    list of Source
        Sorted by plate and IFU, files of unknown galaxies last. A galaxy whose file is not
        in the tree is listed all the same: it fails on its own when its turn comes.

    Raises
    ------
    BuildError
        If an item is none of these, a directory holds no MAPS file, or two files are of
        the same galaxy.
    UnknownNameError
        If the release, DAPTYPE or sample is not one.
    """
    check_daptype(daptype, find_release(release))
    found: dict[str, Source] = {}
    for item in expand_samples(items):
        for source in _sources(item, sas=sas, release=release, daptype=daptype):
            other = found.setdefault(source.galaxy, source)
            # One file may be named in several ways, through links for one.
            if other is not source and other.path.resolve() != source.path.resolve():
                msg = (
                    f"{source.galaxy} is given twice, as {other.path} and {source.path}: "
                    f"name one of them, or choose with --daptype"
                )
                raise BuildError(msg)
    if not found:
        msg = "nothing to build: give MAPS files, directories of them, or plateifus"
        raise BuildError(msg)
    return in_order(found.values())


def in_order(sources: Iterable[Source]) -> list[Source]:
    """Sort by plate and IFU, files of unknown galaxies last."""
    return sorted(sources, key=lambda source: survey_order(source.galaxy))


def _sources(
    item: Item, *, sas: str | os.PathLike[str] | None, release: str, daptype: str | None
) -> Sequence[Source]:
    """Return the sources that one item stands for."""
    if not isinstance(item, PlateIFU):
        if not str(item):  # as a path, nothing would be the current directory
            msg = "an item is empty: give a MAPS file, a directory of them, or a plateifu"
            raise BuildError(msg)
        path = locate(item).expanduser()
        if not is_local(path):
            return _remote(path, daptype)
        # Unlike the methods of Path, these are False for text that no path can be.
        if os.path.isdir(path):
            return _directory(path, daptype)
        if os.path.isfile(path):
            return [Source(_galaxy_of(path), path)]
        if os.sep in str(item) or path.suffix in _SUFFIXES:
            return [_absent(path)]
        item = str(item)
    try:
        galaxy = PlateIFU.parse(item)
    except BadPlateIFUError as error:
        msg = f"{item!r}: not a MAPS file, a directory of them, or a plateifu such as 8138-12704"
        raise BuildError(msg) from error
    try:
        path = find_maps(galaxy, sas=sas, release=release, daptype=daptype)
    except MissingFileError:
        known = find_release(release)
        path = maps_path(sas_root(sas), known, galaxy, check_daptype(daptype, known))
    return [Source(str(galaxy), path)]


def _remote(path: Path, daptype: str | None) -> Sequence[Source]:
    """Return what a URL stands for: by its name, so that nothing is asked for a file."""
    if path.suffix in _SUFFIXES:
        return [Source(_galaxy_of(path), path)]
    try:
        return _directory(path, daptype)
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be listed ({error}): name the MAPS files"
        raise BuildError(msg) from error


def _absent(path: Path) -> Source:
    """Name a file that is not there, if its name tells the galaxy.

    Raises
    ------
    BuildError
        If it does not: the item is then more likely a mistake than a missing galaxy.
    """
    match = MAPS_NAME.fullmatch(path.name)
    if match is None:
        msg = f"{path}: no such file or directory, and not a plateifu such as 8138-12704"
        raise BuildError(msg)
    return Source(f"{match['plate']}-{match['ifu']}", path)


def _directory(path: Path, daptype: str | None) -> list[Source]:
    """Return the MAPS files below a directory, of one DAPTYPE if one is asked for."""
    found = []
    for file in sorted(path.rglob("manga-*-MAPS-*.fits*")):
        match = MAPS_NAME.fullmatch(file.name)
        if match and (daptype is None or match["daptype"] == daptype):
            found.append(Source(f"{match['plate']}-{match['ifu']}", file))
    if not found:
        of_type = f" of DAPTYPE {daptype}" if daptype else ""
        msg = f"{path}: no MAPS file{of_type} (manga-*-MAPS-*.fits.gz) in or below this directory"
        raise BuildError(msg)
    return found


def _galaxy_of(path: Path) -> str:
    """Name the galaxy of a file: from its name, else its header, else the name as it is."""
    match = MAPS_NAME.fullmatch(path.name)
    if match:
        return f"{match['plate']}-{match['ifu']}"
    try:
        return read_primary(path).text("PLATEIFU") or path.name
    except MangaxrError:
        return path.name  # the build will say what is wrong with it
