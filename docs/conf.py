"""Sphinx's settings."""

from __future__ import annotations

from mangaxr import __version__

project = "mangaxr"
author = "The mangaxr developers"
project_copyright = "2026, The mangaxr developers"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
templates_path = ["_templates"]

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

# `name` in a docstring becomes a link where there is such a name, and stays a word elsewhere.
default_role = "autolink"
autosummary_generate = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"mangaxr {release}"
html_show_sphinx = False
