"""``galaxies.csv``: what is known of each galaxy, as a table that every tool reads."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from mangaxr.card.facts import Facts
from mangaxr.store.contract import GALAXY_COORDS, QUALITY_COORDS

__all__ = ["COLUMNS", "galaxies_csv"]

COLUMNS = (*GALAXY_COORDS, *QUALITY_COORDS)
"""The variables along ``galaxy``, in the order of the contract."""


def galaxies_csv(facts: Facts) -> str:
    """Write the table: a row for each galaxy, nothing where a number or a text is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(spec.name for spec in COLUMNS)
    columns = (facts.store[spec.name].values.tolist() for spec in COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return text.getvalue()


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value
