"""The house rules that the code can be held to by reading it.

(That nothing but the command line prints is ruff's rule T20.)
"""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import mangaxr
from mangaxr.datamodel.extensions import EXTENSIONS

ROOT = Path(mangaxr.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

_FACTS = {"datamodel", "errors"}
_NAMES = {*_FACTS, "plateifu"}

LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "_version": set(),
    "plateifu": {"errors"},
    "settings": {"errors"},
    "location": {"errors"},
    "locking": set(),
    "disks": set(),
    "order": set(),
    "datamodel": {"errors"},
    "regrid": {"errors"},
    "fits": {"errors", "location"},
    "samples": {"errors", "plateifu"},
    "sas": {*_NAMES, "_version", "fits", "location", "locking", "samples"},
    "maps": {*_NAMES, "fits", "location", "sas"},
    "catalog": {*_NAMES, "fits", "location", "sas", "settings"},
    "quality": {*_FACTS, "maps", "order", "settings"},
    "tensors": {*_FACTS, "maps", "order", "regrid"},
    "store": {*_NAMES, "quality", "sas", "tensors"},
    "card": {"errors", "store"},
    "ensemble": {*_NAMES, "store"},
    "lensing": {*_NAMES, "disks", "store"},
    "viz": {*_NAMES, "lensing", "store"},
    "export": {*_NAMES, "_version", "locking", "store"},
    "synthetic": {*_NAMES, "disks", "sas", "store"},
    "build": {
        *_NAMES, "_version", "catalog", "location", "locking", "maps", "quality", "samples", "sas",
        "store", "tensors",
    },
    "lensed_sets": {*_NAMES, "build", "lensing", "settings", "store"},
    "cli": {
        *_NAMES, "_version", "build", "card", "catalog", "ensemble", "export", "lensed_sets",
        "lensing", "maps", "quality", "samples", "sas", "store", "synthetic", "tensors", "viz",
    },
    "__main__": {"cli"},
}  # fmt: skip
"""Part of the package -> the parts it may import."""

EXCEPTIONS = {
    # Examples for the documentation: a ready-made store has to be built.
    ("synthetic/example.py", "build"),
}

FITS = {"fits", "maps", "catalog", "synthetic"}

ONLY_IN: dict[str, set[str]] = {
    "astropy.io": FITS,
    "isal": {"fits", "synthetic"},
    "requests": {"sas"},
    "urllib3": {"sas"},
    "zarr": {"store"},
    "numcodecs": {"store"},
    "dask": {"build", "store", "maps/open.py", "ensemble/blocks.py"},
    "distributed": {"build", "lensed_sets/run.py"},  # the latter for a type alone
    "click": {"cli"},
    "rich": {"cli"},
    "matplotlib": {"viz"},
    "netCDF4": {"export"},
}
"""Library -> the parts, or single files, that may import it."""

BESIDES_STDLIB: dict[str, set[str]] = {
    "errors": set(),
    "samples": set(),
    "plateifu": set(),
    "settings": set(),
    "location": set(),
    "sas": {"requests", "urllib3"},
    "fits": {"astropy", "isal", "numpy"},
    "datamodel": {"numpy"},
    "regrid": {"numpy"},
    "disks": {"numpy"},
    "order": {"numpy"},
}
"""Parts that are to stay light -> the libraries they may use."""

EXTNAMES_ALLOWED = {
    # The table of channels: which extension each is, is what it declares.
    "tensors/channels.py",
    # Where the spaxels are is read off this one extension, whatever the channels.
    "maps/geometry.py",
    # Which maps metrics are made of is declared in this one place.
    "quality/field.py",
    # A description lists the lines, which the Gaussian fits have in full.
    "maps/describe.py",
}
"""Files outside datamodel and synthetic that may name an extension, and why."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _part(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def _imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield node.module
            # `from mangaxr import errors` imports a part, `from astropy.io import fits` a module.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _parts_imported(path: Path) -> set[str]:
    inside = (name.split(".") for name in _imports(path) if name.startswith("mangaxr."))
    return {names[1] for names in inside if (ROOT / names[1]).exists() or names[1] in LAYERS}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_run_one_way(path: Path) -> None:
    """A file imports only the parts that its own may know."""
    if path == ROOT / "__init__.py":
        assert "cli" not in _parts_imported(path)
        return
    allowed = LAYERS[_part(path)] | {_part(path)}
    excused = {part for file, part in EXCEPTIONS if file == _name(path)}
    assert _parts_imported(path) <= allowed | excused


def test_the_layers_have_no_cycle_and_the_command_line_is_on_top() -> None:
    """The table itself can be put in an order, and nothing in it knows the command line."""
    order = list(graphlib.TopologicalSorter(LAYERS).static_order())
    assert order.index("cli") > max(order.index(name) for name in ("build", "viz", "synthetic"))
    assert [part for part, known in LAYERS.items() if "cli" in known] == ["__main__"]


def test_every_exception_is_needed() -> None:
    """An exception for an import that is gone is removed."""
    for file, part in EXCEPTIONS:
        assert part in _parts_imported(ROOT / file)
    for file in EXTNAMES_ALLOWED:
        assert list(_extnames(ROOT / file)), file


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_where_it_belongs(library: str) -> None:
    """FITS, Zarr, dask, the terminal and pictures are known to their own parts alone."""
    users = {
        path
        for path in FILES
        for name in _imports(path)
        if name == library or name.startswith(f"{library}.")
    }
    strays = [_name(p) for p in users if not {_part(p), _name(p)} & ONLY_IN[library]]
    assert strays == []


@pytest.mark.parametrize("part", BESIDES_STDLIB)
def test_light_parts_stay_light(part: str) -> None:
    """The lowest layers use the standard library, and at most numpy."""
    allowed = {"mangaxr", *sys.stdlib_module_names, *BESIDES_STDLIB[part]}
    for path in FILES:
        if _part(path) == part:
            assert {name.split(".")[0] for name in _imports(path)} <= allowed, _name(path)


def _extnames(path: Path) -> Iterator[str]:
    """Yield the EXTNAMEs that a file quotes, docstrings apart."""
    names = {row.name for row in EXTENSIONS}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and node.value in names:
            yield str(node.value)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_facts_about_files_live_in_the_datamodel(path: Path) -> None:
    """No EXTNAME is quoted outside the tables, the synthetic survey, and a few said files."""
    if _part(path) in ("datamodel", "synthetic") or _name(path) in EXTNAMES_ALLOWED:
        return
    assert list(_extnames(path)) == []


def test_modules_have_names_that_say_something() -> None:
    """There is no drawer for odds and ends."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [_name(path) for path in FILES if set(path.with_suffix("").parts) & drawers] == []


def test_no_test_is_passed_over(pytestconfig: pytest.Config) -> None:
    """Pytest looks into every folder of tests and code; by default it skips those named build."""
    passed_over = pytestconfig.getini("norecursedirs")
    tests = Path(__file__).parent
    folders = {path.parent for path in (*tests.rglob("test_*.py"), *FILES)}
    names = {name for folder in folders for name in folder.relative_to(tests.parent).parts}
    assert [n for n in sorted(names) if any(fnmatch(n, pattern) for pattern in passed_over)] == []


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_stay_small(path: Path) -> None:
    """No file is longer than 400 lines, declarative tables excepted."""
    if _part(path) != "datamodel":
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_functions_stay_small(path: Path) -> None:
    """No function has more than 60 lines besides its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert lines <= 60, node.name
