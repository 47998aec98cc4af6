"""Paths of the science archive, letter for letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from mangaxr.datamodel.releases import find_release
from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import (
    MAPS_NAME,
    analysis_dir,
    check_daptype,
    dapall_path,
    drpall_path,
    maps_name,
    maps_path,
)

GALAXY = PlateIFU(8138, 12704)


@pytest.mark.parametrize(
    ("release", "daptype", "expected"),
    [
        (
            "DR17",
            "HYB10-MILESHC-MASTARSSP",
            "dr17/manga/spectro/analysis/v3_1_1/3.1.0/HYB10-MILESHC-MASTARSSP/8138/12704/"
            "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz",
        ),
        (
            "DR15",
            "VOR10-GAU-MILESHC",
            "dr15/manga/spectro/analysis/v2_4_3/2.2.1/VOR10-GAU-MILESHC/8138/12704/"
            "manga-8138-12704-MAPS-VOR10-GAU-MILESHC.fits.gz",
        ),
        (
            "DR16",
            "HYB10-GAU-MILESHC",
            "dr16/manga/spectro/analysis/v2_4_3/2.2.1/HYB10-GAU-MILESHC/8138/12704/"
            "manga-8138-12704-MAPS-HYB10-GAU-MILESHC.fits.gz",
        ),
    ],
)
def test_maps_are_where_the_survey_puts_them(release: str, daptype: str, expected: str) -> None:
    """The path below the root is the archive's; plates are not padded with zeros."""
    found = maps_path("/sas", find_release(release), GALAXY, daptype)
    assert found == Path("/sas") / expected


def test_catalogues_are_where_the_survey_puts_them() -> None:
    """DAPall lies with the analysis, DRPall with the reduction."""
    dr17, dr15 = find_release("DR17"), find_release("DR15")
    assert str(analysis_dir(dr17)) == "dr17/manga/spectro/analysis/v3_1_1/3.1.0"
    assert dapall_path("/sas", dr17) == Path(
        "/sas/dr17/manga/spectro/analysis/v3_1_1/3.1.0/dapall-v3_1_1-3.1.0.fits"
    )
    assert drpall_path("/sas", dr17) == Path(
        "/sas/dr17/manga/spectro/redux/v3_1_1/drpall-v3_1_1.fits"
    )
    assert dapall_path("/sas", dr15).name == "dapall-v2_4_3-2.2.1.fits"
    assert drpall_path("/sas", dr15).name == "drpall-v2_4_3.fits"


@pytest.mark.parametrize("release", ["DR15", "DR16", "DR17"])
def test_names_of_files_are_read_back(release: str) -> None:
    """The pattern of a file's name finds plate, IFU design and type, compressed or not."""
    for daptype in find_release(release).daptypes:
        for name in (maps_name(GALAXY, daptype), maps_name(GALAXY, daptype)[: -len(".gz")]):
            match = MAPS_NAME.fullmatch(name)
            assert match is not None
            assert match.groupdict() == {"plate": "8138", "ifu": "12704", "daptype": daptype}


@pytest.mark.parametrize(
    "name",
    [
        "manga-8138-12704-LOGCUBE.fits.gz",
        "manga-8138-12704-LOGCUBE-HYB10-MILESHC-MASTARSSP.fits.gz",
        "manga-8138-12704-MAPS-.fits.gz",
        "manga-8138-12704-MAPS-HYB10.fits.gz.part",
        "manga-8138-12704-MAPS-../HYB10.fits.gz",
        "manga-８１３８-12704-MAPS-HYB10.fits.gz",
        "dapall-v3_1_1-3.1.0.fits",
    ],
)
def test_names_of_other_files_are_not_taken(name: str) -> None:
    """Model cubes, partial downloads and catalogues are not MAPS files."""
    assert MAPS_NAME.fullmatch(name) is None


@pytest.mark.parametrize("daptype", ["../x", "a/b", "", " ", "-x", ".hidden", "a\nb", "HYB10\n"])
def test_a_type_that_could_not_be_a_folder_is_refused(daptype: str) -> None:
    """No DAPTYPE leads out of the archive's tree."""
    with pytest.raises(UnknownNameError, match="DAPTYPE") as caught:
        check_daptype(daptype, find_release("DR17"))
    assert len(str(caught.value).splitlines()) == 1


def test_a_type_of_ones_own_is_taken_and_none_is_the_default() -> None:
    """People run the pipeline themselves; without a word the recommended type is meant."""
    dr17 = find_release("DR17")
    assert check_daptype("HYB20-MINE-MASTARHC2", dr17) == "HYB20-MINE-MASTARHC2"
    assert check_daptype(None, dr17) == "HYB10-MILESHC-MASTARSSP"
