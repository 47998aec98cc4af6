"""The catalogues of a large survey: real columns, and classes that the tables really show."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from mangaxr.datamodel.lines import line_names
from mangaxr.errors import UnknownNameError
from mangaxr.synthetic import CatalogFiles, CatalogTruth, write_catalogs
from mangaxr.synthetic.catalogs.columns import DAPALL_COLUMNS, DRPALL_COLUMNS

GALAXIES = 800
CLASSES = [field.name for field in fields(CatalogTruth) if field.name != "better"]
MISSING = -999.0
CRITICAL = 1 << 30


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> CatalogFiles:
    """Write a survey of moderate size, all four analyses."""
    return write_catalogs(tmp_path_factory.mktemp("catalogs"), galaxies=GALAXIES, seed=4)


@pytest.fixture(scope="module")
def tables(survey: CatalogFiles) -> tuple[Any, Any]:
    """Read dapall's recommended analysis, and drpall, with astropy."""
    with fits.open(survey.dapall) as dapall, fits.open(survey.drpall) as drpall:
        return dapall["HYB10-MILESHC-MASTARSSP"].data.copy(), drpall["MANGA"].data.copy()


def test_the_columns_are_the_real_ones(survey: CatalogFiles, tables: tuple[Any, Any]) -> None:
    """99 columns of drpall in the published order; dapall's with a line per header keyword."""
    dap, drp = tables
    assert len(drp.names) == len(DRPALL_COLUMNS) == 99
    assert drp.names[:4] == ["plate", "ifudsgn", "plateifu", "mangaid"]
    assert drp.names[71] == "nsa_field"  # the 72nd of the published list
    assert drp.names[-1] == "nsa_sersic_flux_ivar"
    assert dap.names == [c.name for c in DAPALL_COLUMNS if "DR17" in c.layouts]
    with fits.open(survey.dapall) as hdus:
        assert [hdu.name for hdu in hdus[1:]] == [
            "SPX-MILESHC-MASTARSSP", "VOR10-MILESHC-MASTARSSP",
            "HYB10-MILESHC-MASTARSSP", "HYB10-MILESHC-MASTARHC2",
        ]  # fmt: skip
        header = hdus[0].header
        assert [header[f"ELG{k:02d}"] for k in range(1, 36)] == list(line_names("DR17"))


def test_nobody_is_in_two_classes(survey: CatalogFiles) -> None:
    """Classes are there, distinct, and leave most galaxies without fault."""
    names = [name for kind in CLASSES for name in getattr(survey.truth, kind)]
    assert len(set(names)) == len(names)
    assert all(getattr(survey.truth, kind) for kind in CLASSES)
    assert len(names) < GALAXIES * 0.6
    assert not set(survey.truth.better.values()) & set(names)


def inclination(ratio: Any) -> Any:
    """Return degrees, thickness 0.2."""
    return np.degrees(np.arccos(np.sqrt(np.clip((ratio**2 - 0.04) / 0.96, 0, 1))))


def test_the_tables_show_each_fault_and_no_other(
    survey: CatalogFiles, tables: tuple[Any, Any]
) -> None:
    """What the truth says of a galaxy is what astropy reads of it, and of nobody else."""
    dap, drp = tables
    truth = survey.truth
    ratio = dap["NSA_ELPETRO_BA"]
    tilt = np.where(ratio > 0, inclination(ratio), np.nan)
    fibres = dap["IFUDESIGN"] // 100
    shown = {
        "dap_failed": ~dap["DAPDONE"],
        "critical": ((dap["DRP3QUAL"] | dap["DAPQUAL"]) & CRITICAL != 0) & dap["DAPDONE"],
        "not_galaxy": (dap["MNGTARG1"] == 0) & (dap["MNGTARG3"] == 0),
        "face_on": tilt < 25,
        "edge_on": tilt > 75,
        "too_small": (dap["NSA_ELPETRO_TH50_R"] < 2) & (ratio > 0),
        "no_photometry": ratio == MISSING,
        "smallest_bundle": fibres == 19,
    }
    for kind, flags in shown.items():
        assert set(dap["PLATEIFU"][flags]) == set(getattr(truth, kind)), kind
    assert set(drp["plateifu"]) - set(dap["PLATEIFU"]) == set(truth.not_tried)
    assert not dap["EMLINE_GFLUX_1RE"][~dap["DAPDONE"]].astype(float).max() > MISSING


def test_repeats_share_a_mangaid_with_a_better_one(
    survey: CatalogFiles, tables: tuple[Any, Any]
) -> None:
    """Each repeated observation has a lower S/N than the other of the same galaxy."""
    dap, _ = tables
    row = {name: k for k, name in enumerate(dap["PLATEIFU"])}
    targets, counts = np.unique(dap["MANGAID"], return_counts=True)
    assert set(targets[counts > 1]) == {dap["MANGAID"][row[n]] for n in survey.truth.repeats}
    for name, other in survey.truth.better.items():
        assert dap["MANGAID"][row[name]] == dap["MANGAID"][row[other]]
        assert dap["SNR_MED"][row[name], 0] < dap["SNR_MED"][row[other], 0]


def test_catalogues_refer_to_each_other(tables: tuple[Any, Any]) -> None:
    """DRPALLINDX is the row of drpall, and both say the same of a galaxy."""
    dap, drp = tables
    same = drp[dap["DRPALLINDX"]]
    for ours, theirs in (("PLATEIFU", "plateifu"), ("MANGAID", "mangaid"), ("Z", "z")):
        np.testing.assert_array_equal(dap[ours], same[theirs])


def test_numbers_of_done_rows_are_there(tables: tuple[Any, Any]) -> None:
    """No float that ranking or a user might look at is missing where the DAP completed."""
    dap, _ = tables
    done = dap[dap["DAPDONE"]]
    for name in dap.names:
        values = done[name]
        if values.dtype.kind == "f" and not name.startswith(("NSA_", "LDIST_", "ADIST_")):
            assert (values > MISSING).all(), name


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, survey: CatalogFiles) -> None:
    """Files and truth; another seed gives others."""
    again = write_catalogs(tmp_path / "a", galaxies=GALAXIES, seed=4)
    other = write_catalogs(tmp_path / "b", galaxies=GALAXIES, seed=5)
    assert again.truth == survey.truth != other.truth
    for name in ("dapall", "drpall"):
        assert getattr(again, name).read_bytes() == getattr(survey, name).read_bytes()
        assert getattr(other, name).read_bytes() != getattr(survey, name).read_bytes()


def test_dr15_has_one_table(tmp_path: Path) -> None:
    """All analyses below each other, and 22 lines."""
    files = write_catalogs(tmp_path, galaxies=300, release="DR15")
    with fits.open(files.dapall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "DAPALL"]
        table = hdus["DAPALL"].data
        assert set(table["DAPTYPE"]) == {"VOR10-GAU-MILESHC", "HYB10-GAU-MILESHC"}
        assert table["EMLINE_GFLUX_1RE"].shape[1] == 22
        assert "STELLAR_CONT_RCHI2_1RE" in table.names


def test_too_few_galaxies_are_refused(tmp_path: Path) -> None:
    """There have to be enough for every class."""
    with pytest.raises(UnknownNameError, match="at least 200"):
        write_catalogs(tmp_path, galaxies=20)
