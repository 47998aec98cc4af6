"""``mangaxr catalog``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mangaxr.catalog.reading.open import open_catalog
from mangaxr.catalog.tables.export import read_table
from mangaxr.cli import _mangaxr
from mangaxr.errors import CatalogError, ExpressionError, MissingFileError

Run = Callable[..., Result]


@pytest.fixture
def catalog(survey: Path) -> Run:
    """Return a function that runs the command on the example survey."""

    def run_it(*arguments: object) -> Result:
        options = ["catalog", "--sas", str(survey), *map(str, arguments)]
        return CliRunner().invoke(_mangaxr, options, catch_exceptions=False, standalone_mode=False)

    return run_it


def test_the_summary_lists_columns(catalog: Run) -> None:
    """Without options: the files, how many galaxies, each column with unit and meaning."""
    out = catalog().output
    assert "dapall-v3_1_1-3.1.0.fits" in out
    assert "HYB10-MILESHC-MASTARSSP" in out
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines["galaxies"].split() == ["galaxies", "3"]
    assert lines["dap_completed"].split() == ["dap_completed", "3"]
    assert "km / s" in lines["ha_gsigma_1re"]
    assert "line" in lines["emline_gflux_1re"].split()
    assert "half-light radius" in lines["nsa_elpetro_th50_r"]


def test_the_summary_as_json(catalog: Run, survey: Path) -> None:
    """The same as one document, with all columns."""
    found = json.loads(catalog("--json").output)
    opened = open_catalog(sas=survey)
    assert [column["name"] for column in found["columns"]] == list(opened.data_vars)
    assert found["galaxies"] == 3
    assert found["release"] == "DR17"
    (flux,) = (c for c in found["columns"] if c["name"] == "emline_gflux_1re")
    assert flux["dims"] == ["line"]
    assert flux["units"] == "1e-17 erg / (s cm2)"
    assert {c["dtype"] for c in found["columns"]} >= {"float64", "int64", "bool", "text"}


def test_rows_that_meet_a_condition(catalog: Run, survey: Path) -> None:
    """--where keeps galaxies, --columns chooses what is shown, and the counts are said."""
    result = catalog("--where", "plate == 8001", "--columns", "z,emline_gflux_1re[Ha-6564]")
    lines = result.output.splitlines()
    assert lines[0].split() == ["plateifu", "z", "emline_gflux_1re_Ha-6564"]
    assert [line.split()[0] for line in lines[1:3]] == ["8001-1901", "8001-1902"]
    expected = open_catalog(sas=survey).emline_gflux_1re.sel(line="Ha-6564").values[0]
    assert float(lines[1].split()[2]) == pytest.approx(expected, rel=1e-5)
    assert lines[-1] == "2 of 3 galaxies"


def test_no_row_is_no_error(catalog: Run) -> None:
    """A condition that none meets leaves the count."""
    assert catalog("--where", "z > 5").output == "0 of 3 galaxies\n"


def test_only_some_rows_are_printed(catalog: Run) -> None:
    """--limit bounds what is printed, and how many there are is said."""
    lines = catalog("--columns", "mangaid", "--limit", "1").output.splitlines()
    assert lines[0].split() == ["plateifu", "mangaid"]
    assert lines[-1].startswith("3 of 3 galaxies, 1 shown")
    assert len(lines) == 3


def test_a_dozen_columns_by_default(catalog: Run) -> None:
    """With a condition alone, a choice of columns is shown that the files have."""
    header = catalog("--where", "dapdone").output.splitlines()[0].split()
    assert {"plateifu", "mangaid", "z", "dapqual", "emline_gflux_1re_Ha-6564"} <= set(header)
    assert 10 <= len(header) <= 15


def test_rows_as_json(catalog: Run, survey: Path) -> None:
    """--json holds every row; a vector is an object by label, and NaN is null."""
    names = "z,snr_med,dapdone,nsa_elpetro_mass"
    found = json.loads(catalog("--json", "--limit", "1", "--columns", names).output)
    assert (found["galaxies"], found["kept"]) == (3, 3)
    assert [row["plateifu"] for row in found["rows"]] == ["8001-1901", "8001-1902", "8002-1901"]
    opened = open_catalog(sas=survey)
    first = found["rows"][0]
    assert first["z"] == float(opened.z[0])
    assert list(first["snr_med"]) == ["g", "r", "i", "z"]
    assert first["dapdone"] is True
    assert first["nsa_elpetro_mass"] is None
    assert [c["name"] for c in found["columns"]] == names.split(",")


@pytest.mark.parametrize("suffix", [".csv", ".ecsv", ".nc"])
def test_a_table_is_written(suffix: str, catalog: Run, survey: Path, tmp_path: Path) -> None:
    """--out writes the rows and says how many; 'all' is every column."""
    out = tmp_path / f"sample{suffix}"
    result = catalog("--where", "ifudesign == 1901", "--columns", "z,mangaid", "--out", out)
    assert result.output == f"{out}: 2 of 3 galaxies, 2 columns\n"
    found = read_table(out)
    assert found.galaxy.values.tolist() == ["8001-1901", "8002-1901"]
    assert list(found.data_vars) == ["z", "mangaid"]
    catalog("--columns", "all", "--out", out)
    opened = open_catalog(sas=survey)
    assert read_table(out).sizes["galaxy"] == 3
    if suffix != ".csv":
        assert read_table(out).identical(opened)


def test_a_table_and_json(catalog: Run, tmp_path: Path) -> None:
    """Both at once: the file is written, and standard output is one document."""
    out = tmp_path / "sample.csv"
    found: dict[str, Any] = json.loads(catalog("--json", "--columns", "z", "--out", out).output)
    assert found["out"] == str(out)
    assert len(found["rows"]) == read_table(out).sizes["galaxy"] == 3


def test_another_daptype(catalog: Run) -> None:
    """--daptype chooses the table; what the DAP did not do there is missing."""
    found = json.loads(catalog("--json", "--daptype", "VOR10-MILESHC-MASTARSSP").output)
    assert found["daptype"] == "VOR10-MILESHC-MASTARSSP"
    assert found["dap_completed"] == 0


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["--where", "zz < 3"], ExpressionError, "no column is called 'zz'"),
        (["--where", ""], ExpressionError, "is empty"),
        (["--columns", "zz"], CatalogError, "no column is called 'zz'"),
        (["--columns", "emline_gflux_1re[Ha]"], CatalogError, "did you mean Ha-6564"),
        (["--out", "sample.txt"], CatalogError, "ends with"),
        (["--daptype", "X"], CatalogError, "no table 'X': it has"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], error: type[Exception], words: str, catalog: Run
) -> None:
    """Errors reach the command line's one place for them."""
    with pytest.raises(error, match=words):
        catalog(*arguments)


def test_nothing_there_names_the_command(tmp_path: Path) -> None:
    """An empty tree is answered with what fetches the files."""
    with pytest.raises(MissingFileError, match="mangaxr download --what dapall,drpall"):
        CliRunner().invoke(
            _mangaxr,
            ["catalog", "--sas", str(tmp_path)],
            catch_exceptions=False,
            standalone_mode=False,
        )
