"""The DAP's own table of what to analyse: a real one, of 8,405 cubes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray

from mangaxr.catalog.conditions.expression import evaluate
from mangaxr.catalog.ranking.criteria import load_criteria
from mangaxr.catalog.ranking.inclination import inclination
from mangaxr.catalog.ranking.select import select
from mangaxr.catalog.reading.drpcomplete import open_drpcomplete
from mangaxr.catalog.tables.export import read_table, write_table
from mangaxr.errors import CatalogError, MissingFileError

C = 299792.458


@pytest.fixture(scope="module")
def path(shared_data: Path) -> Path:
    """Return the real table."""
    return shared_data / "tables" / "drpcomplete_v2_7_1.fits"


@pytest.fixture(scope="module")
def table(path: Path) -> NDArray[np.void]:
    """Return its rows as astropy reads them."""
    with fits.open(path, memmap=False) as hdus:
        return np.asarray(hdus["DRPC"].data)


def test_the_columns_get_the_names_of_the_catalogues(path: Path, table: NDArray[np.void]) -> None:
    """VEL, ELL, PA and REFF become z, b/a, the position angle and R_e; -999 and -9999 are NaN."""
    catalog = open_drpcomplete(path)
    assert catalog.sizes["galaxy"] == 8405
    assert catalog.galaxy.values[0] == f"{table['PLATE'][0]}-{table['IFUDESIGN'][0]}"
    for name, values in (
        ("z", table["VEL"] / C),
        ("nsa_elpetro_ba", 1 - table["ELL"]),
        ("nsa_elpetro_phi", table["PA"]),
        ("nsa_elpetro_th50_r", table["REFF"]),
        ("objra", table["OBJRA"]),
    ):
        known = values > -998
        np.testing.assert_array_equal(np.isfinite(catalog[name]), known, err_msg=name)
        np.testing.assert_allclose(catalog[name].values[known], values[known], rtol=1e-14)
    assert np.isnan(catalog.vdisp).all()
    assert catalog.mngtarg1.values.tolist() == table["MANGA_TARGET1"].tolist()
    assert catalog.mangaid.values.tolist() == [name.decode().strip() for name in table["MANGAID"]]


def test_values_are_those_of_galaxies(path: Path) -> None:
    """What is left after the missing values is physical: 0 < b/a < 1, R_e above 0, small z."""
    catalog = open_drpcomplete(path)
    assert int(np.isnan(catalog.nsa_elpetro_ba).sum()) == 352
    for name, low, high in (
        ("nsa_elpetro_ba", 0.1, 1.0),
        ("nsa_elpetro_phi", 0.0, 180.0),
        ("nsa_elpetro_th50_r", 0.4, 110.0),
        ("z", -0.001, 0.151),
    ):
        values = catalog[name].values
        assert np.nanmin(values) > low
        assert np.nanmax(values) < high


def test_columns_say_unit_and_meaning(path: Path) -> None:
    """Every column has a meaning, and every number a unit."""
    for name, column in open_drpcomplete(path).variables.items():
        assert column.attrs["long_name"], name
        if column.dtype.kind in "if":
            assert column.attrs["units"], name


def test_the_same_selection_works_on_it(path: Path, table: NDArray[np.void]) -> None:
    """Cuts that its columns allow are made, as numpy makes them; the others are said."""
    criteria = dataclasses.replace(load_criteria(), grades=())
    chosen = select(open_drpcomplete(path), criteria, on_missing="skip")
    skipped = {count.cut for count in chosen.cuts if count.skipped}
    assert skipped == {"dap_done", "drp3qual", "dapqual", "unique"}
    angle = inclination(np.where(table["ELL"] < 1, 1 - table["ELL"], np.nan))
    kept = (
        ((table["MANGA_TARGET1"] > 0) | (table["MANGA_TARGET3"] > 0))
        & (table["IFUDESIGN"] // 100 >= 37)
        & (angle >= 25)
        & (angle <= 75)
        & (table["REFF"] >= 2.5)
    )
    np.testing.assert_array_equal(chosen.kept, kept)
    assert 4000 < kept.sum() < 8000


def test_conditions_work_on_it(path: Path, table: NDArray[np.void]) -> None:
    """So do expressions; a galaxy without R_e meets neither a condition nor its contrary."""
    catalog = open_drpcomplete(path)
    large = evaluate("nsa_elpetro_th50_r > 5 and z < 0.05", catalog)
    expected = (table["REFF"] > 5) & (table["VEL"] / C < 0.05) & (table["VEL"] > -1e6)
    np.testing.assert_array_equal(large, expected)
    small = evaluate("not nsa_elpetro_th50_r > 5", catalog)
    np.testing.assert_array_equal(small, (table["REFF"] <= 5) & (table["REFF"] > 0))


def test_it_can_be_written_and_read(path: Path, tmp_path: Path) -> None:
    """The table survives the formats that keep everything."""
    catalog = open_drpcomplete(path).isel(galaxy=slice(50))
    back = read_table(write_table(catalog, tmp_path / "sample.ecsv"))
    assert back.identical(catalog)


def test_another_table_is_refused(tmp_path: Path) -> None:
    """A table without plates, or with a cube twice, is an error in one line."""
    with pytest.raises(MissingFileError, match="no such file"):
        open_drpcomplete(tmp_path / "absent.fits")
    path = tmp_path / "other.fits"
    for columns, words in (
        ({"PLATE": [1]}, "no IFUDESIGN: no drpcomplete"),
        ({"MAG": [1.0]}, "no PLATE and no IFUDESIGN"),
        ({"PLATE": [8138, 8138], "IFUDESIGN": [1901, 1901]}, "has 8138-1901 twice"),
    ):
        made = [fits.Column(n, "D" if n == "MAG" else "J", array=v) for n, v in columns.items()]
        hdu = fits.BinTableHDU.from_columns(made)
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
        with pytest.raises(CatalogError, match=words):
            open_drpcomplete(path)
