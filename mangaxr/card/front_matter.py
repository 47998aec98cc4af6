"""The head of a dataset card: YAML that Hugging Face reads."""

from __future__ import annotations

import json

from mangaxr.card.facts import Facts
from mangaxr.store.citations import LICENCE_URL

__all__ = ["front_matter", "size_category"]

_TAGS = ("astronomy", "galaxies", "MaNGA", "SDSS", "integral-field-spectroscopy", "zarr", "xarray")

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"))
"""Galaxies below which a category of size holds, and the category."""


def front_matter(facts: Facts) -> str:
    """Write the head, between its lines of dashes.

    The table of galaxies is named as the data that a viewer shows: it knows no Zarr, and would
    take the other documents for data.
    """
    size = size_category(facts.own["sizes"]["galaxy"])
    lines = [
        "license: other",
        "license_name: sdss-public-domain",
        f"license_link: {LICENCE_URL}",
        f"pretty_name: {_quoted(facts.publisher.name)}",
        "size_categories:",
        f"- {size}",
        "tags:",
        *(f"- {tag}" for tag in _TAGS),
        "configs:",
        "- config_name: galaxies",
        "  data_files: galaxies.csv",
    ]
    return "\n".join(["---", *lines, "---"])


def size_category(galaxies: int) -> str:
    """Name the category of size.

    Examples
    --------
    >>> size_category(3), size_category(10735)
    ('n<1K', '10K<n<100K')
    """
    return next(name for limit, name in _SIZES if galaxies < limit)


def _quoted(text: str) -> str:
    """Quote a text; JSON's strings are YAML's as well."""
    return json.dumps(text, ensure_ascii=False)
