"""The table of the catalogues' columns agrees with itself and with the files' columns."""

from __future__ import annotations

import pytest
from astropy import units as u
from astropy.io import fits

from mangaxr.datamodel.catalogs import (
    CATALOG_COLUMNS,
    FIXED_LABELS,
    LABEL_KEYWORDS,
    MISSING_FLOATS,
    MISSING_WORD,
    MNGTARG1,
    UNIT_KEYWORDS,
    CatalogColumn,
)
from mangaxr.synthetic import example_survey

COLUMNS = list(CATALOG_COLUMNS.values())


def name_of(row: CatalogColumn) -> str:
    """Name a column in the test's id."""
    return row.name


@pytest.mark.parametrize("row", COLUMNS, ids=name_of)
def test_a_column_says_what_it_is(row: CatalogColumn) -> None:
    """A name in lower case, a meaning, a unit that astropy parses, a dimension with labels."""
    assert CATALOG_COLUMNS[row.name] is row
    assert row.name == row.name.lower()
    assert row.long_name
    if row.unit:
        u.Unit(row.unit)
    if row.dim:
        assert (row.dim in FIXED_LABELS) != (row.dim in LABEL_KEYWORDS)
    assert (row.dim in UNIT_KEYWORDS) <= (not row.unit)
    assert set(row.missing) <= set(MISSING_FLOATS)


def test_a_velocity_has_a_unit_of_velocity() -> None:
    """Units have the dimensions of what the names say."""
    expected = {
        "ha_gvel_hi_clip": "km/s",
        "stellar_sigma_1re": "m/s",
        "emline_gflux_1re": "erg / (s m2)",
        "emline_sew_peak": "nm",
        "nsa_elpetro_th50_r": "rad",
        "ldist_z": "kpc",
        "sfr_tot": "kg/s",
        "nsa_sersic_mass": "g",
        "exptime": "h",
    }
    for name, unit in expected.items():
        assert u.Unit(CATALOG_COLUMNS[name].unit).is_equivalent(unit), name


def test_no_column_of_a_file_is_unknown() -> None:
    """Every column of both catalogues is in the table, but for plate and IFU design."""
    for path in (
        *example_survey().rglob("dapall-*.fits"),
        *example_survey().rglob("drpall-*.fits"),
    ):
        with fits.open(path) as hdus:
            names = {name.lower() for name in hdus[1].columns.names}
        identity = {"plate", "ifudesign", "ifudsgn", "plateifu"}
        assert names - set(CATALOG_COLUMNS) <= identity
        assert len(names & set(CATALOG_COLUMNS)) > 40


def test_what_stands_for_no_value_is_no_mask() -> None:
    """The integer for no value is negative, as no word of bits in use is."""
    assert MISSING_WORD < 0
    for row in COLUMNS:
        assert all(flag.value > 0 for flag in row.flags)


def test_bits_of_the_main_survey() -> None:
    """Primary, Secondary and Color-Enhanced targets are bits 10, 11 and 12 of MNGTARG1."""
    assert [flag.bit for flag in MNGTARG1] == [10, 11, 12]
    assert [flag.name.split("_")[0] for flag in MNGTARG1] == ["PRIMARY", "SECONDARY", "COLOR"]
