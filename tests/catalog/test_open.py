"""Opening the catalogues: against astropy, lazily, whichever files are there."""

from __future__ import annotations

import gzip
import logging
import os
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.catalog.reading.open import open_catalog
from mangaxr.catalog.reading.table import BinTable
from mangaxr.datamodel.catalogs import CATALOG_COLUMNS
from mangaxr.errors import (
    CatalogError,
    CorruptFileError,
    MissingFileError,
    UnknownNameError,
)
from mangaxr.synthetic import example_survey, write_survey

DAPTYPE = "HYB10-MILESHC-MASTARSSP"


@pytest.fixture(scope="module")
def survey() -> Path:
    """Return the root of DR17's catalogues of three galaxies."""
    return example_survey()


@pytest.fixture(scope="module")
def dapall(survey: Path) -> Path:
    """Return the DAPall of three galaxies."""
    return next(survey.rglob("dapall-*.fits"))


@pytest.fixture(scope="module")
def drpall(survey: Path) -> Path:
    """Return the DRPall of three galaxies."""
    return next(survey.rglob("drpall-*.fits"))


@pytest.fixture(scope="module")
def dr15(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a survey in DR15's layout."""
    root = tmp_path_factory.mktemp("dr15")
    write_survey(root, galaxies=2, fibres=(19,), release="DR15")
    return root


def expected(cells: np.ndarray) -> np.ndarray:
    """Say what a column is in terms of astropy's reading of it."""
    if cells.dtype.kind == "U":
        return np.char.strip(cells)
    if cells.dtype.kind != "f":
        return np.asarray(cells)
    values = np.array(cells, dtype=cells.dtype.newbyteorder("="))
    values[(values == -999) | (values == -9999)] = np.nan
    return values


def test_every_column_is_what_astropy_reads(survey: Path, dapall: Path, drpall: Path) -> None:
    """Values of both files are those of astropy, -999 apart; DAPall's go first."""
    catalog = open_catalog(sas=survey)
    with fits.open(dapall) as dap, fits.open(drpall) as drp:
        tables = dap[DAPTYPE].data, drp["MANGA"].data
        names = {}
        for table in tables:
            for name in table.names:
                names.setdefault(name.lower(), table[name])
        for name in ("plateifu", "plate", "ifudesign", "ifudsgn", "mangaid"):
            names.pop(name)
        assert set(names) == set(catalog.data_vars)
        for name, cells in names.items():
            values = catalog[name].values
            np.testing.assert_array_equal(values, expected(cells), err_msg=name)
            assert values.dtype.isnative
        assert catalog.galaxy.values.tolist() == tables[0]["PLATEIFU"].tolist()
        assert catalog.mangaid.values.tolist() == tables[0]["MANGAID"].tolist()
        assert catalog.plate.values.tolist() == tables[0]["PLATE"].tolist()
        assert catalog.ifudesign.values.tolist() == tables[0]["IFUDESIGN"].tolist()


def test_a_line_is_found_by_its_name(survey: Path, dapall: Path) -> None:
    """H-alpha is entry 23 of DR17's vectors; the entry after it is [N II]."""
    flux = open_catalog(sas=survey).emline_gflux_1re
    with fits.open(dapall) as hdus:
        cells = hdus[DAPTYPE].data["EMLINE_GFLUX_1RE"]
        assert hdus[0].header["ELG24"] == "Ha-6564"
    np.testing.assert_array_equal(flux.sel(line="Ha-6564"), cells[:, 23])
    np.testing.assert_array_equal(flux.sel(line="NII-6585"), cells[:, 24])
    assert (flux.sel(line="Ha-6564") > flux.sel(line="NII-6585")).all()


def test_dr15_has_its_own_lines_and_rows(dr15: Path) -> None:
    """Of DR15's one table the rows of the DAPTYPE are taken, and H-alpha is entry 18."""
    catalog = open_catalog(sas=dr15, release="DR15")
    with fits.open(next(dr15.rglob("dapall-*.fits")), memmap=False) as hdus:
        table = hdus["DAPALL"].data
    rows = table[table["DAPTYPE"] == "HYB10-GAU-MILESHC"]
    assert rows["DAPDONE"].all()
    assert len(rows) < len(table)
    assert catalog.galaxy.values.tolist() == rows["PLATEIFU"].tolist()
    np.testing.assert_array_equal(
        catalog.emline_gflux_1re.sel(line="Ha-6564"), rows["EMLINE_GFLUX_1RE"][:, 18]
    )
    np.testing.assert_array_equal(catalog.stellar_vel_lo, rows["STELLAR_VEL_LO"])
    assert catalog.sizes["line"] == 22
    assert catalog.moment_line.values[0] == "OIId-3728"
    assert set(catalog.daptype.values) == {"HYB10-GAU-MILESHC"}


def test_vectors_are_labelled(survey: Path) -> None:
    """Each kind of vector has its dimension, and indices have a unit each."""
    catalog = open_catalog(sas=survey)
    assert catalog.snr_med.dims == ("galaxy", "band")
    assert catalog.bin_r_n.sel(radius_bin="0.5-1.5").dims == ("galaxy",)
    assert catalog.nsa_elpetro_absmag.sel(nsa_band="r").dims == ("galaxy",)
    assert catalog.emline_sflux_tot.sel(moment_line="OIId-3728").dims == ("galaxy",)
    assert str(catalog.spectral_index_unit.sel(spectral_index="Dn4000").values) == "1"
    assert str(catalog.spectral_index_unit.sel(spectral_index="CN1").values) == "mag"
    assert "units" not in catalog.specindex_1re.attrs


def test_everything_says_its_unit_and_meaning(survey: Path) -> None:
    """Numbers have units, but for indices with one each; masks name their bits."""
    catalog = open_catalog(sas=survey)
    for name, column in catalog.data_vars.items():
        assert column.attrs["long_name"] == CATALOG_COLUMNS[str(name)].long_name
        if column.dtype.kind in "if" and "spectral_index" not in column.dims:
            assert column.attrs["units"], name
    assert catalog.dapqual.dtype == np.int64
    meanings = catalog.dapqual.attrs["flag_meanings"].split()
    masks = dict(zip(meanings, catalog.dapqual.attrs["flag_masks"], strict=True))
    assert masks["CRITICAL"] == 2**30
    assert catalog.z.attrs["catalog"] == "dapall drpall"
    assert catalog.nsa_elpetro_mass.attrs["catalog"] == "drpall"


def test_attributes_say_what_was_opened(survey: Path) -> None:
    """Release, DAPTYPE and file names are attributes; there is no path in them."""
    catalog = open_catalog(sas=survey, release="mpl-11", daptype="SPX-MILESHC-MASTARSSP")
    assert catalog.attrs["release"] == "DR17"
    assert catalog.attrs["daptype"] == "SPX-MILESHC-MASTARSSP"
    assert catalog.attrs["dapall"] == "dapall-v3_1_1-3.1.0.fits"
    assert catalog.attrs["drpall"] == "drpall-v3_1_1.fits"
    assert not any(str(survey) in str(value) for value in catalog.attrs.values())


def test_only_the_columns_asked_for_are_there(survey: Path) -> None:
    """Columns are chosen in either case, in the order given; names of galaxies always come."""
    catalog = open_catalog(sas=survey, columns=["Z", "emline_gflux_1re", "PLATEIFU", "mangaid"])
    assert list(catalog.data_vars) == ["z", "emline_gflux_1re"]
    assert {"galaxy", "plate", "ifudesign", "mangaid", "line"} == set(catalog.coords)
    assert list(open_catalog(sas=survey, columns="z").data_vars) == ["z"]


def test_only_what_is_used_is_read(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening reads the names and what is compared; using a column reads it once, alone."""
    read: list[str] = []
    reading = BinTable._read

    def record(table: BinTable, names: Sequence[str], *rows: int) -> dict[str, np.ndarray]:
        read.extend(names)
        return reading(table, names, *rows)

    monkeypatch.setattr(BinTable, "_read", record)
    catalog = open_catalog(sas=survey)
    compared = {row.name for row in CATALOG_COLUMNS.values() if row.compared}
    assert set(read) == {"plateifu", "dapdone", *compared}
    read.clear()
    catalog.ha_gsigma_1re.values  # noqa: B018
    catalog.ha_gsigma_1re.mean()
    assert read == ["ha_gsigma_1re"]
    read.clear()
    asked_for = open_catalog(sas=survey, columns=["sfr_tot"])
    assert set(read) == {"plateifu", "daptype", "dapdone", "mangaid", "sfr_tot"}
    read.clear()
    asked_for.load()
    assert read == []


def test_part_of_a_column_is_that_part(survey: Path) -> None:
    """Whatever the index, a lazy column gives what the whole column would."""
    whole = open_catalog(sas=survey).emline_gflux_1re.load()
    for key in ({"galaxy": 1}, {"line": 23}, {"galaxy": [2, 0]}, {"galaxy": slice(1, None)},
                {"galaxy": slice(None, None, -1), "line": [3, 1]}, {"galaxy": 0, "line": 5},
                {"galaxy": slice(0, 0)}, {"galaxy": []}, {"galaxy": 1, "line": []},
                {"galaxy": [2, 2, 0], "line": slice(3, 9, 2)}):  # fmt: skip
        part = open_catalog(sas=survey).emline_gflux_1re.isel(key)
        xr.testing.assert_identical(part, whole.isel(key))


def test_a_catalog_pickles_without_its_values(survey: Path) -> None:
    """A lazy catalog goes to another process as paths, and is the same there."""
    catalog = open_catalog(sas=survey)
    sent = pickle.dumps(catalog)
    assert b"emline_gflux_1re" in sent
    xr.testing.assert_identical(pickle.loads(sent), open_catalog(sas=survey).load())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_file_stays_open(survey: Path, dapall: Path, tmp_path: Path) -> None:
    """Neither opening nor reading leaves a file open or mapped."""
    path = tmp_path / "watched-dapall.fits"
    shutil.copy(dapall, path)
    open_catalog(sas=survey, dapall=path).z.load()
    links = [os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.exists()]
    assert not [link for link in links if path.name in link]
    assert path.name not in Path("/proc/self/maps").read_text(encoding="utf-8")


def test_netcdf_gives_back_the_same(survey: Path, tmp_path: Path) -> None:
    """To netCDF and back is identical: labels, text, truth values, attributes."""
    catalog = open_catalog(sas=survey)
    catalog.to_netcdf(tmp_path / "catalog.nc")
    with xr.open_dataset(tmp_path / "catalog.nc") as back:
        assert back.identical(catalog)


def test_one_file_is_enough(survey: Path, dapall: Path, drpall: Path, tmp_path: Path) -> None:
    """Without DRPall its columns are missing, without DAPall the DAP's; attributes say so."""
    only_dap = open_catalog(sas=tmp_path, dapall=dapall)
    assert "nsa_elpetro_mass" not in only_dap
    assert only_dap.attrs["drpall"] == "none"
    only_drp = open_catalog(sas=survey, dapall=False)
    assert "dapdone" not in only_drp
    assert "emline_gflux_1re" not in only_drp
    assert only_drp.attrs["dapall"] == "none"
    assert "daptype" not in only_drp.attrs
    with fits.open(drpall) as hdus:
        np.testing.assert_array_equal(only_drp.z, hdus["MANGA"].data["z"])
    assert only_drp.sizes["galaxy"] == only_dap.sizes["galaxy"] == 3


def test_compressed_files_give_the_same(
    survey: Path, dapall: Path, drpall: Path, tmp_path: Path
) -> None:
    """Files with .gz are found and read as the plain ones are."""
    for path in (dapall, drpall):
        packed = tmp_path / path.relative_to(survey).with_name(f"{path.name}.gz")
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    packed = open_catalog(sas=tmp_path)
    plain = open_catalog(sas=survey)
    assert packed.attrs["dapall"].endswith(".fits.gz")
    xr.testing.assert_equal(packed, plain)


def test_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    """Without both files the error names their paths and the command that fetches them."""
    with pytest.raises(MissingFileError) as caught:
        open_catalog(sas=tmp_path, release="DR15")
    message = str(caught.value)
    assert "dapall-v2_4_3-2.2.1.fits" in message
    assert "drpall-v2_4_3.fits" in message
    assert f"mangaxr download --what dapall,drpall --release DR15 --sas {tmp_path}" in message
    assert "\n" not in message
    with pytest.raises(MissingFileError, match="both dapall and drpall are False"):
        open_catalog(dapall=False, drpall=False)


def test_a_path_that_is_given_must_be_there(survey: Path, tmp_path: Path) -> None:
    """A file that was named is not replaced by what is in the tree."""
    for which in ("dapall", "drpall"):
        with pytest.raises(MissingFileError, match=r"absent\.fits: no such file"):
            open_catalog(sas=survey, **{which: tmp_path / "absent.fits"})


def test_unknown_names_are_explained(survey: Path) -> None:
    """An unknown column, DAPTYPE or release is named, with those it may have been meant for."""
    with pytest.raises(CatalogError, match=r"'ha_gsigma_1r': did you mean ha_gsigma_1re"):
        open_catalog(sas=survey, columns=["z", "ha_gsigma_1r"])
    with pytest.raises(CatalogError, match="no table 'HYB10-GAU-MILESHC': it has 'SPX-MILESHC-"):
        open_catalog(sas=survey, daptype="HYB10-GAU-MILESHC")
    with pytest.raises(UnknownNameError, match="unknown release"):
        open_catalog(sas=survey, release="DR99")
    with pytest.raises(UnknownNameError, match="cannot be a DAPTYPE"):
        open_catalog(sas=survey, daptype="../HYB10")


def test_dr15_lists_its_daptypes(dr15: Path) -> None:
    """A DAPTYPE without rows in the one table is an error that lists those with rows."""
    with pytest.raises(CatalogError, match=r"no row of DAPTYPE 'X': it has 'HYB10-GAU-MILESHC', "):
        open_catalog(sas=dr15, release="DR15", daptype="X")


def test_a_file_says_its_release(dapall: Path, tmp_path: Path) -> None:
    """A DAPall given by its path is of the release of its versions, or of none."""
    for versions, release in ((("v3_1_1", "3.1.0"), "DR17"), (("v3_1_1", "4.0.0"), None)):
        path = tmp_path / "my-dapall.fits"
        with fits.open(dapall) as hdus:
            hdus[0].header["VERSDRP3"], hdus[0].header["VERSDAP"] = versions
            hdus.writeto(path, overwrite=True)
        catalog = open_catalog(dapall=path, drpall=False)
        assert catalog.attrs.get("release") == release
        assert catalog.attrs["dap_version"] == versions[1]
        assert catalog.attrs["dapall"] == "my-dapall.fits"


def test_dr15_by_its_path_needs_no_release(dr15: Path, tmp_path: Path) -> None:
    """The default DAPTYPE is the one of the file's own release."""
    path = tmp_path / "dapall.fits"
    with fits.open(next(dr15.rglob("dapall-*.fits"))) as hdus:
        hdus[0].header["VERSDRP3"], hdus[0].header["VERSDAP"] = "v2_4_3", "2.2.1"
        hdus.writeto(path)
    catalog = open_catalog(dapall=path, drpall=False)
    assert catalog.attrs["release"] == "DR15"
    assert catalog.attrs["daptype"] == "HYB10-GAU-MILESHC"


def test_a_truncated_file_is_an_error(dapall: Path, tmp_path: Path) -> None:
    """A file that ends within the table is refused when it is opened."""
    path = tmp_path / "short.fits"
    path.write_bytes(dapall.read_bytes()[:-5000])
    with pytest.raises(CorruptFileError, match="truncated"):
        open_catalog(dapall=path, drpall=False, daptype="HYB10-MILESHC-MASTARHC2")


def test_a_truncated_gzip_is_an_error(dapall: Path, tmp_path: Path) -> None:
    """So is a compressed one, at the latest when its values are read."""
    path = tmp_path / "short.fits.gz"
    whole = dapall.read_bytes()
    for content in (gzip.compress(whole[:-5000]), gzip.compress(whole)[:-2000]):
        path.write_bytes(content)
        with pytest.raises(CorruptFileError, match=r"short\.fits\.gz"):
            open_catalog(dapall=path, drpall=False, daptype="HYB10-MILESHC-MASTARHC2").load()


@pytest.mark.parametrize("content", [b"", b"no FITS at all", b"SIMPLE  =" + b" " * 4000])
def test_what_is_no_fits_file_is_an_error(content: bytes, tmp_path: Path) -> None:
    """An empty file, a text and half a header are refused in one line."""
    path = tmp_path / "dapall.fits"
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="cannot be read as a FITS file") as caught:
        open_catalog(dapall=path, drpall=False)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_an_error(survey: Path, tmp_path: Path) -> None:
    """A FITS file of images has no table; a table of stars no galaxies."""
    image = tmp_path / "image.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.zeros((3, 3)))]).writeto(image)
    with pytest.raises(CatalogError, match="it has no table"):
        open_catalog(dapall=image, drpall=False)
    stars = tmp_path / "stars.fits"
    columns = [fits.Column("MAG", "D", array=[1.0, 2.0])]
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(stars)
    with pytest.raises(CatalogError, match="no column of text PLATEIFU"):
        open_catalog(sas=survey, drpall=stars)


def test_a_file_that_changed_is_not_read(survey: Path, drpall: Path, tmp_path: Path) -> None:
    """A file replaced after it was opened is an error, not other values."""
    path = tmp_path / "drpall.fits"
    shutil.copy(drpall, path)
    catalog = open_catalog(sas=survey, drpall=path)
    path.write_bytes(drpall.read_bytes() + bytes(2880))
    with pytest.raises(CorruptFileError, match="has changed since it was opened"):
        catalog.exptime.load()


def test_labels_must_match_the_columns(dapall: Path, tmp_path: Path) -> None:
    """A header that names fewer, other or repeated lines is refused, with the column left out."""
    for change, words in (
        (lambda header: header.pop("ELG35"), "EMLINE_GFLUX_CEN has 35 values per galaxy but the"),
        (lambda header: header.pop("ELG20"), "names 34 entries with ELG but not ELG20"),
        (lambda header: header.set("ELG25", "Ha-6564"), "name 'Ha-6564' twice"),
    ):
        path = tmp_path / "dapall.fits"
        with fits.open(dapall) as hdus:
            change(hdus[0].header)
            hdus.writeto(path, overwrite=True)
        with pytest.raises(CatalogError, match=words):
            open_catalog(dapall=path, drpall=False)
        few = open_catalog(dapall=path, drpall=False, columns=["z", "emline_sflux_tot"])
        assert few.emline_sflux_tot.sizes["moment_line"] == 35


def test_columns_of_a_file_come_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Order does not matter, unknown columns are kept, a stated unit overrides the table's."""
    path = tmp_path / "dapall.fits"
    columns = [
        fits.Column("LINE", "D", array=[1.0]),
        fits.Column("HA_GSIGMA_1RE", "D", unit="m/s", array=[5.0]),
        fits.Column("MYFLUX", "3E", unit="Jy", array=[[1.0, -999.0, 3.0]]),
        fits.Column("RCOV90", "D", unit="arcsec", array=[7.0]),
        fits.Column("MYID", "J", bzero=2**31, array=np.array([4_000_000_000], dtype=np.uint32)),
        fits.Column("SNR_MED", "5D", array=[[1.0] * 5]),
        fits.Column("MYNULL", "I", null=-1, array=[-1]),
        fits.Column("MYSCALED", "I", array=[3]),
        fits.Column("MYCUBE", "4D", dim="(2,2)", array=np.arange(4.0).reshape(1, 2, 2)),
        fits.Column("MYCOMPLEX", "C", array=[1j]),
        fits.Column("MYVARIABLE", "PD()", array=np.array([[1.0, 2.0]], dtype=object)),
        fits.Column("plateifu", "12A", array=["8138-12704"]),
        fits.Column("EMLINE_GFLUX_TOT", "2D", array=[[1.0, 2.0]]),
    ]
    header = fits.Header({"ELG1": "Hb-4862", "ELG2": "Ha-6564"})
    table = fits.BinTableHDU.from_columns(columns, name=DAPTYPE)
    table.header["TSCAL8"], table.header["TZERO8"] = 0.5, 10.0
    fits.HDUList([fits.PrimaryHDU(header=header), table]).writeto(path)
    with caplog.at_level(logging.WARNING):
        catalog = open_catalog(dapall=path, drpall=False).load()
    assert "column LINE has the name of a dimension" in caplog.text
    assert "HA_GSIGMA_1RE is in m/s" in caplog.text
    assert "RCOV90" not in caplog.text
    assert catalog.ha_gsigma_1re.units == "m/s"
    assert catalog.myflux.units == "Jy"
    assert catalog.myflux.dims == ("galaxy", "myflux_0")
    np.testing.assert_array_equal(catalog.myflux, np.array([[1.0, np.nan, 3.0]], np.float32))
    assert catalog.myid.values.tolist() == [4_000_000_000]
    assert catalog.snr_med.dims == ("galaxy", "snr_med_0")
    assert catalog.mynull.values.tolist() == [-999]
    assert catalog.myscaled.values.tolist() == [11.5]
    np.testing.assert_array_equal(catalog.mycube, np.arange(4.0).reshape(1, 2, 2))
    assert not {"mycomplex", "myvariable", "line"} & set(catalog.data_vars)
    assert float(catalog.emline_gflux_tot.sel(line="Ha-6564")[0]) == 2.0
    assert catalog.galaxy.values.tolist() == ["8138-12704"]
