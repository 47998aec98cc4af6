"""What is compared, each a program of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["SIDES", "Side", "available"]

Files = Sequence[Path]
Command = list[str]


class Side(NamedTuple):
    """A way to do the job.

    Parameters
    ----------
    label
        What tables call it.
    command
        Makes the command from the files, which are all in one folder.
    against
        The side whose time it is compared with.
    """

    label: str
    command: Callable[[Files], Command]
    against: str = ""


def _python(module: str, *options: str) -> Command:
    return [sys.executable, "-m", module, *options]


def _inflated_by(tool: Command, streams: int) -> Callable[[Files], Command]:
    """Inflate all files to nowhere, in so many processes side by side."""

    def command(files: Files) -> Command:
        each = str(-(-len(files) // streams))
        shell = 'streams=$1 each=$2 tool=$3; shift 3; printf "%s\\0" "$@"'
        shell += ' | xargs -0 -P "$streams" -n "$each" $tool'
        return ["sh", "-c", shell, "sh", str(streams), each, " ".join(tool), *map(str, files)]

    return command


def _build(*options: str) -> Callable[[Files], Command]:
    """Build a store of all files."""

    def command(files: Files) -> Command:
        return _python("mangaxr", "build", "t.zarr", str(files[0].parent), *options)

    return command


def _script(module: str) -> Callable[[Files], Command]:
    return lambda files: _python(f"benchmarks.survey.{module}", "t.npy", *map(str, files))


def _pair(workers: int, *options: str) -> Callable[[Files], Command]:
    """Build a store without metrics."""

    def command(files: Files) -> Command:
        where = str(files[0].parent)
        return _python("benchmarks.survey.with_pair", "t.zarr", where, str(workers), *options)

    return command


def _dask(files: Files) -> Command:
    return _python("benchmarks.survey.with_dask", "t.zarr", str(files[0].parent))


def _marvin(files: Files) -> Command:
    script = Path(__file__).with_name("with_marvin.py")
    return [str(Path(MARVIN).absolute()), str(script), "t.npy", *map(str, files)]


MARVIN = os.environ.get("MANGAXR_MARVIN", "")
"""The Python of an environment that has Marvin; none if it was not named."""

IGZIP = ["igzip", "-dc"] if shutil.which("igzip") else _python("benchmarks.survey.inflate")
"""ISA-L's own program or, where it is not installed, a loop over its Python package."""

SIDES: dict[str, Side] = {
    "igzip-1": Side("`igzip -dc` to nowhere", _inflated_by(IGZIP, 1)),
    "igzip-2": Side("`igzip -dc`, two at a time", _inflated_by(IGZIP, 2)),
    "gzip-2": Side("`gzip -dc`, two at a time", _inflated_by(["gzip", "-dc"], 2), "igzip-2"),
    "astropy": Side("astropy, masks and areas respected", _script("with_astropy"), "igzip-1"),
    "zoom": Side("astropy and `zoom`, masks as zeros", _script("with_zoom"), "igzip-1"),
    "marvin": Side("Marvin reading the same planes", _marvin, "igzip-1"),
    "mangaxr-1": Side("mangaxr, one worker", _build("--workers", "1"), "igzip-1"),
    "mangaxr-2": Side("mangaxr, two workers", _build("--workers", "2"), "igzip-2"),
    "pair-1": Side("the same without metrics, one worker", _pair(1), "igzip-1"),
    "pair-2": Side("the same without metrics, two workers", _pair(2), "igzip-2"),
    "pair-verify-1": Side(
        "the same without metrics, one worker, verified", _pair(1, "--verify"), "igzip-1"
    ),
    "pair-verify-2": Side(
        "the same without metrics, two workers, verified", _pair(2, "--verify"), "igzip-2"
    ),
    "verify-1": Side(
        "mangaxr, one worker, `--verify`", _build("--workers", "1", "--verify"), "igzip-1"
    ),
    "verify-2": Side(
        "mangaxr, two workers, `--verify`", _build("--workers", "2", "--verify"), "igzip-2"
    ),
    "dask-2": Side("mangaxr on dask, two workers", _dask, "igzip-2"),
}
"""Name -> side."""


def available() -> dict[str, Side]:
    """Return the sides that this environment can run."""
    there = {"dask-2": importlib.util.find_spec("distributed") is not None, "marvin": bool(MARVIN)}
    return {name: side for name, side in SIDES.items() if there.get(name, True)}
