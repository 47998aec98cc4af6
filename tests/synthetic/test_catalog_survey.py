"""The catalogues of a large survey: real columns, and classes that the tables really show."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.cosmology import FlatLambdaCDM
from astropy.io import fits

from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic import CatalogFiles, CatalogTruth, write_catalogs

GALAXIES = 800
DAPTYPE = "HYB10-MILESHC-MASTARSSP"
DAPTYPES = ("SPX-MILESHC-MASTARSSP", "VOR10-MILESHC-MASTARSSP", DAPTYPE, "HYB10-MILESHC-MASTARHC2")
MISSING, NSA_MISSING = -999.0, -9999.0
CRITICAL = 1 << 30


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> CatalogFiles:
    """Write a survey of moderate size, all four analyses."""
    return write_catalogs(tmp_path_factory.mktemp("catalogs"), galaxies=GALAXIES, seed=4)


@pytest.fixture(scope="module", params=DAPTYPES)
def dap(request: pytest.FixtureRequest, survey: CatalogFiles) -> Any:
    """Read dapall's tables in turn, with astropy."""
    with fits.open(survey.dapall) as hdus:
        return hdus[request.param].data.copy()


@pytest.fixture(scope="module")
def drp(survey: CatalogFiles) -> Any:
    """Read drpall."""
    with fits.open(survey.drpall) as hdus:
        return hdus["MANGA"].data.copy()


def classes(truth: CatalogTruth) -> dict[str, set[str]]:
    """Return the names of every class; both of a pair of duplicates are in theirs."""
    named = {kind: getattr(truth, kind) for kind in truth.__slots__ if kind != "duplicates"}
    return {
        **{kind: set(names) for kind, names in named.items()},
        "duplicates": {name for pair in truth.duplicates for name in pair},
    }


def tilt(ratio: Any) -> Any:
    """Return inclinations in degrees of disks of thickness 0.2, by Hubble's formula."""
    return np.degrees(np.arccos(np.sqrt(np.clip((ratio**2 - 0.04) / 0.96, 0, 1))))


def rotation(table: Any) -> Any:
    """Return V / sigma of the gas."""
    span = (table["HA_GVEL_HI_CLIP"] - table["HA_GVEL_LO_CLIP"]) / 2
    return span / np.sin(np.radians(tilt(table["NSA_ELPETRO_BA"]))) / table["HA_GSIGMA_1RE"]


def test_the_headers_name_tables_and_lines(survey: CatalogFiles) -> None:
    """Tables in the published order; a keyword for each entry of a vector, with versions."""
    with fits.open(survey.dapall) as hdus:
        hdus.verify("exception")
        assert tuple(hdu.name for hdu in hdus[1:]) == DAPTYPES
        header = hdus[0].header
    assert (header["VERSDRP3"], header["VERSDAP"]) == ("v3_1_1", "3.1.0")
    assert [header[f"ELG{k:02d}"] for k in range(1, 36)] == list(line_names("DR17"))
    assert [header[f"ELS{k:02d}"] for k in range(1, 36)] == list(line_names("DR17", moments=True))
    assert [header[f"SPI{k:02d}"] for k in range(1, 47)] == [i.name for i in SPECTRAL_INDICES]
    assert "ELG36" not in header
    with fits.open(survey.drpall) as hdus:
        hdus.verify("exception")
        assert [hdu.name for hdu in hdus[1:]] == ["MANGA", "MASTAR"]


def test_drpall_has_the_published_columns(drp: Any) -> None:
    """99 columns; numbers and names of some are from the published list."""
    names = drp.names
    assert len(names) == 99
    places = {1: "plate", 4: "mangaid", 21: "drp3qual", 24: "harname", 42: "gfwhm", 56: "z"}
    places |= {63: "probs", 72: "nsa_field", 81: "nsa_elpetro_absmag", 99: "nsa_sersic_flux_ivar"}
    assert {k: names[k - 1] for k in places} == places
    assert drp["nsa_elpetro_absmag"].shape == (GALAXIES, 7)


def test_nobody_is_in_two_classes(survey: CatalogFiles) -> None:
    """Classes are there, distinct, and leave most galaxies without fault."""
    names = Counter(name for kind in classes(survey.truth).values() for name in kind)
    assert all(classes(survey.truth).values())
    assert set(names.values()) == {1}
    assert len(names) < GALAXIES * 0.6


def test_the_tables_show_each_fault_and_no_other(survey: CatalogFiles, dap: Any, drp: Any) -> None:
    """What the truth says of a galaxy is what astropy reads of it, and of nobody else."""
    done = dap["DAPDONE"]
    known = dap["NSA_ELPETRO_BA"] > 0
    inclination = np.where(known, tilt(dap["NSA_ELPETRO_BA"]), 50.0)
    words = dap["DRP3QUAL"] | dap["DAPQUAL"]
    _, target, count = np.unique(dap["MANGAID"], return_inverse=True, return_counts=True)
    shown = {
        "dap_failed": ~done,
        "critical": words & CRITICAL != 0,
        "not_galaxy": (dap["MNGTARG1"] == 0) & (dap["MNGTARG3"] == 0),
        "face_on": inclination < 20,
        "edge_on": inclination > 80,
        "too_small": known & (dap["NSA_ELPETRO_TH50_R"] < 2),
        "no_photometry": ~known,
        "smallest_bundle": dap["IFUDESIGN"] // 100 == 19,
        "duplicates": count[target] > 1,
    }
    expected = classes(survey.truth)
    assert {k: set(dap["PLATEIFU"][flags]) for k, flags in shown.items()} == {
        kind: expected[kind] for kind in shown
    }
    assert set(drp["plateifu"]) - set(dap["PLATEIFU"]) == expected["not_tried"]
    faulty = np.any(list(shown.values()), axis=0)
    assert ((inclination > 25.9) & (inclination < 74.1))[~faulty].all()
    assert (dap["NSA_ELPETRO_TH50_R"][known & ~shown["too_small"]] > 2.8).all()


def test_the_best_rotators_stand_apart(survey: CatalogFiles, dap: Any) -> None:
    """In flux, S/N, and V / sigma the least of them exceeds everybody else."""
    measured = dap[dap["DAPDONE"] & (dap["NSA_ELPETRO_BA"] > 0)]
    best = np.isin(measured["PLATEIFU"], survey.truth.best_rotators)
    assert best.sum() == 50
    halpha = line_names("DR17").index("Ha-6564")
    for values, gap in (
        (measured["EMLINE_GFLUX_1RE"][:, halpha], 2.0),
        (measured["SNR_MED"][:, 0], 1.3),
        (rotation(measured), 1.3),
    ):
        assert values[best].min() > gap * values[~best].max()
    table = measured[best]
    assert (table["IFUDESIGN"] // 100 == 127).all()
    assert (table["BIN_RMAX"] > 2.5).all()
    assert ((table["HA_GSIGMA_1RE"] > 18) & (table["HA_GSIGMA_1RE"] < 30)).all()
    assert ((table["STELLAR_SIGMA_1RE"] > 55) & (table["STELLAR_SIGMA_1RE"] < 90)).all()
    assert not (table["DRP3QUAL"] | table["DAPQUAL"]).any()


def test_pairs_differ_in_depth_alone(survey: CatalogFiles, dap: Any) -> None:
    """The first of a pair has the higher S/N in g; both are one galaxy in one place."""
    row, pairs = {name: k for k, name in enumerate(dap["PLATEIFU"])}, survey.truth.duplicates
    first, second = (dap[[row[name] for name in side]] for side in zip(*pairs, strict=True))
    assert (first["SNR_MED"][:, 0] > 1.1 * second["SNR_MED"][:, 0]).all()
    for name in ("MANGAID", "OBJRA", "OBJDEC", "Z", "NSA_ELPETRO_BA", "NSA_ELPETRO_TH50_R"):
        np.testing.assert_array_equal(first[name], second[name])
    assert survey.truth.better == {worse: best for best, worse in pairs}


def test_catalogues_refer_to_each_other(dap: Any, drp: Any) -> None:
    """DRPALLINDX is the row of drpall, and both say the same of a galaxy."""
    same = drp[dap["DRPALLINDX"]]
    for name in ("PLATE", "PLATEIFU", "MANGAID", "MNGTARG1", "MNGTARG3", "DRP3QUAL"):
        np.testing.assert_array_equal(dap[name], same[name.lower()])
    done = dap["DAPDONE"]
    np.testing.assert_array_equal(dap["Z"][done], same["z"][done].astype("f4"))
    for name in ("OBJRA", "OBJDEC", "NSA_Z", "NSA_SERSIC_N", "NSA_ELPETRO_PHI"):
        np.testing.assert_array_equal(dap[name], same[name.lower()].astype("f4"))


def test_every_number_of_a_completed_analysis_is_there(dap: Any) -> None:
    """No float is missing, but of the lines that are place-holders, and of no photometry."""
    done = dap[dap["DAPDONE"]]
    holders = [name in ("OII-3729", "HeI-3889", "NeIII-3968", "NI-5201") for name in LINES]
    without = done["NSA_ELPETRO_BA"] <= 0
    for name in dap.names:
        values = done[name]
        if values.dtype.kind != "f" or (name == "BINSNR" and done["BINTYPE"][0] == "none"):
            continue
        if name.startswith(("NSA_", "LDIST_NSA_", "ADIST_NSA_")):
            assert np.isin(values[without], (MISSING, NSA_MISSING)).all(), name
            values = values[~without]
        if name.startswith("EMLINE_S"):
            assert (values[:, holders] == MISSING).all()
            values = values[:, np.logical_not(holders)]
        assert np.isfinite(values).all(), name
        assert (values > -600).all(), name


LINES = line_names("DR17")


def test_an_analysis_that_failed_left_zeros(survey: CatalogFiles, dap: Any) -> None:
    """As the DAP's writer does; what comes from drpall is there."""
    failed = dap[~dap["DAPDONE"]]
    assert len(failed) == len(survey.truth.dap_failed)
    for name in ("Z", "HA_GVEL_HI_CLIP", "SNR_MED", "EMLINE_GFLUX_1RE", "DAPQUAL", "SFR_TOT"):
        assert not failed[name].any(), name
    assert (failed["NSA_ELPETRO_BA"] > 0).all()
    assert set(failed["VERSDAP"]) == {""}


def test_numbers_agree_with_each_other(dap: Any) -> None:
    """Distances are astropy's, rates follow from fluxes, velocities from the rotation."""
    done = dap[dap["DAPDONE"]]
    cosmology = FlatLambdaCDM(H0=100.0, Om0=0.3)
    np.testing.assert_allclose(
        done["LDIST_Z"], cosmology.luminosity_distance(done["Z"]).value, rtol=2e-4
    )
    halpha = LINES.index("Ha-6564")
    flux, rate = done["EMLINE_GFLUX_1RE"][:, halpha].astype(float), done["SFR_1RE"]
    expected = np.log10(4 * np.pi * flux) - 17 + 2 * np.log10(done["LDIST_Z"] * 3.0857e24) - 41.27
    np.testing.assert_allclose(np.log10(rate), expected, atol=1e-4)
    assert (done["HA_GVEL_LO"] <= done["HA_GVEL_LO_CLIP"]).all()
    assert (done["HA_GVEL_HI"] >= done["HA_GVEL_HI_CLIP"]).all()
    # Not the same on both sides: an average is needed to tell V sin i.
    lopsided = (done["HA_GVEL_LO_CLIP"] + done["HA_GVEL_HI_CLIP"]) / 2
    assert 5 < lopsided.std() < 30
    assert (done["EMLINE_GFLUX_TOT"] >= done["EMLINE_GFLUX_1RE"]).all()
    assert 0.01 < done["Z"].min() < done["Z"].max() < 0.15


def test_coverage_is_the_same_in_every_analysis(survey: CatalogFiles) -> None:
    """Depth and coverage do not depend on the DAPTYPE; measurements differ a little."""
    with fits.open(survey.dapall) as hdus:
        first, *others = (hdu.data for hdu in hdus[1:])
        for table in others:
            for name in ("RCOV90", "SNR_MED", "SNR_RING", "SB_1RE", "MANGAID"):
                np.testing.assert_array_equal(table[name], first[name])
            assert (table["HA_GVEL_HI"] != first["HA_GVEL_HI"]).any()
            np.testing.assert_allclose(table["HA_GSIGMA_1RE"], first["HA_GSIGMA_1RE"], rtol=0.1)


def test_places_are_right(drp: Any) -> None:
    """Galactic coordinates are astropy's; names repeat the position; bundles are on the plate."""
    bundle = SkyCoord(drp["ifura"], drp["ifudec"], unit="deg")
    np.testing.assert_allclose(drp["ifuglat"], bundle.galactic.b.deg, atol=1e-4)
    np.testing.assert_allclose(drp["ifuglon"], bundle.galactic.l.deg, atol=1e-3)
    plate = SkyCoord(drp["cenra"], drp["cendec"], unit="deg")
    assert bundle.separation(plate).deg.max() < 1.5
    known = drp["nsa_iauname"] != "NULL"
    for name, ra, dec in zip(
        drp["nsa_iauname"][known], drp["objra"][known], drp["objdec"][known], strict=True
    ):
        text = f"{name[1:3]} {name[3:5]} {name[5:10]} {name[10:13]} {name[13:15]} {name[15:]}"
        named = SkyCoord(text, unit=("hourangle", "deg"))
        assert named.separation(SkyCoord(ra, dec, unit="deg")).arcsec < 0.25


def test_names_are_those_of_a_survey(drp: Any) -> None:
    """Names are unique, five bundle sizes in the survey's mix, plates of four and five digits."""
    names = [PlateIFU.parse(name) for name in drp["plateifu"]]
    assert len(set(names)) == GALAXIES
    assert [str(name.ifu) for name in names] == drp["ifudsgn"].tolist()
    mix = Counter(name.fibres for name in names)
    per_plate = {19: 2, 37: 4, 61: 4, 91: 2, 127: 5}
    assert mix == pytest.approx({k: v * GALAXIES / 17 for k, v in per_plate.items()}, abs=5)
    assert drp["plate"].min() < 10000 < drp["plate"].max()
    assert all(name.startswith("1-") and name[2:].isdigit() for name in drp["mangaid"])


def test_the_truth_is_also_a_file(survey: CatalogFiles) -> None:
    """The JSON beside the catalogues holds the same names."""
    content = json.loads(survey.truth_file.read_text(encoding="utf-8"))
    assert survey.truth_file == survey.root / "truth" / "catalogs.json"
    assert (content["release"], content["seed"]) == ("DR17", 4)
    for kind in (*survey.truth.__slots__, "repeats", "better"):
        assert json.loads(json.dumps(getattr(survey.truth, kind))) == content[kind], kind


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, survey: CatalogFiles) -> None:
    """Files and truth; another seed gives others; one analysis alone is the same as among all."""
    again = write_catalogs(tmp_path / "a", galaxies=GALAXIES, seed=4)
    other = write_catalogs(tmp_path / "b", galaxies=GALAXIES, seed=5)
    assert again.truth == survey.truth != other.truth
    for name in ("dapall", "drpall", "truth_file"):
        assert getattr(again, name).read_bytes() == getattr(survey, name).read_bytes()
        assert getattr(other, name).read_bytes() != getattr(survey, name).read_bytes()
    alone = write_catalogs(tmp_path / "c", galaxies=GALAXIES, seed=4, daptypes=[DAPTYPE])
    with fits.open(alone.dapall) as hdus, fits.open(survey.dapall) as every:
        assert hdus[1].data.tobytes() == every[DAPTYPE].data.tobytes()


def test_dr15_has_one_table(tmp_path: Path) -> None:
    """Its analyses are below each other, with 22 lines; drpall's table has no name."""
    files = write_catalogs(tmp_path, galaxies=300, release="DR15")
    with fits.open(files.dapall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "DAPALL"]
        table, header = hdus["DAPALL"].data, hdus["DAPALL"].header
        assert (header["NAXIS1"], header["TFIELDS"]) == (2642, 90)
        kinds = Counter(table["DAPTYPE"].tolist())
        tried = 300 - len(files.truth.not_tried)
        assert kinds == {"VOR10-GAU-MILESHC": tried, "HYB10-GAU-MILESHC": tried}
        assert [
            PlateIFU(*pair) for pair in zip(table["PLATE"], table["IFUDESIGN"], strict=True)
        ] == [PlateIFU.parse(name) for name in table["PLATEIFU"]]
        assert table["EMLINE_GFLUX_1RE"].shape[1] == 22
        assert "STELLAR_CONT_RCHI2_1RE" in table.names
    with fits.open(files.drpall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", ""]
        assert hdus[1].header["NAXIS1"] == 1340


def test_the_full_survey_has_the_numbers_of_dr17(tmp_path: Path) -> None:
    """11,273 cubes, 10,782 tried, 10,735 completed, and each class in its share."""
    files = write_catalogs(tmp_path, daptypes=[DAPTYPE])
    counts = {kind: len(names) for kind, names in classes(files.truth).items()}
    with fits.open(files.dapall) as dapall, fits.open(files.drpall) as drpall:
        assert drpall[1].header["NAXIS2"] == 11273
        done = dapall[1].data["DAPDONE"]
        assert (len(done), done.sum()) == (10782, 10735)
        assert len(set(dapall[1].data["MANGAID"])) == 10782 - len(files.truth.duplicates)
    expected = {"best_rotators": 50, "critical": 113, "face_on": 564, "edge_on": 1127}
    expected |= {"too_small": 564, "no_photometry": 113, "not_galaxy": 338, "duplicates": 112}
    assert counts.items() >= expected.items()


@pytest.mark.parametrize("number", [199, 85_001])
def test_too_few_and_too_many_galaxies_are_refused(tmp_path: Path, number: int) -> None:
    """There have to be enough for every class, and plates to put them on."""
    with pytest.raises(UnknownNameError, match=r"at least 200.*at most 85000"):
        write_catalogs(tmp_path, galaxies=number)
