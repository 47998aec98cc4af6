"""Lists of the public names, as directives that document each on a page of its own."""

from __future__ import annotations

from importlib import import_module

__all__ = ["interface"]

_TITLES = {
    "mangaxr": "What `import mangaxr` gives; the sub-modules are listed below.",
    "mangaxr.errors": "Every error derives from `MangaxrError` and from the builtin one expects.",
    "mangaxr.synthetic": "A survey with known truth.",
    "mangaxr.lensing": "Galaxies behind gravitational lenses.",
    "mangaxr.lensed_sets": "Sets of lensed samples, with labels and truth.",
    "mangaxr.regrid": "Area overlap of pixel grids; numpy only.",
}
"""Modules whose ``__all__`` is public."""

_ACCESSOR = "mangaxr.maps.accessor.MangaAccessor"


def interface() -> str:
    """List the public names of every public module, and the accessor."""
    listed: set[int] = set()
    parts = [_section(module, words, _names(module, listed)) for module, words in _TITLES.items()]
    words = "The accessor `ds.manga` of a Dataset of maps."
    parts.insert(1, _section("Dataset.manga", words, [_ACCESSOR]))
    return "\n\n".join(parts)


def _names(module: str, listed: set[int]) -> list[str]:
    """Name what a module makes public and no module before it, by the identity of the objects.

    Functions and classes; a constant has no words of its own that could be shown.
    """
    public = import_module(module)
    found = [(name, getattr(public, name)) for name in public.__all__]
    new = [name for name, value in found if callable(value) and id(value) not in listed]
    listed |= {id(value) for _, value in found}
    return [f"{module}.{name}" for name in new]


def _section(title: str, words: str, names: list[str]) -> str:
    directive = [".. autosummary::", "   :toctree: api/", "", *(f"   {name}" for name in names)]
    return "\n".join([f"## {title}", "", words, "", "```{eval-rst}", *directive, "```"])
