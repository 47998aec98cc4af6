"""Galaxies without DAP results, as the DAP's documentation counts them."""

from __future__ import annotations

import csv
from importlib.resources import files

from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.missing import why_missing

DR17 = find_release("DR17")
TRIED = 10782
COMPLETED = {
    "SPX-MILESHC-MASTARSSP": 10737,
    "VOR10-MILESHC-MASTARSSP": 10735,
    "HYB10-MILESHC-MASTARSSP": 10735,
    "HYB10-MILESHC-MASTARHC2": 10735,
}


def test_the_counts_are_the_published_ones() -> None:
    """Of the cubes tried, those completed and those listed here are all."""
    text = (files("mangaxr.sas") / "tables" / "missing-dr17.csv").read_text()
    names = [PlateIFU.parse(row["plateifu"]) for row in csv.DictReader(text.splitlines())]
    assert len(set(names)) == len(names)
    for daptype, completed in COMPLETED.items():
        failed = sum(bool(why_missing(DR17, name, daptype)) for name in names)
        assert failed == TRIED - completed


def test_nothing_is_known_of_others() -> None:
    """A galaxy that is not listed, or another release, has no reason."""
    assert why_missing(DR17, PlateIFU(8138, 12704), DR17.default_daptype) == ""
    dr15 = find_release("DR15")
    assert why_missing(dr15, PlateIFU(8312, 6101), dr15.default_daptype) == ""
