"""Galaxies of a store, built anew from their files and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mangaxr.build.died import give_up_galaxy
from mangaxr.build.galaxy import BuiltGalaxy, build_galaxy
from mangaxr.build.items import Source
from mangaxr.build.scheduling.order import run_in_order
from mangaxr.errors import one_line
from mangaxr.location import locate
from mangaxr.quality.metrics import FLAGS
from mangaxr.sas.local import sas_root
from mangaxr.sas.verify import sha256_of
from mangaxr.store.contract import (
    ARRAYS,
    GALAXY_COORDS,
    MISSING,
    QUALITY_COORDS,
    SCALINGS,
    STATUS,
    UNSIGNED,
)
from mangaxr.store.validation.evidence import UNDECODABLE, Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.report import StoreReport
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.validation.slab import evenly

__all__ = ["RULES", "compare_sources"]

_RULES_OF_THE_ROW = {"source_size", "source_checksum", "arrays_sha256", "status", "failure"}
_VERDICT = {*(flag.name for flag in FLAGS), "usable", "reason"}
_COMPARED = tuple(
    spec
    for spec in (*GALAXY_COORDS, *QUALITY_COORDS, *SCALINGS)
    if spec.name not in UNSIGNED | _RULES_OF_THE_ROW | _VERDICT
)
"""What of a row is compared as such; other rules look at the rest."""

_NEEDS = (
    *("recipe", "galaxy", "status", "source_file", "source_path"),
    *("source_size", "source_sha256", "source_checksum"),
)

_ROUNDING = {"tensor": (1e-5, 1e-5), "ivar": (1e-4, 0.0), "coverage": (0.0, 1e-5)}
"""Relative and absolute difference that other libraries or another processor can make."""
_NUMBERS = (1e-6, 1e-9)

_SHA256 = re.compile(r"[0-9a-f]{64}")


def compare_sources(
    store: Evidence,
    report: StoreReport,
    *,
    wanted: int | None,
    sas: Any = None,
    workers: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Build galaxies anew, and note in the report in what they differ.

    Parameters
    ----------
    store
        What was read of the store.
    report
        Where to.
    wanted
        How many galaxies, evenly spread over those that have a tensor; None for all.
    sas
        Folder of the files: the root of a SAS tree, or a flat one.
    workers
        Galaxies built at a time.
    tell
        Called after each galaxy.
    """
    lacking = [name for name in _NEEDS if name not in store.sound]
    if lacking:
        report.left_out |= {rule.id: ", ".join(lacking) for rule in RULES}
        return
    report.rules += [rule.id for rule in RULES]
    done = np.flatnonzero(store.columns["status"] == STATUS["done"])
    chosen = [int(i) for i in done[evenly(len(done), wanted)]]
    root = sas_root(sas) if sas is None else locate(sas)
    found: list[tuple[int, Source]] = []
    for i in chosen:
        source = _find(store, i, root)
        if source is None:
            words = f"{store.columns['source_file'][i]} is not in {root}"
            report.add(_BY_ID["MX401"], [Found("source_file", words, store.name(i))])
        else:
            found.append((i, source))
    build = partial(build_galaxy, recipe=store.recipe, on_error="record")
    on_death = partial(give_up_galaxy, on_error="record")
    sources = [source for _, source in found]
    galaxies = run_in_order(build, sources, workers=workers, on_death=on_death)
    with closing(galaxies):
        for number, ((i, source), built) in enumerate(zip(found, galaxies, strict=True), start=1):
            for rule, issue in _differences(store, i, source, built):
                report.add(_BY_ID[rule], [issue])
            report.rebuilt = number
            if tell is not None:
                tell(number, len(found))


def _find(store: Evidence, galaxy: int, root: Path) -> Source | None:
    """Return a galaxy's file: at its place in the archive, else by its name alone."""
    names = (str(store.columns[name][galaxy]) for name in ("source_path", "source_file"))
    for name in names:
        if name and (root / name).is_file():
            return Source(store.name(galaxy), root / name)
    return None


def _differences(
    store: Evidence, galaxy: int, source: Source, built: BuiltGalaxy
) -> Iterator[tuple[str, Found]]:
    name = store.name(galaxy)
    recorded = {key: store.columns[key][galaxy] for key in _NEEDS[3:]}
    size = source.path.stat().st_size
    if recorded["source_size"] != size:
        words = f"is {recorded['source_size']}; {source.path} has {size} bytes"
        yield "MX402", Found("source_size", words, name)
    if _SHA256.fullmatch(str(recorded["source_sha256"])):
        digest = sha256_of(source.path)
        if digest != recorded["source_sha256"]:
            words = f"is {recorded['source_sha256']}; that of {source.path} is {digest}"
            yield "MX403", Found("source_sha256", words, name)
    if built.arrays is None:
        yield "MX405", Found("failure", f"cannot be built anew: {built.row['failure']}", name)
        return
    yield from (("MX404", found) for found in _datasums(recorded, built, name))
    yield from (("MX406", found) for found in _arrays(store, galaxy, built, name))
    yield from (("MX407", found) for found in _numbers(store, galaxy, built, name))


def _datasums(recorded: dict[str, Any], built: BuiltGalaxy, name: str) -> Iterator[Found]:
    before, now = (
        dict(part.partition("=")[::2] for part in str(text).split())
        for text in (recorded["source_checksum"], built.row["source_checksum"])
    )
    differ = [key for key in sorted(before.keys() | now.keys()) if before.get(key) != now.get(key)]
    if differ:
        words = f"differs from the file's DATASUM cards of {', '.join(differ)}"
        yield Found("source_checksum", words, name)


def _arrays(store: Evidence, galaxy: int, built: BuiltGalaxy, name: str) -> Iterator[Found]:
    for spec in ARRAYS:
        if spec.name not in store.sound:
            continue
        try:
            stored = np.asarray(store.array(spec.name)[galaxy], dtype=np.float32)
        except UNDECODABLE as error:
            yield Found(spec.name, f"cannot be compared ({one_line(error, 160)})", name)
            continue
        expected: npt.NDArray[np.float32] = getattr(built.arrays, spec.name)
        relative, absolute = _ROUNDING[spec.name]
        apart = ~np.isclose(stored, expected, rtol=relative, atol=absolute, equal_nan=True)
        if apart.any():
            c, y, x = np.argwhere(apart)[0]
            words = (
                f"differs in {apart.sum()} of {apart.size} pixels, first in channel "
                f"{store.recipe.channels[c]} [{y}, {x}]: {stored[c, y, x]:.7g} here, "
                f"{expected[c, y, x]:.7g} from the file"
            )
            yield Found(spec.name, words, name)


def _numbers(store: Evidence, galaxy: int, built: BuiltGalaxy, name: str) -> Iterator[Found]:
    for spec in _COMPARED:
        if spec.name not in store.sound:
            continue
        stored, expected = store.columns[spec.name][galaxy], built.row.get(spec.name)
        expected = MISSING[spec.dtype] if expected is None else expected
        if spec.dtype == "float64":
            relative, absolute = _NUMBERS
            same = bool(
                np.allclose(
                    stored, np.asarray(expected), rtol=relative, atol=absolute, equal_nan=True
                )
            )
        else:
            same = stored == expected
        if not same:
            yield Found(spec.name, f"is {stored}, from the file {expected}", name)


_ANOTHER = "The file was replaced, damaged or edited since, or is of another analysis."
_BUILD_ANEW = "Build the galaxy anew from a file whose checksum is the archive's."


def _row(number: int, title: str, why: str, remedy: str) -> StoreRule:
    return StoreRule(
        id=f"MX{number}", level="sources", title=title, why=why, remedy=remedy, needs=_NEEDS
    )


RULES = (
    _row(
        401, "The file that a galaxy was built from is there.",
        "It was moved or never fetched, or `--sas` names another folder.",
        "`mangaxr download`, or `--sas DIR`: a SAS tree, or a folder with the files in it.",
    ),
    _row(402, "The file has the recorded size.", _ANOTHER, _BUILD_ANEW),
    _row(403, "The file has the recorded SHA-256, where one is.", _ANOTHER, _BUILD_ANEW),
    _row(
        404, "The `DATASUM` cards of the extensions used are the recorded ones.",
        _ANOTHER, _BUILD_ANEW,
    ),
    _row(
        405, "The galaxy can be built from its file by the store's recipe.",
        "The file is damaged, or lacks what the recipe needs.",
        "`mangaxr inspect FILE --verify` says what is wrong with it.",
    ),
    _row(
        406, "`tensor`, `ivar` and `coverage` are those that the file gives, but for rounding.",
        "The store was edited and its digests made anew, or another version built it.",
        "Compare the attribute `software` with `pip list`; then build the galaxy anew.",
    ),
    _row(
        407, "Scalings, header values and metrics are those that the file gives, but for rounding.",
        "The store was edited and its digests made anew, or another version built it.",
        "Compare the attribute `software` with `pip list`; then build the galaxy anew.",
    ),
)  # fmt: skip

_BY_ID = {rule.id: rule for rule in RULES}
