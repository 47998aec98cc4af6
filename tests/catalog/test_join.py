"""Two catalogues as one: whose value counts, and what is missing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.catalog.reading.open import open_catalog
from mangaxr.errors import CatalogError

DAPTYPE = "HYB10-MILESHC-MASTARSSP"
FORMATS = {"b": "L", "i": "K", "f": "D"}

Join = Callable[..., xr.Dataset]

# The second was never completed by the DAP: its row is as it was made, zeros and all.
DAP: dict[str, Any] = {
    "PLATEIFU": ["8138-12704", "8485-1901"],
    "MANGAID": ["1-339163", "1-209232"],
    "DAPDONE": [True, False],
    "DAPTYPE": [DAPTYPE, DAPTYPE],
    "Z": [0.03, 0.0],
    "MNGTARG1": [1024, 2048],
    "NSA_Z": [0.0301, 0.0408],
    "DRP3QUAL": [0, 8],
    "DAPQUAL": [1, 0],
    "DAPBINS": [120, 0],
    "BINTYPE": ["VOR", ""],
    "HA_GSIGMA_1RE": [25.0, 0.0],
    "SNR_MED": [[4.0, 5.0, 6.0, 3.0], [0.0, 0.0, 0.0, 0.0]],
}
# The third is DRPall's alone: the DAP was never tried on it.
DRP: dict[str, Any] = {
    "plateifu": ["7443-1901", "8485-1901", "8138-12704"],
    "mangaid": ["1-100", "1-209232", "1-339163"],
    "z": [0.02, 0.04, 0.03],
    "mngtarg1": [0, 2048, 1024],
    "nsa_z": [-9999.0, 0.0408, 0.0301],
    "drp3qual": [1, 8, 0],
    "nsa_elpetro_mass": [-9999.0, 1e9, 1e10],
    "srvymode": ["MANGA dither", "MANGA dither", "APOGEE lead"],
    "nexp": [9, 6, 3],
}


def column(name: str, values: list[Any]) -> fits.Column:
    """Make a column of the type that its values have."""
    array = np.array(values)
    if array.dtype.kind == "U":
        return fits.Column(name, "30A", array=array)
    repeat = "" if array.ndim == 1 else str(array.shape[1])
    return fits.Column(name, f"{repeat}{FORMATS[array.dtype.kind]}", array=array)


def write(path: Path, name: str, columns: dict[str, Any]) -> Path:
    """Write a table to a FITS file of its own."""
    table = fits.BinTableHDU.from_columns([column(*item) for item in columns.items()], name=name)
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)
    return path


@pytest.fixture
def join(tmp_path: Path) -> Join:
    """Return a function that opens both tables, with changed columns; None drops one."""

    def opened(
        dap: dict[str, Any] | None = None, drp: dict[str, Any] | None = None, **options: Any
    ) -> xr.Dataset:
        tables = [{**DAP, **(dap or {})}, {**DRP, **(drp or {})}]
        kept = [{k: v for k, v in table.items() if v is not None} for table in tables]
        dapall = write(tmp_path / "dapall.fits", DAPTYPE, kept[0])
        drpall = write(tmp_path / "drpall.fits", "MANGA", kept[1])
        return open_catalog(dapall=dapall, drpall=drpall, **options)

    return opened


def test_galaxies_of_dapall_come_first(join: Join) -> None:
    """The order is DAPall's; what only DRPall has follows, with the coordinates it has."""
    catalog = join()
    assert catalog.galaxy.values.tolist() == ["8138-12704", "8485-1901", "7443-1901"]
    assert catalog.plate.values.tolist() == [8138, 8485, 7443]
    assert catalog.ifudesign.values.tolist() == [12704, 1901, 1901]
    assert catalog.mangaid.values.tolist() == ["1-339163", "1-209232", "1-100"]


def test_rows_are_matched_by_name(join: Join) -> None:
    """DRPall's columns are put in DAPall's order."""
    catalog = join()
    assert catalog.nexp.values.tolist() == [3, 6, 9]
    assert catalog.srvymode.values.tolist() == ["APOGEE lead", "MANGA dither", "MANGA dither"]
    np.testing.assert_array_equal(catalog.nsa_elpetro_mass, [1e10, 1e9, np.nan])


def test_what_the_dap_did_not_do_is_missing(join: Join) -> None:
    """Zeros in the row of a galaxy without a MAPS file are no measurements."""
    catalog = join()
    assert catalog.dapdone.values.tolist() == [True, False, False]
    np.testing.assert_array_equal(catalog.ha_gsigma_1re, [25.0, np.nan, np.nan])
    np.testing.assert_array_equal(catalog.snr_med.sel(band="r"), [5.0, np.nan, np.nan])
    assert catalog.dapqual.values.tolist() == [1, -999, -999]
    assert catalog.dapbins.values.tolist() == [120, -999, -999]
    assert catalog.dapqual.attrs["no_value"] == -999
    assert catalog.bintype.values.tolist() == ["VOR", "", ""]


def test_what_the_drp_says_is_kept(join: Join) -> None:
    """What DAPall copied from DRPall holds without the DAP, too."""
    catalog = join()
    assert catalog.drp3qual.values.tolist() == [0, 8, 1]
    assert catalog.mngtarg1.values.tolist() == [1024, 2048, 0]
    np.testing.assert_array_equal(catalog.nsa_z, [0.0301, 0.0408, np.nan])
    np.testing.assert_array_equal(catalog.z, [0.03, 0.04, 0.02])


def test_without_dapdone_values_are_taken_as_they_are(join: Join) -> None:
    """A table that does not say what was completed is believed."""
    catalog = join(dap={"DAPDONE": None})
    assert "dapdone" not in catalog
    np.testing.assert_array_equal(catalog.ha_gsigma_1re, [25.0, 0.0, np.nan])


def test_agreement_is_not_mentioned(join: Join) -> None:
    """Catalogues that agree leave no attribute; a value that one lacks is no conflict."""
    assert "conflicts" not in join().attrs


def test_conflicts_are_said_and_dapall_wins(join: Join, caplog: pytest.LogCaptureFixture) -> None:
    """Different values are an attribute and in the log, and DAPall's are used."""
    with caplog.at_level(logging.INFO):
        catalog = join(drp={"drp3qual": [1, 64, 0], "z": [0.02, 0.04, 0.031]})
    expected = "drp3qual of 1 galaxies (8485-1901)"
    assert expected in catalog.attrs["conflicts"]
    assert "z of 1 galaxies (8138-12704)" in catalog.attrs["conflicts"]
    assert "DAPall's value is used" in caplog.text
    assert catalog.drp3qual.values.tolist() == [0, 8, 1]
    assert float(catalog.z[0]) == 0.03


def test_rounding_is_no_conflict(join: Join) -> None:
    """A redshift that one catalogue has in single precision agrees with the other."""
    rounded = [float(np.float32(z)) for z in DRP["z"]]
    assert "conflicts" not in join(drp={"z": rounded}).attrs
    assert "conflicts" in join(drp={"z": [z + 1e-6 for z in DRP["z"]]}).attrs


def test_a_column_of_another_kind_is_not_mixed_in(join: Join) -> None:
    """What DRPall calls by the same name but holds otherwise is left out."""
    catalog = join(drp={"drp3qual": ["GOOD", "BAD", "GOOD"]})
    assert catalog.drp3qual.values.tolist() == [0, 8, -999]
    assert catalog.drp3qual.attrs["catalog"] == "dapall"


def test_a_galaxy_has_one_row(join: Join) -> None:
    """Two rows of one galaxy, in either catalogue, are an error that says where."""
    twice = ["8138-12704", "8138-12704"]
    with pytest.raises(CatalogError, match=r"dapall\.fits: .*8138-12704 twice, in rows 1 and 2"):
        join(dap={"PLATEIFU": twice})
    with pytest.raises(CatalogError, match=r"drpall\.fits: .*twice, in rows 2 and 3"):
        join(drp={"plateifu": ["7443-1901", *twice]})


@pytest.mark.parametrize("name", ["", "8485", "NGC 1068"])
def test_a_row_names_its_galaxy(name: str, join: Join) -> None:
    """A row without the name of a galaxy is an error that says which."""
    with pytest.raises(CatalogError, match=r"row 2: .* does not name a galaxy"):
        join(dap={"PLATEIFU": ["8138-12704", name]})


def test_plateifu_is_text(join: Join) -> None:
    """A number cannot name a galaxy."""
    with pytest.raises(CatalogError, match="no column of text PLATEIFU"):
        join(dap={"PLATEIFU": [8138, 8485]})


def test_a_missing_label_column_does_no_harm(join: Join) -> None:
    """Without MANGAID the coordinate is missing and nothing else."""
    catalog = join(dap={"MANGAID": None}, drp={"mangaid": None})
    assert "mangaid" not in catalog.coords
    assert catalog.sizes["galaxy"] == 3


def test_an_empty_table_is_an_empty_catalog(tmp_path: Path) -> None:
    """No rows, no galaxies; the columns are there."""
    columns = [fits.Column("PLATEIFU", "12A"), fits.Column("Z", "D"), fits.Column("DAPDONE", "L")]
    table = fits.BinTableHDU.from_columns(columns, nrows=0, name=DAPTYPE)
    path = tmp_path / "dapall.fits"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    catalog = open_catalog(dapall=path, drpall=False)
    assert catalog.sizes["galaxy"] == 0
    assert catalog.z.values.size == 0


@pytest.mark.parametrize("daptype", [DAPTYPE, "VOR10-MILESHC-MASTARSSP"])
def test_analyses_of_one_table_are_not_mixed(daptype: str, tmp_path: Path) -> None:
    """Where one table holds several analyses, a galaxy's row is that of the one asked for."""
    both = {
        "PLATEIFU": ["8138-12704", "8138-12704"],
        "DAPTYPE": [DAPTYPE, "VOR10-MILESHC-MASTARSSP"],
        "HA_GSIGMA_1RE": [25.0, 30.0],
    }
    path = write(tmp_path / "dapall.fits", "DAPALL", both)
    catalog = open_catalog(dapall=path, drpall=False, daptype=daptype)
    assert catalog.galaxy.values.tolist() == ["8138-12704"]
    assert catalog.ha_gsigma_1re.values.tolist() == [both["HA_GSIGMA_1RE"][daptype != DAPTYPE]]


def test_padding_of_text_is_removed(join: Join) -> None:
    """Text has neither the blanks nor the zero bytes that tables are padded with."""
    catalog = join(drp={"srvymode": ["MANGA dither  ", " x", "\0"]})
    assert catalog.srvymode.values.tolist() == ["", "x", "MANGA dither"]
