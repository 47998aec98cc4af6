"""The shape of the house: imports run one way, files stay small, import is quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mangaxr

PACKAGE = Path(__file__).parents[1] / "mangaxr"
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "_version": set(),
    "plateifu": {"errors"},
    "datamodel": {"errors"},
    "regrid": {"errors"},
    "sas": {"datamodel", "errors", "plateifu"},
    "maps": {"sas", "datamodel", "errors", "plateifu"},
    "tensors": {"maps", "regrid", "datamodel", "errors"},
    "store": {"tensors", "errors", "plateifu"},
    "build": {"store", "tensors", "maps", "sas", "datamodel", "errors", "plateifu"},
    "viz": {"store", "datamodel", "errors", "plateifu"},
    "synthetic": {"store", "sas", "datamodel", "errors", "plateifu"},
    "cli": {
        *("viz", "synthetic", "build", "store", "tensors", "maps"),
        *("datamodel", "errors", "_version"),
    },
    "__main__": {"cli"},
}
"""Room -> the rooms it may import from. Nothing imports a room above its own."""

EXCEPTIONS = {
    ("synthetic/example.py", "build"): "examples for the documentation are built stores",
}

LIBRARIES: dict[str, tuple[str, ...]] = {
    "astropy.io": ("maps", "synthetic"),
    "isal": ("maps", "synthetic"),
    "zarr": ("store",),
    "dask": ("build", "maps"),
    "click": ("cli",),
    "rich": ("cli",),
    "matplotlib": ("viz",),
    "scipy": ("synthetic",),
}
"""Library -> the only rooms that may import it."""

SMALL_ROOMS = {"datamodel": {"numpy"}, "regrid": {"numpy"}, "errors": set(), "plateifu": set()}
"""Rooms that know nothing but the standard library and these."""

LAZY = ("xarray", "zarr", "dask", "astropy", "matplotlib", "scipy", "click", "rich")


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield node.module or ""


@pytest.fixture(params=MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def module(request: pytest.FixtureRequest) -> Path:
    """Return each module of the package in turn."""
    path: Path = request.param
    return path


def test_imports_run_one_way(module: Path) -> None:
    """A module imports from its own room and from those below it only."""
    room = _room(module)
    if room == "__init__":
        return  # the public names, imported when used
    place = module.relative_to(PACKAGE).as_posix()
    for name in _imports(module):
        if not name.startswith("mangaxr."):
            continue
        other = name.split(".")[1]
        allowed = other == room or other in ROOMS[room] or (place, other) in EXCEPTIONS
        assert allowed, f"{place} imports {name}"


def test_libraries_stay_in_their_rooms(module: Path) -> None:
    """Only the room that owns a subject imports the library for it."""
    for name in _imports(module):
        for library, rooms in LIBRARIES.items():
            if name == library or name.startswith(library + "."):
                assert _room(module) in rooms, f"{module} imports {name}"


def test_small_rooms_need_nothing(module: Path) -> None:
    """Declarations and regridding import numpy and the standard library only."""
    allowed = SMALL_ROOMS.get(_room(module))
    if allowed is None:
        return
    for name in _imports(module):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names | allowed | {"mangaxr"}, f"{module}: {name}"


def test_no_dumping_grounds(module: Path) -> None:
    """No file is named after nothing in particular, and none but a table is long."""
    assert module.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}
    if _room(module) != "datamodel":
        lines = len(module.read_text(encoding="utf-8").splitlines())
        assert lines <= 400, f"{module} has {lines} lines"


def test_every_room_is_in_the_table() -> None:
    """A new folder is given its place before anything is put into it."""
    assert {_room(path) for path in MODULES} - {"__init__"} <= set(ROOMS)


def test_the_table_has_no_circles() -> None:
    """The allowed imports themselves run one way."""
    placed: set[str] = set()
    while len(placed) < len(ROOMS):
        ready = {room for room, below in ROOMS.items() if below <= placed} - placed
        assert ready, f"circle among {set(ROOMS) - placed}"
        placed |= ready


def test_import_is_quick() -> None:
    """Importing the package loads none of the heavy libraries."""
    code = f"import sys, mangaxr; print([m for m in {LAZY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", mangaxr.__all__)
def test_public_names_are_there_and_documented(name: str) -> None:
    """Every public name resolves, and says what it is."""
    value = getattr(mangaxr, name)
    assert name == "__version__" or (value.__doc__ or "").strip()


def test_unknown_names_are_refused() -> None:
    """A name that is not public is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mangaxr.nothing
