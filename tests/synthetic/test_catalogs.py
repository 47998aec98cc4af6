"""The two catalogues match the survey's columns and the galaxies' files."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from mangaxr.datamodel.lines import line_names

# Types as in the published files: text, 64-bit integers, floats of 32 bits.
DAPALL_TYPES = {
    "PLATE": "K", "PLATEIFU": "12A", "MANGAID": "10A", "DRPALLINDX": "K", "DAPDONE": "L",
    "OBJRA": "E", "MNGTARG1": "K", "Z": "E", "NSA_ELPETRO_BA": "E", "DRP3QUAL": "K",
    "DAPQUAL": "K", "BINSNR": "E", "RCOV90": "E", "SNR_MED": "4E",
    "BIN_R_SNR": "3E", "HA_GVEL_HI_CLIP": "E", "HA_GSIGMA_1RE": "E", "SPECINDEX_1RE": "46E",
    "SFR_TOT": "E",
}  # fmt: skip

# Bytes of a row and number of columns, from the SDSS data model of the published files. The
# texts of DR17's drpall are wider than ours, its row of 1614 bytes therefore longer.
DAPALL_ROWS = {"DR15": (2642, 90), "DR17": (3384, 91)}
DRPALL_ROWS = {"DR15": (1340, 99), "DR17": (1340, 99)}


def test_dr17_has_a_table_per_daptype(dr17) -> None:
    """DR17's dapall has one table for each analysis, in the published order."""
    with fits.open(dr17.dapall) as hdus:
        assert [hdu.name for hdu in hdus[1:]] == [
            "SPX-MILESHC-MASTARSSP",
            "VOR10-MILESHC-MASTARSSP",
            "HYB10-MILESHC-MASTARSSP",
            "HYB10-MILESHC-MASTARHC2",
        ]
        done = {hdu.name: hdu.data["DAPDONE"].tolist() for hdu in hdus[1:]}
    assert done.pop("HYB10-MILESHC-MASTARHC2") == [False, False]
    assert all(flags == [True, True] for flags in done.values())


def test_dr15_has_one_table(dr15) -> None:
    """DR15's dapall is one table with all analyses in it."""
    with fits.open(dr15.dapall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "DAPALL"]
        types = hdus["DAPALL"].data["DAPTYPE"]
        assert len(types) == 6
        assert set(types) == {path.name.split("MAPS-")[1][:-8] for path in dr15.maps}
        columns = set(hdus["DAPALL"].columns.names)
    assert "STELLAR_CONT_RCHI2_1RE" in columns
    assert "STELLAR_RCHI2_1RE" not in columns


def test_columns_have_the_published_types(survey) -> None:
    """Columns are there with their types, and vectors are as long as lines and indices."""
    lines = len(line_names(survey.release))
    with fits.open(survey.dapall) as hdus:
        formats = {column.name: column.format for column in hdus[1].columns}
    for name, expected in DAPALL_TYPES.items():
        assert formats[name] == expected, name
    for name in ("EMLINE_SFLUX_CEN", "EMLINE_GFLUX_TOT", "EMLINE_GSB_1RE", "EMLINE_SEW_PEAK"):
        assert formats[name] == f"{lines}E", name
    assert formats["DAPTYPE"] == {"DR15": "20A", "DR17": "30A"}[survey.release]
    first = ("PLATE", "IFUDESIGN", "PLATEIFU", "MANGAID", "DRPALLINDX", "MODE", "DAPTYPE")
    assert tuple(formats)[:7] == first


def test_rows_are_as_long_as_the_published_ones(survey) -> None:
    """Types and widths of all columns together give the published length of a row."""
    for path, rows in ((survey.dapall, DAPALL_ROWS), (survey.drpall, DRPALL_ROWS)):
        header = fits.getheader(path, 1)
        assert (header["NAXIS1"], header["TFIELDS"]) == rows[survey.release]


def test_the_header_names_the_vectors_entries(dr17) -> None:
    """ELS, ELG, SPI and SPIU keywords name the lines and indices with their units."""
    header = fits.getheader(dr17.dapall)
    assert [header[f"ELG{n:02d}"] for n in range(1, 36)] == list(line_names("DR17"))
    assert header["ELS01"] == "OIId-3728"
    assert header["ELG01"] == "OII-3727"
    assert header["SPI45"] == "Dn4000"
    assert header["SPIU01"] == "mag"
    assert header["SPIU45"] == ""
    assert (header["VERSDRP3"], header["VERSDAP"]) == ("v3_1_1", "3.1.0")


def test_missing_numbers_are_minus_999(dr17) -> None:
    """A line that was not measured is -999, and nothing is NaN."""
    with fits.open(dr17.dapall) as hdus:
        table = hdus["HYB10-MILESHC-MASTARSSP"].data
        assert (table["EMLINE_SSB_1RE"][:, 1] == -999.0).all()
        for column in hdus["HYB10-MILESHC-MASTARSSP"].columns:
            if column.format.endswith("E"):
                assert np.isfinite(table[column.name]).all()


def test_an_analysis_not_made_has_zeros(dr17) -> None:
    """The DAP's writer starts from zeros: only what drpall knows is filled in."""
    with fits.open(dr17.dapall) as hdus:
        row = hdus["HYB10-MILESHC-MASTARHC2"].data[0]
        assert not row["DAPDONE"]
        for name in ("Z", "HA_GVEL_HI", "DAPQUAL", "BINSNR", "SNR_MED", "EMLINE_GFLUX_TOT"):
            assert not np.any(row[name]), name
        assert row["VERSDAP"] == row["BINKEY"] == ""
        galaxy = dr17.galaxies[0]
        assert row["NSA_Z"] == pytest.approx(galaxy.redshift)
        assert row["NSA_ELPETRO_TH50_R"] == pytest.approx(galaxy.r_eff)
        assert row["MANGAID"] == galaxy.mangaid


def test_totals_equal_the_files(dr17, dr17_files) -> None:
    """EMLINE_GFLUX_TOT is the sum of the file's usable spaxels."""
    maps = dr17_files[dr17.maps[0].name]
    with fits.open(dr17.dapall) as hdus:
        flux = maps["EMLINE_GFLUX"].data.astype(float)
        good = maps["EMLINE_GFLUX_MASK"].data & 2**30 == 0
        row = hdus["HYB10-MILESHC-MASTARSSP"].data[0]
        np.testing.assert_allclose(
            row["EMLINE_GFLUX_TOT"], np.where(good, flux, 0).sum(axis=(1, 2)), rtol=1e-6
        )
        assert row["PLATEIFU"] == maps[0].header["PLATEIFU"]
        assert row["Z"] == pytest.approx(maps[0].header["SCINPVEL"] / 299792.458)


def test_velocities_and_redshift_reflect_the_truth(dr17) -> None:
    """HA_Z holds the systemic velocity, and the velocity range is that of the rotation."""
    with fits.open(dr17.dapall) as hdus:
        table = hdus["HYB10-MILESHC-MASTARSSP"].data
    for row, galaxy in zip(table, dr17.galaxies, strict=True):
        v = (row["HA_Z"] - galaxy.redshift) / (1 + galaxy.redshift) * 299792.458
        assert v == pytest.approx(galaxy.v_sys, abs=15)
        half = (row["HA_GVEL_HI_CLIP"] - row["HA_GVEL_LO_CLIP"]) / 2
        assert 0.6 * galaxy.v_projected < half < 1.15 * galaxy.v_projected
        assert row["NSA_ELPETRO_BA"] == pytest.approx(np.cos(np.deg2rad(galaxy.inclination)))


def test_drpall_matches_the_galaxies(survey) -> None:
    """The drpall table has lower-case columns, one row per galaxy, in dapall's order."""
    with fits.open(survey.drpall) as drpall, fits.open(survey.dapall) as dapall:
        table = drpall[1].data
        assert all(name == name.lower() for name in table.names)
        assert table["plateifu"].tolist() == [str(g.plateifu) for g in survey.galaxies]
        assert table["ifudesignsize"].tolist() == [g.plateifu.fibres for g in survey.galaxies]
        assert table["mngtarg1"].tolist() == [1024, 1024]
        np.testing.assert_allclose(table["rfwhm"], [g.psf_fwhm for g in survey.galaxies])
        for row in dapall[1].data:
            assert table["plateifu"][row["DRPALLINDX"]] == row["PLATEIFU"]


def test_drpall_has_the_published_tables(dr17, dr15) -> None:
    """DR17's galaxies are in MANGA, its stars in MASTAR; DR15's one table has no name."""
    with fits.open(dr17.drpall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "MANGA", "MASTAR"]
        assert len(hdus["MASTAR"].data) == 0
    with fits.open(dr15.drpall) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", ""]


def test_drpall_has_the_columns_a_sample_is_selected_by(dr17) -> None:
    """Photometry, weights, quality and targeting bits are there."""
    with fits.open(dr17.drpall) as hdus:
        names = set(hdus["MANGA"].columns.names)
    assert names >= {
        "plate", "ifudsgn", "mangaid", "objra", "objdec", "ebvgal", "drp3qual", "mngtarg3",
        "ifutargetsize", "z", "esrweight", "nsa_z", "nsa_elpetro_absmag", "nsa_elpetro_mass",
        "nsa_elpetro_ba", "nsa_elpetro_phi", "nsa_elpetro_th50_r", "nsa_sersic_n", "gfwhm",
    }  # fmt: skip
