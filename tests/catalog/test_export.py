"""Tables written and read again, and tables of others."""

from __future__ import annotations

import builtins
import csv
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mangaxr.catalog.reading.open import open_catalog
from mangaxr.catalog.tables.export import TABLE_SUFFIXES, read_table, write_table
from mangaxr.catalog.tables.pick import pick_columns
from mangaxr.errors import CatalogError, MangaxrError, MissingDependencyError, MissingFileError
from mangaxr.synthetic import example_survey

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None
MARKS = {".parquet": pytest.mark.skipif(not HAS_PYARROW, reason="needs pyarrow")}
EVERY = [pytest.param(suffix, marks=MARKS.get(suffix, ())) for suffix in TABLE_SUFFIXES]
LOSSLESS = EVERY[1:]
HERE = [suffix for suffix in TABLE_SUFFIXES if HAS_PYARROW or suffix != ".parquet"]


@pytest.fixture(scope="module")
def catalog() -> xr.Dataset:
    """Return the whole catalog of three galaxies."""
    return open_catalog(sas=example_survey()).load()


def small() -> xr.Dataset:
    """Return a table with every kind of column."""
    return xr.Dataset(
        {
            "score": ("galaxy", [0.1, np.nan, 1e-300], {"units": "1"}),
            "single": ("galaxy", np.array([0.1, np.inf, np.nan], np.float32)),
            "count": ("galaxy", [1, -999, 2**62]),
            "done": ("galaxy", [True, False, True]),
            "note": ("galaxy", ["a, b", 'say "x"', "Hα"]),
            "empty": ("galaxy", ["", "", ""]),
            "flux": (("galaxy", "line"), [[1.0, 2.0], [np.nan, 4.0], [5.0, 6.0]]),
            "bare": (("galaxy", "bare_0"), [[1, 2], [3, 4], [5, 6]]),
        },
        coords={
            "galaxy": ["8138-12704", "8485-1901", "10001-3701"],
            "line": ["Hb-4862", "Ha-6564"],
        },
        attrs={"title": "three galaxies", "criteria": '{"q0": 0.2}'},
    )


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_everything_comes_back(suffix: str, catalog: xr.Dataset, tmp_path: Path) -> None:
    """ECSV, Parquet and netCDF give back the same: vectors, labels, units, attributes."""
    for number, dataset in enumerate((catalog, small(), catalog.isel(galaxy=[]))):
        path = write_table(dataset, tmp_path / f"table{number}{suffix}")
        assert read_table(path).identical(dataset)


def test_csv_holds_the_numbers(tmp_path: Path) -> None:
    """CSV has a column per entry of a vector, nothing for NaN, and numbers that are exact."""
    path = write_table(small(), tmp_path / "table.csv")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [
        *("plateifu", "score", "single", "count", "done", "note", "empty"),
        *("flux_Hb-4862", "flux_Ha-6564", "bare_0", "bare_1"),
    ]
    assert rows[0] == ["8138-12704", "0.1", "0.1", "1", "True", "a, b", "", "1.0", "2.0", "1", "2"]
    assert rows[1] == ["8485-1901", "", "inf", "-999", "False", 'say "x"', "", "", "4.0", "3", "4"]
    back = read_table(path)
    assert back.galaxy.values.tolist() == small().galaxy.values.tolist()
    for name in ("score", "count", "done", "note", "empty"):
        assert back[name].dtype.kind == small()[name].dtype.kind, name
        np.testing.assert_array_equal(back[name], small()[name])
    np.testing.assert_array_equal(back["flux_Ha-6564"], small().flux.sel(line="Ha-6564"))


def test_astropy_reads_the_csv(catalog: xr.Dataset, tmp_path: Path) -> None:
    """Astropy finds in the CSV the numbers of the catalog."""
    path = write_table(catalog, tmp_path / "table.csv")
    table = Table.read(path, format="ascii.csv")
    assert table["plateifu"].tolist() == catalog.galaxy.values.tolist()
    assert table.colnames[:4] == ["plateifu", "plate", "ifudesign", "mangaid"]
    flux = catalog.emline_gflux_1re.sel(line="Ha-6564")
    np.testing.assert_array_equal(table["emline_gflux_1re_Ha-6564"].astype(flux.dtype), flux)


def test_astropy_reads_the_ecsv(catalog: xr.Dataset, tmp_path: Path) -> None:
    """ECSV has units, meanings and vectors for whoever reads it."""
    table = Table.read(write_table(catalog, tmp_path / "table.ecsv"), format="ascii.ecsv")
    assert table["ha_gsigma_1re"].unit == "km / s"
    assert table["emline_gflux_1re"].shape == (3, 35)
    assert table["nsa_elpetro_th50_r"].description.startswith("R_e")
    assert table.meta["daptype"] == "HYB10-MILESHC-MASTARSSP"


def test_pyarrow_reads_the_parquet(catalog: xr.Dataset, tmp_path: Path) -> None:
    """Parquet has typed columns, and vectors as lists of fixed size."""
    pytest.importorskip("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    table = parquet.read_table(write_table(catalog, tmp_path / "table.parquet"))
    assert str(table.schema.field("z").type) == "double"
    assert table.schema.field("emline_gflux_1re").type.list_size == 35
    assert table.column("plateifu").to_pylist() == catalog.galaxy.values.tolist()


@pytest.mark.parametrize("suffix", EVERY)
def test_the_same_bytes_every_time(suffix: str, catalog: xr.Dataset, tmp_path: Path) -> None:
    """A table written twice is the same file, and one that was there is replaced."""
    first = write_table(catalog, tmp_path / f"one{suffix}").read_bytes()
    other = tmp_path / f"two{suffix}"
    other.write_text("something else")
    assert write_table(catalog, str(other)) == other
    assert other.read_bytes() == first
    assert {path.name for path in tmp_path.iterdir()} == {f"one{suffix}", f"two{suffix}"}


@pytest.mark.parametrize("suffix", EVERY)
def test_columns_can_be_chosen(suffix: str, tmp_path: Path) -> None:
    """Only the columns asked for are returned, in either case."""
    path = write_table(small(), tmp_path / f"table{suffix}")
    assert list(read_table(path, ["SCORE", "note"]).data_vars) == ["score", "note"]
    assert list(read_table(path, "done").data_vars) == ["done"]
    with pytest.raises(CatalogError, match="'scor': did you mean score"):
        read_table(path, "scor")


@pytest.mark.parametrize("suffix", EVERY)
def test_a_failed_write_leaves_nothing(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that cannot be written is one line of error, and what was there stays."""
    with pytest.raises(CatalogError, match="cannot be written") as caught:
        write_table(small(), tmp_path / "absent" / f"table{suffix}")
    assert "\n" not in str(caught.value)
    path = tmp_path / f"table{suffix}"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CatalogError, match="No space left on device"):
        write_table(small(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["table.txt", "table", "table.csv.gz", "csv"])
def test_other_suffixes_are_refused(name: str, tmp_path: Path) -> None:
    """The error lists the suffixes there are."""
    for use in (lambda path: write_table(small(), path), read_table):
        with pytest.raises(CatalogError, match=r"ends with \.csv, \.ecsv, \.parquet, \.nc"):
            use(tmp_path / name)


@pytest.mark.parametrize("suffix", EVERY)
def test_what_cannot_be_read_is_explained(suffix: str, tmp_path: Path) -> None:
    """No file, an empty one and one of another kind are errors in one line."""
    path = tmp_path / f"table{suffix}"
    with pytest.raises(MissingFileError, match="no such table"):
        read_table(path)
    for content in (b"", b"\x89PNG\r\n\x1a\n\xff\xfe\0", b'a,"b\n1,2,3\n'):
        path.write_bytes(content)
        with pytest.raises(CatalogError, match=f"table{suffix}") as caught:
            read_table(path)
        assert "\n" not in str(caught.value)


def test_a_table_without_galaxies_is_explained(tmp_path: Path) -> None:
    """A table must have a column plateifu with a galaxy in every row."""
    path = tmp_path / "table.csv"
    for content, words in (
        ("name,z\nM31,0\n", "no column plateifu, which names the galaxies: the first are name, z"),
        ("plateifu,z\n8138-12704,0\nM31,0\n", "row 2: 'M31' does not name a galaxy"),
        ("plateifu,z\n8138-12704,0,7\n", "row 1 has 3 cells, the first line 2 names"),
    ):
        path.write_text(content)
        with pytest.raises(CatalogError, match=words):
            read_table(path)
    netcdf = tmp_path / "table.nc"
    xr.Dataset({"z": ("x", [1.0])}).to_netcdf(netcdf)
    with pytest.raises(CatalogError, match="no coordinate galaxy"):
        read_table(netcdf)


def test_tables_of_others_are_read(tmp_path: Path) -> None:
    """Spreadsheets' byte-order mark, other case, blanks, missing values and mixed cells."""
    path = tmp_path / "table.csv"
    path.write_bytes(
        "\ufeffPLATEIFU, z ,id,flag,code\r\n8138-12704, 0.1,1_000,True,007\r\n\r\n"
        "manga-8485-1901,,2,False,x\r\n".encode()
    )
    found = read_table(path)
    assert found.galaxy.values.tolist() == ["8138-12704", "8485-1901"]
    np.testing.assert_array_equal(found.z, [0.1, np.nan])
    assert found.id.values.tolist() == ["1_000", "2"]
    assert found.flag.values.tolist() == [True, False]
    assert found.code.values.tolist() == ["007", "x"]
    other = Table({"plateifu": ["8138-12704", "8485-1901"], "v": [1, 2], "t": ["a", "b"]})
    other["v"].unit = "km/s"
    masked = Table(other, masked=True)
    masked["v"].mask = [False, True]
    masked["t"].mask = [True, False]
    masked.write(tmp_path / "table.ecsv")
    found = read_table(tmp_path / "table.ecsv")
    assert found.v.units == "km / s"
    np.testing.assert_array_equal(found.v, [1.0, np.nan])
    assert found.t.values.tolist() == ["", "b"]


def test_parquet_of_others_is_read(tmp_path: Path) -> None:
    """Nulls are NaN or empty; lists of any length are passed over."""
    arrow: Any = pytest.importorskip("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    columns = {
        "plateifu": ["8138-12704", "8485-1901"],
        "z": [0.1, None],
        "t": [None, "b"],
        "many": [[1], [2, 3]],
    }
    parquet.write_table(arrow.table(columns), tmp_path / "table.parquet")
    found = read_table(tmp_path / "table.parquet")
    assert list(found.data_vars) == ["z", "t"]
    np.testing.assert_array_equal(found.z, [0.1, np.nan])
    assert found.t.values.tolist() == ["", "b"]


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pyarrow is missing the error names the command, and no file appears."""
    importing = builtins.__import__

    def missing(name: str, *rest: object) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return importing(name, *rest)

    monkeypatch.setattr(importlib, "import_module", missing)
    path = tmp_path / "table.parquet"
    with pytest.raises(MissingDependencyError, match=r"pip install 'mangaxr\[parquet\]'"):
        write_table(small(), path)
    assert not list(tmp_path.iterdir())
    path.write_bytes(b"PAR1")
    with pytest.raises(MissingDependencyError, match="pyarrow"):
        read_table(path)


def test_an_entry_of_a_vector_is_a_column_of_its_own(catalog: xr.Dataset, tmp_path: Path) -> None:
    """NAME[LABEL] picks an entry, whose meaning and unit come along."""
    names = ["Z", "emline_gflux_1re[Ha-6564]", "specindex_1re['Dn4000']", "plate", "snr_med"]
    picked = pick_columns(catalog, names)
    assert list(picked.data_vars) == [
        *("z", "emline_gflux_1re_Ha-6564", "specindex_1re_Dn4000", "plate", "snr_med"),
    ]
    assert set(picked.coords) == {"galaxy", "band"}
    assert picked["emline_gflux_1re_Ha-6564"].attrs["long_name"].endswith(": Ha-6564")
    assert picked["specindex_1re_Dn4000"].units == "1"
    np.testing.assert_array_equal(
        picked["emline_gflux_1re_Ha-6564"], catalog.emline_gflux_1re.sel(line="Ha-6564")
    )
    assert read_table(write_table(picked, tmp_path / "t.ecsv")).identical(picked)
    with pytest.raises(CatalogError, match="no entry 'ha': did you mean Ha-6564"):
        pick_columns(catalog, ["emline_gflux_1re[ha]"])


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(st.floats(), st.integers(-(2**63), 2**63 - 1), st.booleans(), texts), min_size=1
    )
)
def test_any_values_survive(values: list[tuple[Any, ...]], tmp_path: Path) -> None:
    """Whatever the numbers and texts, ECSV, netCDF and (if installed) Parquet keep them."""
    columns = list(zip(*values, strict=True))
    dataset = xr.Dataset(
        {
            "f": ("galaxy", np.array(columns[0], dtype=np.float64)),
            "i": ("galaxy", np.array(columns[1], dtype=np.int64)),
            "b": ("galaxy", np.array(columns[2], dtype=bool)),
            "t": ("galaxy", np.array([text.strip() for text in columns[3]], dtype=str)),
        },
        coords={"galaxy": [f"{8000 + i}-1901" for i in range(len(values))]},
    )
    for suffix in HERE:
        back = read_table(write_table(dataset, tmp_path / f"table{suffix}"))
        np.testing.assert_array_equal(back.i, dataset.i)
        if suffix != ".csv":  # which guesses kinds: texts may be numbers, and nothing is text
            assert back.equals(dataset)
        elif not np.isnan(dataset.f).all():
            np.testing.assert_array_equal(back.f, dataset.f)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from([".csv", ".ecsv"]),
    where=st.floats(0, 1),
    junk=st.text(st.sampled_from("#%:-{}[],\"'\n aplteifu0123456789"), max_size=30),
)
def test_broken_text_is_one_line_of_error(
    suffix: str, where: float, junk: str, tmp_path: Path
) -> None:
    """A file with something put into it is read, or refused in one line."""
    content = write_table(small(), tmp_path / f"whole{suffix}").read_text(encoding="utf-8")
    cut = int(where * len(content))
    path = tmp_path / f"broken{suffix}"
    path.write_text(content[:cut] + junk + content[cut:], encoding="utf-8")
    try:
        read_table(path)
        message = ""
    except MangaxrError as error:
        message = str(error)
    assert "\n" not in message
