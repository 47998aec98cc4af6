"""The public names: there, documented, and cheap to import."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import mangaxr

HEAVY = (
    "xarray",
    "zarr",
    "dask",
    "astropy",
    "matplotlib",
    "scipy",
    "numpy",
    "click",
    "rich",
    "requests",
)

MODULES = [
    module.name
    for module in pkgutil.walk_packages(mangaxr.__path__, "mangaxr.")
    if not module.name.endswith("__main__")
]


def _loaded_by(code: str) -> set[str]:
    """Return which of the heavy libraries some code loads in a fresh interpreter."""
    report = f"import sys\n{code}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=50
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_the_package_loads_no_library() -> None:
    """`import mangaxr` is quick: it loads none of the libraries that it can use."""
    assert _loaded_by("import mangaxr") == set()


def test_looking_up_a_name_loads_what_it_needs() -> None:
    """Names are imported when they are first used."""
    assert "xarray" not in _loaded_by("import mangaxr; mangaxr.PlateIFU; mangaxr.Recipe")
    assert "xarray" in _loaded_by("import mangaxr; mangaxr.open_store")


def test_the_help_of_the_command_line_loads_little() -> None:
    """The list of commands needs neither arrays' libraries nor files'."""
    code = (
        "from click.testing import CliRunner\n"
        "from mangaxr.cli import _mangaxr\n"
        "CliRunner().invoke(_mangaxr, ['--help'])"
    )
    assert _loaded_by(code) == {"click"}


def test_a_first_build_loads_little() -> None:
    """Nothing for Datasets, tables and sky: what they take to load would build a dozen galaxies."""
    code = "from mangaxr.build.run import build_store\nimport mangaxr.cli.build"
    assert not _loaded_by(code) & {"xarray", "dask", "astropy", "matplotlib"}


@pytest.mark.parametrize("name", mangaxr.__all__)
def test_a_public_name_is_there_and_documented(name: str) -> None:
    """Everything in __all__ resolves, is listed by dir(), and has a docstring."""
    value = getattr(mangaxr, name)
    assert name in dir(mangaxr)
    if name == "__version__":
        assert isinstance(value, str)
        return
    summary = (inspect.getdoc(value) or "").splitlines()
    assert summary
    assert summary[0].endswith(".")


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="open_map"):
        mangaxr.open_map  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_a_module_exports_what_it_says(name: str) -> None:
    """Every name of a module's __all__ exists, and its functions and classes are documented."""
    module: ModuleType = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", ()):
        value = getattr(module, public)
        defined_here = getattr(value, "__module__", "") == name
        if defined_here and (inspect.isclass(value) or inspect.isfunction(value)):
            assert inspect.getdoc(value), public


@pytest.mark.parametrize("name", [n for n in mangaxr.__all__ if n not in ("errors", "synthetic")])
def test_functions_document_their_parameters(name: str) -> None:
    """A public function's docstring names each parameter, or says whose it shares."""
    value = getattr(mangaxr, name)
    if not inspect.isfunction(value):
        return
    text = inspect.getdoc(value) or ""
    if "Parameters, result and errors are those of" in text:
        return
    for parameter in inspect.signature(value).parameters:
        assert parameter in text, parameter
    assert "Returns" in text


def test_errors_are_also_builtin_ones() -> None:
    """Each error can be caught as a MangaxrError and as the builtin one would expect."""
    for name in mangaxr.errors.__all__:
        error = getattr(mangaxr.errors, name)
        assert issubclass(error, mangaxr.MangaxrError)
        if error is not mangaxr.MangaxrError:
            builtin = [c for c in error.__mro__ if c.__module__ == "builtins"]
            assert builtin[0] is not Exception, name
        assert str(error("one line")) == "one line"
